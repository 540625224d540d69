"""Finding broken HTML: a page is imported all the same, but somebody should look at it."""

from collections import Counter
from html.parser import HTMLParser

from django.utils.translation import gettext as _

VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
# Elements whose end the standard lets authors leave out.
OPTIONAL_END = {"body", "colgroup", "dd", "dt", "head", "html", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"}  # fmt: skip


class Balance(HTMLParser):
    """Keeps the open elements and the first thing that does not fit."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, int]] = []
        self.counts: Counter[str] = Counter()
        self.problem = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))
            self.counts[tag] += 1

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """<br/>, and <div/>, which browsers take for a start but authors mean as a whole."""

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.counts[tag]:
            # Browsers make an empty paragraph of a lone </p>.
            if tag != "p":
                self.say(_("</%(tag)s> in line %(line)d closes nothing."), tag, self.getpos()[0])
            return
        while self.open:
            name, line = self.open.pop()
            self.counts[name] -= 1
            if name == tag:
                return
            if name not in OPTIONAL_END:
                self.say(_("<%(tag)s> in line %(line)d is not closed where it should be."), name, line)

    def say(self, sentence: str, tag: str, line: int) -> None:
        self.problem = self.problem or sentence % {"tag": tag, "line": line}


def first_problem(html: str) -> str:
    """One sentence on the first broken place; "" for HTML whose elements all fit."""
    balance = Balance()
    balance.feed(html)
    rest = balance.rawdata.strip()
    balance.close()
    for name, line in balance.open:
        if name not in OPTIONAL_END:
            balance.say(_("<%(tag)s> in line %(line)d is never closed."), name, line)
    if not balance.problem and rest.startswith("<") and len(rest) > 1 and (rest[1].isalpha() or rest[1] == "/"):
        return _("The last tag is cut off.")
    return balance.problem
