"""Cloze: gaps written into a text as Moodle has them, {1:SHORTANSWER:=Paris~%50%Pariss#Check the spelling.}"""

import html as html_module
import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.data import NotHeld, ParseError
from questions.formats.texts import (
    BLANKS,
    TAGS,
    Html,
    number_of,
    number_text,
    percent,
    percent_text,
    rich,
)
from workbench.text import one_line

TYPED, CHOSEN, NUMBER = "typed", "chosen", "number"
CHOSEN_NAMES = [f"{name}{way}" for name, ways in (
    ("MULTICHOICE", ("", "_V", "_H", "_S", "_VS", "_HS")), ("MC", ("", "V", "H", "S", "VS", "HS")),
) for way in ways]  # fmt: skip
SEVERAL_NAMES = ["MULTIRESPONSE", "MULTIRESPONSE_H", "MULTIRESPONSE_S", "MULTIRESPONSE_HS", "MR", "MRH", "MRS", "MRHS"]
KINDS = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW"), (TYPED, False)),
    **dict.fromkeys(("SHORTANSWER_C", "SAC", "MWC"), (TYPED, True)),
    **dict.fromkeys(("NUMERICAL", "NM"), (NUMBER, False)),
    **dict.fromkeys(CHOSEN_NAMES, (CHOSEN, False)),
}
WRITTEN = {(TYPED, False): "SHORTANSWER", (TYPED, True): "SHORTANSWER_C", (NUMBER, False): "NUMERICAL"}
NAMES = "|".join(sorted([*KINDS, *SEVERAL_NAMES], key=len, reverse=True))
START = re.compile(r"\{(\d{0,3}):([A-Za-z_]{1,20}):")
# What was meant as a gap: a colon or the end is missing, or the name is wrong.
ALMOST = re.compile(rf"\{{\s{{0,9}}\d{{0,9}}\s{{0,9}}(?::\s{{0,9}}[A-Za-z_]+|(?:{NAMES})\s{{0,9}}:)", re.I)
BODY = re.compile(r"((?:[^\\}]|\\.)*)\}", re.S)
CREDIT = re.compile(r"\s*(?:(=)|%(-?\d{1,3}(?:[.,]\d*)?)%)")
ESCAPED = re.compile(r"\\([}#~=\\])")
# Written as entities, which every reader of HTML takes back.
RESERVED = re.compile(r"[{}#~\\=%*&<>]")
TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.I)
MARKER = re.compile(r"\[\[(\d{1,3})\]\]")
LEADING = re.compile(r"<(p|h[2-5])>(?:(?!</\1>).)*</\1>\s*", re.S)
MAX_GAPS = 200


def read_cloze(source: str, form: str, line: int) -> tuple[Html, list[dict[str, Any]]]:
    """The text with [[1]], [[2]] where its gaps are, and the gaps. Raises ParseError at the line of what is broken."""
    pieces: list[str] = []
    gaps: list[dict[str, Any]] = []
    position = 0
    while found := ALMOST.search(source, position):
        pieces.append(unmarked(source[position : found.start()]))
        here = line + source.count("\n", 0, found.start())
        start, body = START.match(source, found.start()), None
        if start:
            body = BODY.match(source, start.end())
        if start is None or body is None:
            raise ParseError(
                here,
                _("The gap “%(gap)s” is broken.") % {"gap": source[found.start() : found.start() + 40]},
                _("Write it as {1:SHORTANSWER:=right answer~%%50%%half right}, closed with }.") % {},
            )
        if len(gaps) == MAX_GAPS:
            raise ParseError(
                here,
                _("The text has more than %(most)d gaps.") % {"most": MAX_GAPS},
                _("Make several questions of it."),
            )
        gaps.append(gap_of(start[1], start[2].upper(), body[1], here))
        pieces.append(f"[[{len(gaps)}]]")
        position = body.end()
    pieces.append(unmarked(source[position:]))
    if not gaps:
        raise ParseError(
            line,
            _("The text has no gap."),
            _("Write a gap as {1:SHORTANSWER:=right answer} where the learner fills it in."),
        )
    html = rich("".join(pieces), form)
    return Html(str(html), source.strip(BLANKS), form), gaps


def unmarked(text: str) -> str:
    """What looks like a marker of ours in somebody's text is kept from being one."""
    return text.replace("[[", "[ [")


def gap_of(points: str, name: str, body: str, line: int) -> dict[str, Any]:
    if name in SEVERAL_NAMES:
        raise NotHeld(
            line,
            _("A gap lets several answers be chosen (%(name)s), which gaps here do not.") % {"name": name},
            _("Make a multiple-answers question of it."),
        )
    if name not in KINDS:
        raise ParseError(
            line,
            _("“%(name)s” is no kind of gap.") % {"name": name[:40]},
            _("Write SHORTANSWER, SHORTANSWER_C, MULTICHOICE or NUMERICAL."),
        )
    kind, case = KINDS[name]
    options = [option_of(part, kind, line) for part in re.split(r"(?<!\\)~", body.removeprefix("~"))]
    if not any(option["credit"] == 100 for option in options):
        raise ParseError(
            line,
            _("A gap has no answer that is right."),
            _("Put = before the right answer: {1:SHORTANSWER:=Paris}."),
        )
    return {"kind": kind, "options": options, "case_sensitive": case, "points": int(points or 1)}


def option_of(part: str, kind: str, line: int) -> dict[str, Any]:
    credit: int | float = 0
    if found := CREDIT.match(part):
        credit = 100 if found[1] else percent(Decimal(found[2].replace(",", ".").rstrip(".")))
        if not -100 <= credit <= 100:
            raise ParseError(
                line,
                _("The credit %(credit)s %% of an answer in a gap is outside of -100 %% to 100 %%.")
                % {"credit": found[2]},
                _("Write the share of the gap’s points, such as %%50%%.") % {},
            )
        part = part[found.end() :]
    answer, *feedback = re.split(r"(?<![\\&])#", part, maxsplit=1)
    text = plain(answer)
    option: dict[str, Any] = {"text": text, "credit": credit, "feedback": note(feedback[0]) if feedback else ""}
    if kind == NUMBER:
        number, mark, margin = text.partition(":")
        exact, tolerance = number_of(number), number_of(margin) if mark else Decimal(0)
        if text != "*" and (exact is None or tolerance is None):
            raise ParseError(
                line,
                _("“%(text)s” in a gap is not a number.") % {"text": text[:60]},
                _("Write a number as 3.14, with a tolerance as 3.14:0.01."),
            )
        option["text"] = "*" if exact is None else number_text(exact)
        option["tolerance"] = "0" if tolerance is None else number_text(abs(tolerance))
    elif not text:
        raise ParseError(line, _("An answer of a gap is empty."), _("Write an answer after = or ~, or delete the ~."))
    return option


def plain(text: str) -> str:
    """An answer: the words of its HTML."""
    text = ESCAPED.sub(r"\1", text)
    return one_line(html_module.unescape(TAG.sub("", text)))


def note(text: str) -> Html:
    return rich(ESCAPED.sub(r"\1", text))


def write_cloze(text: str, gaps: list[dict[str, Any]]) -> str:
    """``text`` with its gaps written into it."""

    def written(found: re.Match[str]) -> str:
        number = int(found[1])
        return gap_text(gaps[number - 1]) if 0 < number <= len(gaps) else found[0]

    return MARKER.sub(written, text)


def gap_text(gap: dict[str, Any]) -> str:
    kind = gap["kind"]
    name = WRITTEN.get((kind, bool(gap.get("case_sensitive"))), "MULTICHOICE" if kind == CHOSEN else "NUMERICAL")
    parts = []
    for option in gap["options"]:
        credit = option["credit"]
        mark = "=" if credit == 100 else "" if not credit else f"%{percent_text(credit)}%"
        answer = as_entities(option["text"], keep="*" if kind != CHOSEN else "")
        if kind == NUMBER and option["text"] != "*":
            answer += f":{option.get('tolerance') or 0}"
        feedback = option.get("feedback") or ""
        parts.append(mark + answer + (f"#{reserved(feedback)}" if feedback else ""))
    return f"{{{percent_text(gap.get('points') or 1)}:{name}:{'~'.join(parts)}}}"


def as_entities(text: str, keep: str = "") -> str:
    return RESERVED.sub(lambda found: found[0] if found[0] in keep else f"&#{ord(found[0])};", text)


def reserved(html: str) -> str:
    """Feedback is HTML already: only what would end it becomes an entity."""
    return re.sub(r"[{}~\\]|(?<!&)#", lambda found: f"&#{ord(found[0])};", html)


def default_stem() -> Html:
    return rich(_("Fill in the gaps."), "plain")


def gaps_question(source: str, form: str, line: int) -> tuple[Html, dict[str, Any]]:
    """Stem and data of a text with gaps. Paragraphs before the first gap are what is asked."""
    html, gaps = read_cloze(source, form, line)
    first = MARKER.search(html)
    end = 0
    while (found := LEADING.match(html, end)) and first and found.end() <= first.start():
        end = found.end()
    stem = html[:end].strip(BLANKS) if html[end:].strip(BLANKS) else ""
    text = html[len(stem) and end :]
    data = {"text": str(text), "gaps": gaps, "feedback_right": "", "feedback_partly": "", "feedback_wrong": ""}
    return Html(stem or str(default_stem()), html.source, form), data


def gaps_source(stem: str, data: dict[str, Any]) -> str:
    """The reverse of `gaps_question`."""
    before = "" if stem == default_stem() else str(stem)
    return before + write_cloze(str(data["text"]), data["gaps"])
