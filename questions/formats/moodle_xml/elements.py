"""XML from strangers, read with nothing expanded and nothing loaded, and the texts in it."""

import html.entities
import re
from xml.parsers import expat

from django.utils.translation import gettext as _
from lxml import etree

from questions.formats.data import ParseError
from questions.formats.texts import BLANKS, HTML, MARKDOWN, MOODLE, PLAIN, Html, check_size, check_text, decoded, rich

DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# Encodings of letters; Python knows others that do far more than that.
CHARSETS = re.compile(
    r"(?:iso-?8859-?\d{1,2}|windows-125\d|cp125\d|latin-?1|us-ascii|koi8-[ru]|shift_jis|gb18030|big5|euc-\w{2})", re.I
)
PROLOG = re.compile(r"\s+|<\?[^>]*\?>|<!--(?:(?!-->).)*-->", re.S)
DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.I)
NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,40});")
# The reader of XML counts lines in 16 bits; those of longer files stand in an attribute that no XML of others has.
KNOWN_LINES = 65_535
LINE = "{lectern}line"
XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
FORMS = {
    "html": HTML, "moodle_auto_format": MOODLE, "plain_text": PLAIN, "markdown": MARKDOWN,
    "wiki_like": MOODLE, "moodle": MOODLE, "plain": PLAIN,
}  # fmt: skip


def xml_text(data: bytes) -> tuple[str, str, int]:
    """The text of an XML file, the name of its encoding, and how many characters it may not hold were left out."""
    declared = DECLARED.match(data[:400])
    name = declared[1].decode("ascii", "replace") if declared else ""
    if name.lower() not in ("", "utf-8", "utf8") and CHARSETS.fullmatch(name):
        check_size(data)
        try:
            text, encoding = data.decode(name), name
        except (LookupError, UnicodeError):
            text, encoding = decoded(data)
    else:
        text, encoding = decoded(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned, count = CONTROL.subn("", text)
    return cleaned, encoding, count


def has_doctype(text: str) -> bool:
    """Whether a document type is declared before the root; elsewhere none can be."""
    position = 0
    while found := PROLOG.match(text, position):
        position = found.end()
    return DOCTYPE.match(text, position) is not None


def root_of(text: str) -> etree._Element:
    """The root element. Raises ParseError for what is not well-formed or declares anything."""
    if has_doctype(text):
        raise ParseError(
            1,
            _("The file declares a document type or entities, which can be used to exhaust memory."),
            _("Delete the <!DOCTYPE …> at its start; Moodle writes none."),
        )
    try:
        return parsed(text)
    except etree.XMLSyntaxError as error:
        if "Entity" in str(error):
            try:
                return parsed(NAMED_ENTITY.sub(as_character, text))
            except etree.XMLSyntaxError as second:
                error = second
        raise ParseError(
            error.lineno or 1,
            _("The XML is broken here: %(reason)s.") % {"reason": str(error.msg or "").split(", line")[0]},
            _("Export the file again, or mend the tag in this line."),
        ) from None


def parsed(text: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    # The declaration names an encoding that the text has no more; its lines stay, so that numbers fit.
    text = DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
    root = etree.fromstring(text.encode(), parser)
    if text.count("\n") >= KNOWN_LINES:
        number_lines(root, text)
    return root


def number_lines(root: etree._Element, text: str) -> None:
    """Write the line of each element into an attribute of it."""
    lines: list[int] = []
    reader = expat.ParserCreate()
    reader.StartElementHandler = lambda _name, _attributes: lines.append(reader.CurrentLineNumber)
    try:
        reader.Parse(text.encode(), True)
    except expat.ExpatError:
        return
    for element, line in zip(root.iter("*"), lines, strict=False):
        element.set(LINE, str(line))


def line_of(element: etree._Element | None) -> int:
    """The line where an element begins; 0 where there is none."""
    if element is None:
        return 0
    written = element.get(LINE, "")
    return int(written) if re.fullmatch("[0-9]{1,9}", written) else element.sourceline or 0


def as_character(found: re.Match[str]) -> str:
    return found[0] if found[1] in XML_ENTITIES else html.entities.html5.get(f"{found[1]};", found[0])


class Reader:
    """Texts of one <question>; ``form`` is the markup of those that name none."""

    def __init__(self, element: etree._Element):
        self.element, self.form = element, HTML

    @property
    def line(self) -> int:
        return line_of(self.element)

    def child(self, name: str, parent: etree._Element | None = None) -> etree._Element | None:
        return (self.element if parent is None else parent).find(name)

    def children(self, name: str, parent: etree._Element | None = None) -> list[etree._Element]:
        return (self.element if parent is None else parent).findall(name)

    def string(self, element: etree._Element | None) -> str:
        """The characters of an element or of the <text> in it, as they stand."""
        if element is None:
            return ""
        inner = element.find("text")
        if inner is not None and len(inner):
            raise ParseError(
                line_of(inner[0]) or self.line,
                _("The tag <%(tag)s> stands in a <text> without being escaped.") % {"tag": str(inner[0].tag)[:40]},
                _("Put the text into <![CDATA[ … ]]>, as Moodle does."),
            )
        text = (element if inner is None else inner).text or ""
        check_text(text, line_of(element) or self.line)
        return text

    def value(self, name: str, default: str = "", parent: etree._Element | None = None) -> str:
        element = self.child(name, parent)
        return self.string(element).strip(BLANKS) if element is not None else default

    def form_of(self, element: etree._Element | None) -> str:
        named = element.get("format", "") if element is not None else ""
        return FORMS.get(named, self.form)

    def rich(self, element: etree._Element | None) -> Html | str:
        return rich(self.string(element), self.form_of(element)) if element is not None else ""

    def text(self, name: str, parent: etree._Element | None = None) -> Html | str:
        return self.rich(self.child(name, parent))

    def is_true(self, name: str, default: bool = False) -> bool:
        value = self.value(name).lower()
        return value in ("true", "1", "yes") if value else default


def line_of_text(element: etree._Element | None) -> int:
    """The line where the characters of an element begin."""
    if element is None:
        return 0
    inner = element.find("text")
    return line_of(element if inner is None else inner)
