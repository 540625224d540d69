"""From a page's HTML to blocks: text, headings, pictures, tables, code and embeds, in the order of the page.

What cannot stand inside a text (a picture in a paragraph, a table in a list) splits
the text around it. Addresses are resolved by the caller; what comes back is cleaned.
"""

import html as html_module
import re
from typing import Any, Protocol
from urllib.parse import urlsplit

import lxml.html
from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from lms_pages.importers.pieces import (
    SPACE,
    Flow,
    Inline,
    Made,
    Piece,
    WordCollector,
    attribute,
    escaped,
    grouped,
    has_content,
    words,
)
from lms_pages.importers.tables import is_simple_table, table_value
from workbench.html import clean_html

DROPPED = {
    "area", "base", "canvas", "head", "input", "link", "meta", "noscript", "option", "script", "select", "style", "svg",
    "template", "textarea", "title", "wbr",
}  # fmt: skip
CONTAINERS = {
    "address", "article", "aside", "body", "center", "details", "div", "fieldset", "figure", "footer", "form", "header",
    "hgroup", "html", "main", "nav", "section",
}  # fmt: skip
BLOCKS = {"p": "p", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4", "figcaption": "p", "summary": "p", "legend": "p"}
LISTS, ITEMS = {"ul", "ol", "dl"}, {"li", "dt", "dd"}
INLINE = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s", "strike": "s", "del": "s", "sub": "sub",
    "sup": "sup", "code": "code", "kbd": "code", "samp": "code", "tt": "code", "var": "i", "cite": "i", "dfn": "i",
}  # fmt: skip
CODE_LANGUAGES = {
    "markup": "html", "htmlmixed": "html", "js": "javascript", "py": "python", "sh": "bash", "shell": "bash",
    "ts": "typescript", "yml": "yaml", "c++": "cpp", "cs": "csharp", "c#": "csharp", "tex": "latex", "ps1": "powershell",
    **{name: name for name in (
        "bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "ini", "java", "javascript", "json", "kotlin",
        "latex", "php", "powershell", "python", "r", "ruby", "rust", "sql", "swift", "typescript", "xml", "yaml",
    )},
}  # fmt: skip
LANGUAGE_CLASS = re.compile(r"\b(?:lang|language|brush:)[-\s]?([a-z+#]+[a-z0-9]*)", re.I)
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)", re.I)


class Resolver(Protocol):
    """Turns the addresses of a page into what Lectern stores; lists what leads nowhere."""

    def link(self, href: str) -> dict[str, str] | None:
        """The attributes of a link; None when only its words can stay."""

    def image(self, src: str) -> int | None:
        """The id of a picture; None when it did not arrive."""

    def recording(self, sources: list[str], captions: list[tuple[str, str]]) -> tuple[str, int] | None:
        """("video" or "audio", id) of a media file; None when none of the sources arrived."""


def lesson_blocks(html: str, resolver: Resolver, name: str = "") -> list[tuple[str, Any]]:
    """(type, value) of each block that ``html`` becomes; neighboring text is one block."""
    blocks: list[tuple[str, Any]] = []
    text: list[str] = []

    def flush() -> None:
        cleaned = clean_html("".join(text)).strip()
        text.clear()
        if has_content(cleaned):
            blocks.append(("text", cleaned))

    for piece in Converter(resolver, name, as_blocks=True).pieces(html):
        if isinstance(piece, Made):
            flush()
            blocks.append((piece.type, piece.value))
        else:
            text.append(piece.html)
    flush()
    return blocks


def one_text(html: str, resolver: Resolver, name: str = "") -> str:
    """``html`` as one cleaned rich text, pictures inside it; "" when nothing is left."""
    pieces = Converter(resolver, name, as_blocks=False).pieces(html)
    cleaned = clean_html("".join(piece.html for piece in pieces if not isinstance(piece, Made))).strip()
    return cleaned if has_content(cleaned) else ""


class Converter:
    """One page. ``as_blocks`` is off for texts that must stay in one field: stems, options, descriptions."""

    def __init__(self, resolver: Resolver, name: str, *, as_blocks: bool):
        self.resolver, self.name, self.as_blocks = resolver, name, as_blocks

    def pieces(self, html: str) -> list[Piece]:
        if not html.strip():
            return []
        # `huge_tree` lets elements nest 2048 deep; the size of a text is limited elsewhere.
        parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
        try:
            root = lxml.html.document_fromstring(f"<html><body>{html}</body></html>", parser=parser)
        except etree.ParserError:
            return []
        if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
            return self.only_words(html)
        for picture_map in list(root.iter("map")):
            self.map_to_links(picture_map)
        try:
            return self.container(self.content(root))
        except RecursionError:
            return self.only_words(html)

    def only_words(self, html: str) -> list[Piece]:
        """What is left of a page that is nested beyond reason."""
        collector = WordCollector()
        collector.feed(html)
        collector.close()
        return [Flow(f"<p>{escaped(' '.join(collector.words)).strip()}</p>")]

    def content(self, element: etree._Element) -> list[Piece]:
        """What stands between the tags of ``element``."""
        pieces: list[Piece] = [Inline(escaped(element.text))]
        for child in element:
            if isinstance(child.tag, str):
                pieces += self.element(child)
            pieces.append(Inline(escaped(child.tail)))
        return [piece for piece in pieces if isinstance(piece, Made) or piece.html]

    def element(self, element: etree._Element) -> list[Piece]:
        tag = element.tag.lower()
        if tag in DROPPED:
            return []
        special = getattr(self, f"on_{tag}", None)
        if special is not None:
            return special(element)
        if tag in CONTAINERS:
            return self.container(self.content(element))
        if tag in BLOCKS:
            return self.wrapped(self.content(element), BLOCKS[tag])
        if tag in LISTS:
            return self.list_of(element, tag)
        if tag in ITEMS:
            return self.item(self.content(element), tag)
        inline = INLINE.get(tag) or ("b" if BOLD_STYLE.search(element.get("style") or "") else None)
        return self.inline(self.content(element), inline) if inline else self.content(element)

    # Putting pieces together ------------------------------------------------------

    def container(self, pieces: list[Piece]) -> list[Piece]:
        """Loose words become paragraphs."""
        out: list[Piece] = []
        run: list[str] = []

        def flush() -> None:
            text = re.sub(r"^(\s|<br>)+|(\s|<br>)+$", "", SPACE.sub(" ", "".join(run)))
            run.clear()
            if has_content(text):
                out.append(Flow(f"<p>{text}</p>"))

        for piece in pieces:
            if isinstance(piece, Inline):
                run.append(piece.html)
            else:
                flush()
                out.append(piece)
        flush()
        return out

    def wrapped(self, pieces: list[Piece], tag: str) -> list[Piece]:
        """The words inside ``tag``; what is a block already stands beside it."""
        return [
            Flow(piece.html.replace("<p>", f"<{tag}>", 1).removesuffix("</p>") + f"</{tag}>")
            if isinstance(piece, Flow) and piece.html.startswith("<p>") and piece.html.count("<p>") == 1
            else piece
            for piece in self.container(pieces)
        ]

    def inline(self, pieces: list[Piece], tag: str, attributes: str = "") -> list[Piece]:
        out: list[Piece] = []
        for inside, group in grouped(pieces, Inline):
            if not inside:
                out += group
                continue
            text = "".join(piece.html for piece in group)
            out.append(Inline(f"<{tag}{attributes}>{text}</{tag}>" if has_content(text) else text))
        return out

    def item(self, pieces: list[Piece], tag: str) -> list[Piece]:
        out: list[Piece] = []
        for inside, group in grouped(self.container(pieces), Flow):
            if not inside:
                out += group
            elif len(group) == 1 and group[0].html.startswith("<p>"):
                out.append(Flow(f"<{tag}>{group[0].html[3:-4]}</{tag}>"))
            else:
                # A lone first paragraph before a nested list reads better without its own tags.
                text = "".join(piece.html for piece in group)
                if text.startswith("<p>") and len(group) == 2 and not group[1].html.startswith("<p>"):
                    text = text.replace("<p>", "", 1).replace("</p>", "", 1)
                out.append(Flow(f"<{tag}>{text}</{tag}>"))
        return out

    def list_of(self, element: etree._Element, tag: str) -> list[Piece]:
        """A list; one that a picture or table splits goes on with its number."""
        out: list[Piece] = []
        number = int(element.get("start") or 1) if (element.get("start") or "1").lstrip("-").isdigit() else 1
        entry = "dd" if tag == "dl" else "li"
        pieces: list[Piece] = []
        for child in element:
            if isinstance(child.tag, str):
                made = self.element(child)
                pieces += made if child.tag in ITEMS else self.item(made, entry)
        for inside, group in grouped(pieces, Flow):
            if not inside:
                out += group
                continue
            start = f' start="{number}"' if tag == "ol" and number != 1 else ""
            out.append(Flow(f"<{tag}{start}>{''.join(piece.html for piece in group)}</{tag}>"))
            number += len(group)
        return out

    # Single elements ----------------------------------------------------------------

    def on_br(self, element: etree._Element) -> list[Piece]:
        return [Inline("<br>")]

    def on_hr(self, element: etree._Element) -> list[Piece]:
        return [Flow("<hr>")]

    def on_h1(self, element: etree._Element) -> list[Piece]:
        if not self.as_blocks:
            return self.wrapped(self.content(element), "h3")
        rest: list[Piece] = [piece for piece in self.content(element) if isinstance(piece, Made)]
        return [Made("heading", title), *rest] if (title := words(element)) else rest

    on_h2 = on_h1

    def on_button(self, element: etree._Element) -> list[Piece]:
        """A button does nothing without its script; only the name of a text that it opened is worth keeping."""
        opens = re.search("toggle|collapse|accordion", element.get("class") or "", re.I)
        return self.inline(self.content(element), "b") if opens else []

    def on_a(self, element: etree._Element) -> list[Piece]:
        href = element.get("href")
        attributes = self.resolver.link(href) if href else None
        pieces = self.content(element)
        if attributes is None:
            return pieces
        opening = "".join(f' {key}="{attribute(value)}"' for key, value in attributes.items())
        pictures = [piece for piece in pieces if isinstance(piece, Made) and piece.type == "image"]
        if pictures and not any(isinstance(piece, Inline) and has_content(piece.html) for piece in pieces):
            # A picture block is no link; one to the larger picture adds nothing, another stands below it.
            label = pictures[0].value["alt"] or _("Open the link")
            return pieces if is_picture(href or "") else [*pieces, Flow(f"<p><a{opening}>{escaped(label)}</a></p>")]
        return self.inline(pieces, "a", opening)

    def on_img(self, element: etree._Element) -> list[Piece]:
        src = (element.get("src") or "").strip()
        alt = " ".join((element.get("alt") or "").split())
        if not src:
            return []
        if (image := self.resolver.image(src)) is not None:
            if not self.as_blocks:
                return [Inline(f'<embed embedtype="image" id="{image}" alt="{attribute(alt)}" format="fullwidth">')]
            value = {"image": image, "alt": alt[:500], "decorative": not alt, "caption": ""}
            return [Made("image", value)]
        if urlsplit(src).scheme in ("http", "https") or src.startswith("//"):
            label = alt or _("Picture on %(host)s") % {"host": urlsplit(src).hostname}
            return [Inline(f'<a href="{attribute(src)}">{escaped(label)}</a>')]
        # As a browser does: the words stand in for the picture.
        return [Inline(f" [{escaped(alt)}] ")] if alt else []

    def on_figure(self, element: etree._Element) -> list[Piece]:
        captions = list(element.iter("figcaption"))
        for caption in captions:
            caption.drop_tree()
        pieces = self.container(self.content(element))
        caption = " ".join(words(caption) for caption in captions)
        made = [piece for piece in pieces if isinstance(piece, Made) and piece.type in ("image", "table")]
        if caption and len(made) == 1:
            made[0].value["caption" if made[0].type == "image" else "table_caption"] = caption[:300]
        elif caption:
            pieces += [piece for entry in captions for piece in self.wrapped(self.content(entry), "p")]
        return pieces

    def on_table(self, element: etree._Element) -> list[Piece]:
        rows = [row for row in element.iter("tr") if row.xpath("ancestor::table[1]")[0] is element]
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
        cells = [row for row in cells if row]
        if not cells:
            return self.container(self.content(element))
        if self.as_blocks and is_simple_table(element, cells):
            return [Made("table", table_value(element, cells))]
        if all(len(row) == 1 for row in cells):
            # One column is a frame around something, not a table.
            return self.container([piece for row in cells for piece in self.content(row[0])])
        return [Flow(self.table_html(element, cells))]

    def table_html(self, element: etree._Element, cells: list[list[etree._Element]]) -> str:
        """A table with links, spans or pictures in it stays HTML."""
        inner = Converter(self.resolver, self.name, as_blocks=False)
        rows = []
        for row in cells:
            made = []
            for cell in row:
                spans = "".join(
                    f' {key}="{cell.get(key)}"' for key in ("colspan", "rowspan") if (cell.get(key) or "").isdigit()
                )
                pieces = inner.container(inner.content(cell))
                text = "".join(piece.html for piece in pieces if not isinstance(piece, Made))
                if len(pieces) == 1 and text.startswith("<p>"):
                    text = text[3:-4]
                made.append(f"<{cell.tag}{spans}>{text}</{cell.tag}>")
            rows.append(f"<tr>{''.join(made)}</tr>")
        caption = element.find("caption")
        head = f"<caption>{escaped(words(caption))}</caption>" if caption is not None else ""
        return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"

    def on_pre(self, element: etree._Element) -> list[Piece]:
        inner = element.find("code") if len(element) == 1 and not (element.text or "").strip() else None
        code = str((element if inner is None else inner).text_content()).strip("\n").rstrip()
        if not code.strip():
            return []
        if not self.as_blocks:
            return [Flow(f"<pre>{html_module.escape(code, quote=False)}</pre>")]
        classes = f"{element.get('class') or ''} {inner.get('class') or '' if inner is not None else ''}"
        found = LANGUAGE_CLASS.search(classes)
        language = CODE_LANGUAGES.get(found[1].lower(), "text") if found else "text"
        return [Made("code", {"language": language, "code": code, "caption": ""})]

    def on_blockquote(self, element: etree._Element) -> list[Piece]:
        if not self.as_blocks or element.find(".//a") is not None or element.find(".//img") is not None:
            return [
                Flow(f"<blockquote>{piece.html}</blockquote>") if isinstance(piece, Flow) else piece
                for piece in self.container(self.content(element))
            ]
        sources = [child for tag in ("footer", "cite") for child in element.iter(tag)]
        source = words(sources[0]).lstrip("—– ") if sources else ""
        if sources:
            sources[0].drop_tree()
        paragraphs = [words(p) for p in element.iter("p") if words(p)] or [words(element)]
        text = "\n\n".join(paragraphs)
        return [Made("quote", {"text": text, "source": source[:200]})] if text else []

    def on_iframe(self, element: etree._Element) -> list[Piece]:
        src = (element.get("src") or element.get("data-src") or "").strip()
        src = f"https:{src}" if src.startswith("//") else re.sub("^http:", "https:", src)
        if not src:
            return []
        title = " ".join((element.get("title") or "").split()) or self.name
        if self.as_blocks and is_embeddable(src):
            return [
                Made("embed", {"url": src, "title": (title or urlsplit(src).hostname or "")[:160], "transcript": ""})
            ]
        attributes = self.resolver.link(src)
        if attributes is None:
            return []
        host = urlsplit(src).hostname
        label = title or _("Open in a new page")
        if host and "href" in attributes:
            label = _("%(title)s (on %(host)s)") % {"title": title or _("Open"), "host": host}
        opening = "".join(f' {key}="{attribute(value)}"' for key, value in attributes.items())
        return [Flow(f"<p><a{opening}>{escaped(label)}</a></p>")]

    on_embed = on_iframe

    def on_video(self, element: etree._Element) -> list[Piece]:
        sources = [element.get("src") or "", *(source.get("src") or "" for source in element.iter("source"))]
        sources = [source.strip() for source in sources if source.strip()]
        captions = [(track.get("srclang") or "", track.get("src") or "") for track in element.iter("track")]
        title = " ".join((element.get("title") or element.get("aria-label") or "").split())[:160]
        if found := self.resolver.recording(sources, captions):
            kind, media = found
            if self.as_blocks:
                return [Made(kind, {"title": title, "media": media})]
        links = [(source, attributes) for source in sources if (attributes := self.resolver.link(source))]
        if not links:
            return []
        opening = "".join(f' {key}="{attribute(value)}"' for key, value in links[0][1].items())
        label = title or urlsplit(links[0][0]).path.rsplit("/", 1)[-1] or _("Open the recording")
        return [Flow(f"<p><a{opening}>{escaped(label)}</a></p>")]

    on_audio = on_video

    def map_to_links(self, picture_map: etree._Element) -> None:
        """The places of a clickable picture become a list of links under it."""
        items = lxml.html.Element("ul")
        for area in picture_map.iter("area"):
            label = area.get("alt") or area.get("title")
            if area.get("href") and label:
                entry = etree.SubElement(etree.SubElement(items, "li"), "a", href=area.get("href"))
                entry.text = label
        for area in list(picture_map.iter("area")):
            area.drop_tag()
        if len(items):
            picture_map.append(items)
        picture_map.tag = "div"


def is_picture(href: str) -> bool:
    extension = urlsplit(href).path.rsplit(".", 1)[-1].lower()
    return extension in settings.WAGTAILIMAGES_EXTENSIONS


def is_embeddable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").lower() in settings.LECTERN_EMBED_HOSTS
