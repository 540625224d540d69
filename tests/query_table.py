r"""docs/queries.md: how many queries each page asks, at two sizes. Tests hold what they measure against it.

    WRITE_QUERIES=1 .venv/bin/python -m pytest -n0 -m "not services" tests/records/test_query_counts.py \
        tests/home/test_query_counts.py tests/reports/test_tiles.py tests/reports/test_dashboard_views.py

writes what they measure instead.
"""

import os
from pathlib import Path

from django.conf import settings

TABLE = Path(settings.BASE_DIR) / "docs" / "queries.md"


def rows() -> dict[tuple[str, str], tuple[int, int]]:
    """(Heading, page) -> queries at few and at many."""
    found, heading = {}, ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[1].isdecimal():
            found[heading, cells[0]] = (int(cells[1]), int(cells[2]))
    return found


def expect_queries(heading: str, page: str, few: int, many: int) -> None:
    """The table says the same of ``page`` under ``heading``."""
    if os.environ.get("WRITE_QUERIES"):
        write({**rows(), (heading, page): (few, many)})
    assert rows().get((heading, page)) == (few, many), (
        f"docs/queries.md says otherwise of {page}; see tests/query_table.py"
    )


def write(found: dict[tuple[str, str], tuple[int, int]]) -> None:
    """Each heading's table anew, in order; what is written between them stays."""
    lines, kept, heading = TABLE.read_text(encoding="utf-8").splitlines(), [], ""
    for line in lines:
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        if not line.startswith("|"):
            kept.append(line)
        elif line.startswith("|---"):
            kept += [
                line,
                *(f"| {page} | {few} | {many} |" for (at, page), (few, many) in sorted(found.items()) if at == heading),
            ]
        elif kept[-1] == "":
            kept.append(line)
    TABLE.write_text("\n".join(kept) + "\n", encoding="utf-8")
