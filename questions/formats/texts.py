"""Texts of question files: which encoding, which markup, and the HTML that the bank keeps of them."""

import html as html_module
import io
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from questions.formats.data import ParseError, Remark
from questions.formats.markdown import markdown_html
from workbench.html import ALLOWED_TAGS, clean_html
from workbench.sheets.limits import MEGABYTE, SheetRefused
from workbench.sheets.text import ENCODING_LABELS, detect_encoding

MAX_BYTES = 20 * MEGABYTE
MAX_QUESTIONS = 10_000
# Of one file; nobody reads more of them.
MAX_ERRORS = 1_000
# Of one text; far more than a person reads in a quiz.
MAX_TEXT = 100_000
# Tags within tags; a browser stops at 512.
MAX_DEPTH = 200
BLANKS = " \t\r\n"

HTML, MOODLE, PLAIN, MARKDOWN = "html", "moodle", "plain", "markdown"
BLOCK_TAGS = "p|ul|ol|dl|h[1-6]|pre|blockquote|table|hr|div|section|figure"
# What only an author of markup writes. A List<String> or a lone < is text.
TAGS = "|".join(sorted(ALLOWED_TAGS | {"div", "span", "img", "font", "h1", "h6", "section", "figure", "center"}))
MARKUP = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>|&(?:#\d{{1,7}}|#x[0-9a-f]{{1,6}}|[a-z]{{2,20}}\d?);", re.I)
STARTS_BLOCK = re.compile(rf"<(?:{BLOCK_TAGS})\b", re.I)
STARTS_MARKUP = re.compile(rf"<(?:{TAGS})(?:\s[^<>]*)?/?>", re.I)
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>", re.I)
VOID = {"br", "hr", "img", "input", "wbr", "col"}
PICTURE = re.compile(r"<img\b([^<>]*)>", re.I)
# What leads to a file that Moodle keeps beside the text; only the words of such a link stay.
OWN_FILE = re.compile(r"""\s(?:href|src)\s*=\s*(["'])@@PLUGINFILE@@[^"']*\1""", re.I)
ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
PARAGRAPH = re.compile(r"<p>((?:[^<>]|<br>)*)</p>")
SPACES = re.compile(r"[ \t\r\n]+")


class Html(str):
    """HTML as the bank keeps it. ``source`` is the text as the file writes it, ``form`` the markup it is written in."""

    source: str
    form: str

    def __new__(cls, html: str, source: str, form: str) -> "Html":
        text = super().__new__(cls, html)
        text.source, text.form = source, form
        return text


def rich(source: str, form: str = HTML) -> Html:
    """``source`` as cleaned HTML that starts with a tag; "" where nothing is left.

    A picture leaves its description. What a file says to lead to a page or picture of this site is taken out.
    """
    source = source.strip(BLANKS)
    if form == MOODLE:
        html = moodle_html(source)
    elif form == MARKDOWN:
        html = markdown_html(source)
    elif form == PLAIN:
        html = paragraph_of(html_module.escape(source, quote=False)) if source else ""
    else:
        html = source
    if is_too_deep(html):
        # Shown as it stands: no page needs that, and cleaning it takes long.
        html = paragraph_of(html_module.escape(source, quote=False))
    html = OWN_FILE.sub("", PICTURE.sub(alternative, html))
    html = clean_html(html, keep_own=False).strip(BLANKS)
    if html and not STARTS_BLOCK.match(html):
        start = STARTS_BLOCK.search(html)
        inside, rest = (html[: start.start()], html[start.start() :]) if start else (html, "")
        html = clean_html(f"<p>{inside.strip(BLANKS)}</p>{rest}", keep_own=False)
    return Html(html, source, form)


def is_too_deep(html: str) -> bool:
    depth = 0
    for found in TAG.finditer(html):
        if found[2].lower() not in VOID:
            depth = max(depth - 1, 0) if found[1] else depth + 1
            if depth > MAX_DEPTH:
                return True
    return False


def moodle_html(source: str) -> str:
    """Moodle's own format: HTML in which line breaks count, or text."""
    if not source or STARTS_BLOCK.match(source):
        return source
    return paragraph_of(source if MARKUP.search(source) else html_module.escape(source, quote=False))


def paragraph_of(html: str) -> str:
    return f"<p>{html.replace(chr(10), '<br>')}</p>"


def alternative(found: re.Match[str]) -> str:
    alt = ALT.search(found[1])
    return (alt[1] or alt[2] or "") if alt else ""


def has_picture(source: str) -> bool:
    return bool(PICTURE.search(source))


def cell_rich(text: str) -> Html:
    """A cell or line: markup where it starts with a tag, else text."""
    return rich(text, HTML if STARTS_MARKUP.match(text.strip(BLANKS)) else PLAIN)


def cell_text(html: str) -> str:
    """The shortest text that `cell_rich` makes into ``html``."""
    return simple_text(html, cell_rich) if html else ""


def simple_text(html: str, read: object) -> str:
    """The words of a plain paragraph, if ``read`` makes ``html`` of them again; else ``html`` itself."""
    found = PARAGRAPH.fullmatch(html)
    if found:
        text = html_module.unescape(found[1].replace("<br>", "\n"))
        if text == text.strip(BLANKS) and callable(read) and read(text) == html:
            return text
    return str(html)


def words(html: str) -> str:
    """HTML as plain text on one line, without what the strings hold of tags."""
    text = re.sub(r"<[^<>]*>", " ", str(html)) if "<" in html else str(html)
    return SPACES.sub(" ", html_module.unescape(text)).strip(BLANKS)


def source_of(text: str) -> str:
    return text.source if isinstance(text, Html) else str(text)


def form_of(text: str) -> str:
    return text.form if isinstance(text, Html) else HTML


# Files ------------------------------------------------------------------------


def check_size(data: bytes) -> None:
    """Raises ParseError for a file that is empty or too large."""
    if len(data) > MAX_BYTES:
        raise ParseError(
            0,
            _("The file has %(size)d MB; at most %(most)d MB are read.")
            % {"size": -(-len(data) // MEGABYTE), "most": MAX_BYTES // MEGABYTE},
            _("Split it into several files."),
        )
    if not data.strip():
        raise ParseError(0, _("The file is empty."), _("Choose the file that holds the questions."))


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding. Raises ParseError with a sentence."""
    check_size(data)
    try:
        encoding = detect_encoding(io.BytesIO(data))
    except SheetRefused as refused:
        raise ParseError(0, str(refused), _("Save the file again as UTF-8.")) from None
    # A surrogate stands for no character; readers use them as marks of their own.
    text = data.decode(encoding).removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n"), ENCODING_LABELS[encoding]


def limit_of(questions: int, errors: int, line: int) -> Remark | None:
    """What is said when a file holds more questions or errors than are read; None before that."""
    if questions >= MAX_QUESTIONS:
        what = _("The file holds more than %(most)d questions.") % {"most": MAX_QUESTIONS}
        return Remark(line, what, _("Split it into several files."))
    if errors >= MAX_ERRORS:
        what = _("More than %(most)d errors; the rest was not read.") % {"most": MAX_ERRORS}
        return Remark(line, what, _("Is this the right file, and the right format?"))
    return None


def check_text(text: str, line: int) -> None:
    if len(text) > MAX_TEXT:
        raise ParseError(
            line,
            _("A text has %(length)d characters; at most %(most)d fit.") % {"length": len(text), "most": MAX_TEXT},
            _("Is a bracket, quotation mark or tag not closed here?"),
        )


# Numbers ----------------------------------------------------------------------

# What rounds to more than the bank has room for.
TOO_MANY_POINTS = Decimal("999.995")
NUMBER = re.compile(r"[-+\u2212]?(?:\d{1,40}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:[eE][-+]?\d{1,2})?")


def number_of(text: str) -> Decimal | None:
    """A number as files write it, with a point or a comma; None for anything else."""
    text = text.strip(BLANKS)
    if not NUMBER.fullmatch(text) or (not text.isascii() and not text.startswith("\u2212")):
        return None
    try:
        number = Decimal(text.replace("\u2212", "-").replace(",", "."))
    except InvalidOperation:
        return None
    return number if not number or abs(number.adjusted()) <= 30 else None


def points_of(number: Decimal | None, text: str, line: int) -> Decimal:
    """The points that ``text`` gives, in hundredths as the bank keeps them. Raises ParseError for what it cannot keep."""
    if number is None or not 0 <= number < TOO_MANY_POINTS:
        raise ParseError(
            line,
            _("The points “%(points)s” are not a number from 0 to 999.99.") % {"points": text[:40]},
            _("Write a number such as 1."),
        )
    rounded = number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return number if number == rounded else rounded


def number_text(number: Decimal) -> str:
    """The number without zeros at its end and without an exponent."""
    if not number:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(number: Decimal | float | int) -> int | float:
    """A credit as plain data holds it: whole where it is whole."""
    value = float(number)
    return int(value) if value.is_integer() else value


def percent_text(credit: int | float | Decimal) -> str:
    return number_text(Decimal(str(credit)))
