"""The little Markdown that polls and simple problems are written in, as HTML."""

import html
import re

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
ITALIC = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])")
BULLET = re.compile(r"^\s*[*+-]\s+")
NUMBER = re.compile(r"^\s*\d+[.)]\s+")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
MARKUP = re.compile(r"<(p|div|ul|ol|table|h[1-6]|img|a|b|i|em|strong|span|br)\b", re.I)


def inline(text: str) -> str:
    """One line. Entities that authors typed (&#128525;) become their characters."""
    text = html.unescape(text)
    if MARKUP.search(text):
        return text
    text = html.escape(text, quote=False)
    text = IMAGE.sub(lambda m: f'<img src="{html.escape(m[2])}" alt="{html.escape(m[1])}">', text)
    text = LINK.sub(lambda m: f'<a href="{m[2].replace(chr(34), "%22")}">{m[1]}</a>', text)
    text = CODE.sub(r"<code>\1</code>", text)
    text = BOLD.sub(r"<strong>\2</strong>", text)
    return ITALIC.sub(r"<em>\2</em>", text)


def as_blocks(text: str) -> str:
    """Paragraphs, lists and headings; lines of one paragraph stay lines."""
    pieces: list[str] = []
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip("\n")):
        lines = [line for line in part.split("\n") if line.strip()]
        if not lines:
            continue
        for pattern, tag in ((BULLET, "ul"), (NUMBER, "ol")):
            if all(pattern.match(line) for line in lines):
                items = "".join(f"<li>{inline(pattern.sub('', line))}</li>" for line in lines)
                pieces.append(f"<{tag}>{items}</{tag}>")
                break
        else:
            heading = HEADING.match(lines[0]) if len(lines) == 1 else None
            if heading:
                pieces.append(f"<h4>{inline(heading[2])}</h4>")
            else:
                pieces.append("<p>" + "<br>".join(inline(line.strip()) for line in lines) + "</p>")
    return "".join(pieces)
