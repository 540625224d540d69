"""Blocks of words: heading, rich text, callout, accordion, table, quote, code."""

from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_by_name
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock as WagtailTableBlock

from workbench.html import clean_html

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "code", "superscript", "subscript"]
SMALL_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link", "code", "superscript", "subscript"]

LANGUAGES = [
    ("text", _("Plain text")), ("bash", "Shell"), ("c", "C"), ("cpp", "C++"), ("csharp", "C#"), ("css", "CSS"),
    ("diff", "Diff"), ("go", "Go"), ("html", "HTML"), ("ini", "INI"), ("java", "Java"), ("javascript", "JavaScript"),
    ("json", "JSON"), ("kotlin", "Kotlin"), ("latex", "LaTeX"), ("php", "PHP"), ("powershell", "PowerShell"),
    ("python", "Python"), ("r", "R"), ("ruby", "Ruby"), ("rust", "Rust"), ("sql", "SQL"), ("swift", "Swift"),
    ("typescript", "TypeScript"), ("xml", "XML"), ("yaml", "YAML"),
]  # fmt: skip


class CleanRichTextBlock(blocks.RichTextBlock):
    """Rich text that is cleaned when it is saved, whatever the browser sent."""

    def value_from_form(self, value):
        return super().value_from_form(clean_html(value) if isinstance(value, str) else value)


class HeadingBlock(blocks.CharBlock):
    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("Short and plain: readers scan headings first."))
        super().__init__(**kwargs)

    class Meta:
        label = _("Heading")
        icon = "title"
        template = "blocks/heading.html"
        preview_value = _("Which rows survive a join?")
        description = _("A section heading. Short headings make a lesson easy to scan and to return to.")


class TextBlock(CleanRichTextBlock):
    def __init__(self, **kwargs):
        kwargs.setdefault("features", TEXT_FEATURES)
        kwargs.setdefault(
            "help_text", _("Headings here stand below the lesson's own. Tables pasted here get a block of their own.")
        )
        super().__init__(**kwargs)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "blocks/text.html"
        preview_value = _(
            "<p>A join keeps the pairs of rows for which your condition is <b>true</b>, and quietly drops the rest.</p>"
            "<ul><li>Every customer meets every order.</li><li>The condition crosses pairs out.</li></ul>"
        )
        description = _(
            "Paragraphs, lists and links. Text pasted from a word processor keeps its headings, lists and tables."
        )


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        [("note", _("Note")), ("tip", _("Tip")), ("warning", _("Warning")), ("example", _("Example"))],
        default="note",
        label=_("Kind"),
        help_text=_("Named in words above the text, so the color is never the only sign."),
    )
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120)
    text = CleanRichTextBlock(label=_("Text"), features=SMALL_FEATURES)

    class Meta:
        label = _("Callout")
        icon = "warning"
        template = "blocks/callout.html"
        preview_value = {
            "kind": "warning",
            "title": _("Watch for this"),
            "text": _(
                "<p>A customer without an order has no matching pair, so the customer is not in the result at all.</p>"
            ),
        }
        help_text = _("Two or three sentences. Many callouts in one lesson stop being read.")
        description = _("A short remark that must not be missed: a note, a tip, a warning or an example.")


class AccordionItemBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=160)
    text = CleanRichTextBlock(label=_("Text"), features=SMALL_FEATURES)

    class Meta:
        label = _("Item")
        label_format = "{title}"
        icon = "arrow-down"


class AccordionBlock(blocks.StructBlock):
    items = blocks.ListBlock(AccordionItemBlock(), label=_("Items"), min_num=1)

    class Meta:
        label = _("Accordion")
        icon = "list-ul"
        template = "blocks/accordion.html"
        preview_value = {
            "items": [
                {
                    "title": _("What is a primary key?"),
                    "text": _("<p>The column whose value names one row and no other.</p>"),
                },
                {
                    "title": _("What is a foreign key?"),
                    "text": _("<p>A column that holds another table's primary key.</p>"),
                },
            ]
        }
        help_text = _("For what only some readers need. What everybody must read belongs in the text.")
        description = _("Questions or terms that open on demand. Works without JavaScript and opens itself in print.")


class LessonTableBlock(WagtailTableBlock):
    """Rows and columns; the first row is the head unless the author says otherwise."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "help_text", _("Say in the caption what the table shows. Right-click a cell to add rows and columns.")
        )
        super().__init__(**kwargs)

    class Meta:
        label = _("Table")
        icon = "table"
        template = "blocks/table.html"
        preview_value = {
            "first_row_is_table_header": True,
            "first_col_is_header": False,
            "table_caption": _("Orders by customer"),
            "data": [["Customer", "Orders"], ["Amara", "1"], ["Jonas", "2"]],
        }
        description = _("Figures and comparisons in rows and columns. Give it a caption: it is read aloud first.")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quote"))
    source = blocks.CharBlock(
        label=_("Source"), required=False, max_length=200, help_text=_("Who said or wrote it, and where.")
    )

    class Meta:
        label = _("Quote")
        icon = "openquote"
        template = "blocks/quote.html"
        preview_value = {
            "text": _("The greatest value of a picture is when it forces us to notice what we never expected to see."),
            "source": "John W. Tukey, Exploratory Data Analysis, 1977",
        }
        help_text = _("Somebody's own words; name who said them and where.")
        description = _("Somebody's own words, with where they come from.")


class CodeValue(blocks.StructValue):
    @cached_property
    def highlighted(self) -> SafeString:
        """The code as HTML with class names only; the stylesheet gives the colors in both themes."""
        try:
            lexer = get_lexer_by_name(self["language"] or "text")
        except ValueError:
            lexer = TextLexer()
        # Pygments escapes the code itself.
        return mark_safe(highlight(self["code"] or "", lexer, HtmlFormatter(nowrap=True)))  # noqa: S308

    @property
    def language_label(self) -> str:
        return str(dict(LANGUAGES).get(self["language"], self["language"]))


class CodeBlock(blocks.StructBlock):
    language = blocks.ChoiceBlock(LANGUAGES, default="text", label=_("Language"))
    code = blocks.TextBlock(label=_("Code"), rows=8)
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        label = _("Code")
        icon = "code"
        template = "blocks/code.html"
        value_class = CodeValue
        preview_value = {
            "language": "sql",
            "code": "select c.name, o.total\nfrom customer c\njoin orders o on o.customer_id = c.id;",
            "caption": _("Names beside totals"),
        }
        help_text = _("Shown exactly as typed, in the colors of its language.")
        description = _("Program text in color, drawn on the server.")
