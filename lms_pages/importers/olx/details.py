"""What is said about the course as a whole: title, language, image, grading, pages beside the chapters."""

import json
from decimal import Decimal, DecimalException
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from lms_pages.importers.olx.source import Source, stem_of
from lms_pages.importers.olx.tree import Grader
from lms_pages.importers.report import Report
from workbench.html import plain_text

# The sentences that Studio puts into a new course; nobody meant them to be read.
STUDIO_TEMPLATE = "Include your long course description here"
STUDIO_TEMPLATE_SUMMARY = "Course Description"


def policy_of(source: Source, run: str) -> dict[str, dict[str, Any]]:
    """The settings by block ("course/<run>"), which win over what stands in the XML."""
    for path in (f"policies/{run}/policy.json", "policies/policy.json", f"policies/{run}.json"):
        if policy := source.json(path):
            return {key: value for key, value in policy.items() if isinstance(value, dict)}
    return {}


def setting(value: Any) -> Any:
    """An XML attribute or policy value: JSON where it is JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def is_true(value: Any) -> bool:
    return str(setting(value)).lower() == "true"


def decimal(value: Any, places: str) -> Decimal:
    """A share between 0 and 1000; 0 for what is no number."""
    try:
        number = Decimal(str(value))
        return number.quantize(Decimal(places)) if 0 <= number <= 1000 else Decimal(0)
    except (DecimalException, ValueError):
        return Decimal(0)


def whole(value: Any) -> int:
    return int(decimal(value, "1"))


def grading(source: Source, run: str, report: Report) -> tuple[tuple[Grader, ...], Decimal | None]:
    """The graders, and the lowest share that passes."""
    for path in (f"policies/{run}/grading_policy.json", "policies/grading_policy.json", "grading_policy.json"):
        if path in source.files:
            break
    else:
        return (), None
    policy = source.json(path)
    rows = policy.get("GRADER")
    graders = tuple(
        Grader(
            name=str(row.get("type") or row.get("name") or row.get("category") or _("Graded work"))[:120],
            short_label=str(row.get("short_label") or "")[:40],
            weight=min(decimal(row.get("weight"), "0.0001"), Decimal("99")),
            expected=whole(row.get("min_count")),
            drop_lowest=whole(row.get("drop_count")),
        )
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    )
    cutoffs = policy.get("GRADE_CUTOFFS")
    shares = [decimal(value, "0.001") for value in cutoffs.values()] if isinstance(cutoffs, dict) else []
    passing = [share for share in shares if 0 < share <= 1]
    if graders and (total := sum((grader.weight for grader in graders), Decimal(0))) != 1:
        report.note("grading", path, path, _("The weights add up to %(sum)s, not to 1.") % {"sum": total.normalize()})
    return graders, min(passing, default=None)


def about(source: Source, report: Report) -> tuple[str, str]:
    """The long description as HTML and the short one as text; "" for what the author left as Studio made it."""
    long = source.text("about/overview.html") if "about/overview.html" in source.files else ""
    short = source.text("about/short_description.html") if "about/short_description.html" in source.files else ""
    if STUDIO_TEMPLATE in long:
        long = ""
        report.note(
            "about", "overview.html", "about", _("The description is the empty form of Studio and was left out.")
        )
    short = plain_text(short)
    return long, "" if short == STUDIO_TEMPLATE_SUMMARY else Truncator(short).chars(200)


def outcomes(value: Any) -> tuple[str, ...]:
    value = setting(value)
    items = value if isinstance(value, list) else []
    return tuple(item.strip()[:200] for item in items if isinstance(item, str) and item.strip())


def list_side_pages(source: Source, course: dict[str, Any], report: Report) -> None:
    """Custom pages, handouts, updates and textbooks have no place in Lectern: each is listed with its reason."""
    names = {
        tab.get("url_slug"): tab.get("name")
        for tab in (setting(course.get("tabs")) or [])
        if isinstance(tab, dict) and tab.get("type") == "static_tab"
    }
    for path in source.folder("tabs"):
        if path.endswith(".html") and has_words(source, path):
            skip_page(report, "static_tab", str(names.get(stem_of(path)) or stem_of(path)), path)
    for path in source.folder("info"):
        if path.endswith(".html") and has_words(source, path):
            skip_page(report, "course_info", stem_of(path), path)
    for kind in ("textbooks", "pdf_textbooks", "html_textbooks"):
        books = setting(course.get(kind))
        for book in books if isinstance(books, list) else []:
            name = str(book.get("tab_title") or kind) if isinstance(book, dict) else kind
            skip_page(report, "textbook", name, kind)


def has_words(source: Source, path: str) -> bool:
    return bool(plain_text(source.text(path)))


def skip_page(report: Report, type: str, name: str, place: str) -> None:
    report.found[type] += 1
    report.skip_block(
        type,
        name,
        place,
        _("Lectern has no pages beside the lessons. Put what is needed into the course's description."),
    )
