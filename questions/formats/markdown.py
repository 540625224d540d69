"""Markdown as question files hold it, as HTML: paragraphs, line breaks, nested lists, emphasis, code, links."""

import html
import re

FENCE = re.compile(r"^\s*(```|~~~)")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)[\s#]*$")
ITEM = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$")
TOKEN = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>~])|(`+)|(\*\*|__)|([*_])|\[([^\[\]\n]{1,500})\]\(([^()\s]{1,1000})\)")
MARKS = {"**": "strong", "__": "strong", "*": "em", "_": "em"}


def inline(text: str) -> str:
    """One run of text. Tags stay tags; a mark that is never closed stays a mark."""
    pieces: list[str] = []
    # Open marks: the mark, and where its piece stands.
    stack: list[tuple[str, int]] = []
    position = 0
    while found := TOKEN.search(text, position):
        pieces.append(text[position : found.start()])
        position = found.end()
        if found[1]:
            pieces.append(html.escape(found[1]))
        elif found[2]:
            end = text.find(found[2], position)
            if end < 0:
                pieces.append(found[2])
                continue
            pieces.append(f"<code>{html.escape(text[position:end].strip(), quote=False)}</code>")
            position = end + len(found[2])
        elif mark := found[3] or found[4]:
            before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
            opened = [number for number, (open_mark, _place) in enumerate(stack) if open_mark == mark]
            if opened and before.strip() and not (mark[0] == "_" and after.isalnum()):
                tag = MARKS[mark]
                pieces[stack[opened[-1]][1]] = f"<{tag}>"
                del stack[opened[-1] :]
                pieces.append(f"</{tag}>")
                continue
            if after.strip() and len(stack) < 20 and not (mark[0] == "_" and before.isalnum()):
                stack.append((mark, len(pieces)))
            pieces.append(mark)
        else:
            pieces.append(f'<a href="{html.escape(found[6])}">{html.escape(found[5], quote=False)}</a>')
    pieces.append(text[position:])
    return "".join(pieces)


def paragraph(lines: list[str]) -> str:
    """Lines of one paragraph; two blanks or a backslash at the end of a line break it."""
    out = []
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        breaks = not last and (line.endswith(("  ", "\\")))
        out.append(inline(line.strip().removesuffix("\\") if breaks else line.strip()))
        if not last:
            out.append("<br>" if breaks else "\n")
    return f"<p>{''.join(out)}</p>"


def list_html(items: list[tuple[int, bool, str]]) -> str:
    """Items as (indent, numbered, text), nested by their indent."""
    out: list[str] = []
    open_lists: list[tuple[int, str]] = []
    for indent, numbered, text in items:
        tag = "ol" if numbered else "ul"
        while open_lists and indent < open_lists[-1][0]:
            out.append(f"</li></{open_lists.pop()[1]}>")
        if open_lists and indent < open_lists[-1][0] + 2:
            out.append("</li>")
        elif len(open_lists) < 20:
            open_lists.append((indent, tag))
            out.append(f"<{tag}>")
        else:
            out.append("</li>")
        out.append(f"<li>{inline(text)}")
    while open_lists:
        out.append(f"</li></{open_lists.pop()[1]}>")
    return "".join(out)


def markdown_html(text: str) -> str:
    out: list[str] = []
    waiting: list[str] = []
    items: list[tuple[int, bool, str]] = []

    def flush() -> None:
        if waiting:
            out.append(paragraph(waiting))
            waiting.clear()
        if items:
            out.append(list_html(items))
            items.clear()

    code: list[str] | None = None
    for line in text.split("\n"):
        if FENCE.match(line):
            if code is None:
                flush()
                code = []
            else:
                out.append(f"<pre>{html.escape(chr(10).join(code), quote=False)}</pre>")
                code = None
        elif code is not None:
            code.append(line)
        elif not line.strip():
            flush()
        elif heading := HEADING.match(line):
            flush()
            out.append(f"<h4>{inline(heading[2])}</h4>")
        elif item := ITEM.match(line):
            if waiting:
                flush()
            items.append((len(item[1].expandtabs(4)), item[2][0].isdigit(), item[3]))
        elif items and line.startswith((" ", "\t")):
            indent, numbered, before = items[-1]
            items[-1] = (indent, numbered, f"{before} {line.strip()}")
        else:
            if items:
                flush()
            waiting.append(line)
    flush()
    if code:
        out.append(f"<pre>{html.escape(chr(10).join(code), quote=False)}</pre>")
    return "".join(out)
