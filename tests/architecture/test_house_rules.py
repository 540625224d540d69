"""Rules about files: names that say nothing, modules that grew too long, bundles, paths of one machine."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LONGEST_MODULE = 450
# A list of cases may run longer than the code it is about.
LONGEST_TEST = 600
LONGEST_LINE_OF_OURS = 2000
NAMELESS = {"utils", "util", "common", "core", "helpers", "misc"}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """What belongs to the project: known to git, or new and not ignored."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode:
        pytest.skip("This copy is no git checkout, so what belongs to the project is not known.")
    return [Path(name) for name in found.stdout.splitlines() if (ROOT / name).is_file()]


def code(files):
    return [path for path in files if path.suffix == ".py" and "migrations" not in path.parts]


def test_every_module_has_a_name_that_says_something(files):
    assert [str(path) for path in code(files) if NAMELESS & {*path.parts[:-1], path.stem}] == []


def test_no_module_is_too_long(files):
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in code(files)}
    limits = {path: LONGEST_TEST if path.startswith("tests/") else LONGEST_MODULE for path in lengths}
    assert {path: length for path, length in lengths.items() if length > limits[path]} == {}


def test_every_module_starts_with_a_sentence(files):
    def says_nothing(path):
        text = (ROOT / path).read_text().lstrip()
        return text and not text.startswith(('"""', "#!/", 'r"""'))

    assert [str(path) for path in code(files) if says_nothing(path)] == []


def test_no_bundle_of_somebody_else_is_in_the_tree(files):
    bundles = [path for path in files if re.search(r"\.min\.(js|css|mjs)$", path.name) or "vendor" in path.parts]
    ours = [path for path in files if path.suffix in (".js", ".css", ".mjs")]
    bundles += [
        path for path in ours if max(map(len, (ROOT / path).read_text().splitlines() or [""])) > LONGEST_LINE_OF_OURS
    ]
    assert [str(path) for path in bundles] == []


def test_templates_ask_no_other_host_for_scripts_or_styles(files):
    pattern = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//", re.I)
    pages = [path for path in files if path.suffix == ".html" and path.parts[0] == "templates"]
    assert [str(path) for path in pages if pattern.search((ROOT / path).read_text())] == []


def test_no_file_names_a_place_on_one_machine(files):
    """Neither the folder this checkout stands in nor this account's home means anything elsewhere."""
    places = {f"{place}/" for place in (ROOT.parent, Path.home()) if len(place.parts) > 1 and place != Path("/tmp")}
    texts = {path: (ROOT / path).read_bytes() for path in files}
    assert [str(path) for path, text in texts.items() if any(place.encode() in text for place in places)] == []
