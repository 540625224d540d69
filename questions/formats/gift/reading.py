"""GIFT from blocks to questions, as Moodle reads it."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.choices import choice_data, texts_without_wrong, without_wrong
from questions.formats.data import DESCRIPTION, Parsed, ParseError, QuestionData, Remark
from questions.formats.gift.lexing import Block, Lexer, answers_of, shield, unshield
from questions.formats.notes import notes_on
from questions.formats.texts import (
    BLANKS,
    HTML,
    MARKDOWN,
    MOODLE,
    PLAIN,
    Html,
    check_text,
    decoded,
    limit_of,
    number_of,
    number_text,
    percent,
    rich,
)
from workbench.text import one_line

NAME = "gift"
BLANK = "_____"
FORM = re.compile(r"\[(html|markdown|plain|moodle)\]", re.I)
WEIGHT = re.compile(r"\s*%\s*(-?\d{1,9}(?:[.,]\d{0,12})?)\s*%")
# A tag whose attribute was not escaped; its = would begin an answer.
ATTRIBUTE = re.compile(r"<[a-z][a-z0-9]*\s[^<>{}]*?(=)\s*[\"']", re.I)
COMMENT = re.compile(r"\A\s*//[^\n]*")
FOLDED = re.compile(r"[ \t]*\n[ \t\n]*|[ \t]{2,}")
# New pairs are mixed, but no file says so.
NEVER_SAID = frozenset({"data.shuffle"})
TRUE, FALSE = {"t", "true"}, {"f", "false"}
# As the ordering type of Moodle writes it: {>4 ALL VERTICAL ALL_OR_NOTHING SHOW
ORDERING = re.compile(
    r">[ \t]*\d*[ \t]*(?:(?:ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)\b)?[ \t]*"
    r"(?:(?:HORIZONTAL|HORI|H|VERTICAL|VERT|V|[01])\b)?[ \t]*"
    r"((?:ALL_OR_NOTHING|ABSOLUTE_POSITION|ABSOLUTE|ABS|RELATIVE\w*|REL|LONGEST_\w+)\b)?[ \t]*"
    r"(?:(?:SHOW|TRUE|YES|HIDE|FALSE|NO|[01])\b)?[ \t]*(?=\n|$)"
)
NEWLINES = re.compile(r"[ \t]*\n[ \t\n]*")


def parse(data: bytes) -> Parsed:
    """The questions of a file; each error with its line. Nothing is raised."""
    try:
        text, encoding = decoded(data)
    except ParseError as error:
        return Parsed(NAME, errors=[error.remark])
    lexer = Lexer(shield(text).split("\n"))
    questions: list[QuestionData] = []
    errors: list[Remark] = []
    for block in lexer.blocks():
        if limit := limit_of(len(questions), len(errors), block.line):
            errors.append(limit)
            break
        try:
            check_text(block.text, block.line)
            questions.append(Reader(block).question())
        except ParseError as error:
            errors.append(error.remark)
    if not questions and not errors and not lexer.categories:
        errors.append(Remark(0, _("The file holds no question."), _("Write a question and its answers in { }.")))
    categories = list(dict.fromkeys(lexer.categories))
    return Parsed(NAME, encoding, questions, categories, errors, notes_on(questions), NEVER_SAID)


class Reader:
    """One block. Offsets are those of the block's text, so that an error names its line."""

    def __init__(self, block: Block):
        self.block, self.form = block, MOODLE

    def fail(self, what: str, mend: str, part: str = "") -> ParseError:
        # The same letters may stand in the text before the answers.
        part = part.strip(BLANKS)
        offset = self.block.text.find(part, max(self.block.text.find("{"), 0)) if part else 0
        return ParseError(self.block.line_at(max(offset, 0)), what, mend)

    def rich(self, text: str, form: str = "") -> Html:
        """``text`` in the format it names, else in that of the question."""
        text = text.strip(BLANKS)
        found = FORM.match(text)
        form = found[1].lower() if found else form or self.form
        text = text[found.end() :].strip(BLANKS) if found else text
        return rich(unshield(folded(text, form)), form)

    def plain(self, text: str) -> str:
        """An answer that learners type: no markup, whatever format the question has."""
        return self.rich(text).source

    def question(self) -> QuestionData:
        text = self.block.text.strip(BLANKS)
        title, text = self.title(text)
        place = answers_of(self.block, text)
        stem, answers = text, None
        if place:
            start, end = place
            # Nobody who writes a comment there means a gap.
            before, after = text[:start], COMMENT.sub("", text[end + 1 :])
            stem = before if not after.strip(BLANKS) else f"{before}{BLANK}{after}"
            answers = text[start + 1 : end].strip(BLANKS)
        found = FORM.match(stem.strip(BLANKS))
        self.form = found[1].lower() if found else MOODLE
        question = QuestionData(
            type=DESCRIPTION,
            title=title,
            text=self.rich(stem),
            category=self.block.category,
            tags=tuple(self.block.tags),
            key=self.block.key,
            line=self.block.line,
        )
        if answers is None:
            return question
        answers, mark, feedback = answers.rpartition("####") if "####" in answers else (answers, "", "")
        if mark:
            question = replace(question, feedback=self.rich(feedback))
        kind, data = self.answers(answers.strip(BLANKS))
        return replace(question, type=kind, data=data)

    def title(self, text: str) -> tuple[str, str]:
        if not text.startswith("::"):
            return "", text
        title, mark, rest = text[2:].partition("::")
        if not mark:
            raise self.fail(
                _("The name of the question begins with :: and never ends."), _("Write it as ::Name:: before the text.")
            )
        return unshield(NEWLINES.sub(" ", title)).strip(BLANKS), rest.strip(BLANKS)

    def answers(self, text: str) -> tuple[str, dict[str, Any]]:
        if not text:
            return "essay", {"rubric": [], "min_words": None, "max_words": None, "notes": ""}
        if text[0] == "#":
            return "numerical", self.numerical(text[1:])
        if text[0] == ">":
            return "ordering", self.ordering(text)
        if "~" in text:
            return self.choice(text)
        if "=" in text and has_pairs(text.split("=")):
            return "matching", self.matching(text)
        word, *feedback = text.split("#", 2)
        if (answer := word.strip(BLANKS).lower()) in TRUE | FALSE:
            return "true_false", self.true_false(answer in TRUE, feedback)
        return "short_text", self.short_text(text)

    def true_false(self, answer: bool, feedback: list[str]) -> dict[str, Any]:
        """The first feedback is that on the wrong answer, the second that on the right one."""
        wrong, right = (*(self.rich(text) for text in feedback), "", "")[:2]
        return {
            "answer": answer,
            "feedback_true": right if answer else wrong,
            "feedback_false": wrong if answer else right,
            "feedback_right": "",
            "feedback_wrong": "",
        }

    def weighted(self, text: str) -> tuple[int | float | None, str, Html | str]:
        """Weight in percent (None where there is none), the answer, its feedback."""
        weight = None
        if found := WEIGHT.match(text):
            weight = percent(Decimal(found[1].replace(",", ".")))
            if not -100 <= weight <= 100:
                raise self.fail(
                    _("The weight %(weight)s %% is outside of -100 %% to 100 %%.") % {"weight": found[1]},
                    _("Write a weight as %%50%% or %%-50%%.") % {},
                    text,
                )
            text = text[found.end() :]
        answer, mark, feedback = text.partition("#")
        return weight, answer, self.rich(feedback) if mark else ""

    def choice(self, text: str) -> tuple[str, dict[str, Any]]:
        self.check_attributes(text)
        options = []
        # ~= is how people mark the right option who think of ~ as what begins each.
        first, *parts = re.split(r"(~\s*=|[~=])", text)
        if first.strip(BLANKS):
            raise self.fail(
                _("An answer of this question begins with neither ~ nor =."),
                _("Put ~ before a wrong answer and = before the right one."),
                first,
            )
        for mark, part in zip(parts[::2], parts[1::2], strict=True):
            weight, answer, feedback = self.weighted(part)
            weight = (100 if mark[-1] == "=" else 0) if weight is None else weight
            option = self.rich(answer)
            if not option.source:
                raise self.fail(
                    _("An option is empty."), _("Write it after the ~ or =, or delete that sign."), mark + part
                )
            options.append((option, weight, feedback))
        if len(options) < 2:
            raise self.fail(
                _("The question has one option only."), _("Give at least two options: ~wrong =right."), text
            )
        single = any(mark[-1] == "=" for mark in parts[::2])
        return choice_data(options, single=single, shuffle=False)

    def check_attributes(self, text: str) -> None:
        if found := ATTRIBUTE.search(text):
            raise ParseError(
                self.block.line_at(self.block.text.find(text) + found.start(1)),
                _("The = of an HTML attribute would begin a new answer here."),
                _("Write \\= inside of tags."),
            )

    def matching(self, text: str) -> dict[str, Any]:
        self.check_attributes(text)
        pairs, extra = [], []
        first, *parts = text.split("=")
        for part in ([first] if first.strip(BLANKS) else []) + parts:
            prompt, mark, match = part.partition("->")
            if not mark:
                raise self.fail(
                    _("A pair of this question has no arrow."), _("Write each pair as =question -> answer."), part
                )
            html, match = self.rich(prompt), one_line(unshield(folded(match.strip(BLANKS), PLAIN)))
            if html or html.source:
                pairs.append({"prompt": html, "match": match})
            else:
                extra.append(match)
        if not pairs or len(pairs) + len(extra) < 2:
            raise self.fail(
                _("The question has one pair only."), _("Give at least two pairs: =question -> answer."), text
            )
        feedback = {"feedback_right": "", "feedback_partly": "", "feedback_wrong": ""}
        return {"pairs": pairs, "extra": extra, "shuffle": True, **feedback}

    def short_text(self, text: str) -> dict[str, Any]:
        self.check_attributes(text)
        first, *parts = text.split("=")
        accepted = []
        for part in ([first] if first.strip(BLANKS) else []) + parts:
            weight, answer, feedback = self.weighted(part)
            credit = 100 if weight is None else weight
            accepted.append({"text": self.plain(answer), "credit": credit, "feedback": feedback})
            if not accepted[-1]["text"]:
                raise self.fail(_("An accepted answer is empty."), _("Write the answer after the = sign."), part)
        accepted, feedback_wrong = texts_without_wrong(accepted)
        return {
            "accepted": accepted,
            "case_sensitive": False,
            "feedback_right": "",
            "feedback_wrong": feedback_wrong,
        }

    def numerical(self, text: str) -> dict[str, Any]:
        self.check_attributes(text)
        text, mark, wrong = text.partition("~")
        first, *parts = text.split("=")
        accepted = []
        for part in ([first] if first.strip(BLANKS) else []) + parts:
            weight, answer, feedback = self.weighted(part)
            number, tolerance = self.interval(answer, part)
            credit = 100 if weight is None else weight
            accepted.append({"number": number, "tolerance": tolerance, "credit": credit, "feedback": feedback})
        if mark:
            feedback = self.weighted(wrong)[2]
            accepted.append({"number": "*", "tolerance": "0", "credit": 0, "feedback": feedback})
        accepted, feedback_wrong = without_wrong(accepted, self.block.line)
        if not accepted:
            raise self.fail(_("No number is given after #."), _("Write the answer as {#3.14:0.01}."), text)
        return {
            "accepted": accepted,
            "unit": "",
            "unit_asked": False,
            "feedback_right": "",
            "feedback_wrong": feedback_wrong,
        }

    def interval(self, text: str, part: str) -> tuple[str, str]:
        """The number and the tolerance of 3, 3:0.1 or 2.9..3.1; "*" is any number."""
        text = unshield(text).strip(BLANKS)
        if text == "*":
            return "*", "0"
        if ".." in text:
            low, high = (number_of(end) for end in text.split("..", 1))
            if low is not None and high is not None:
                low, high = min(low, high), max(low, high)
                return number_text((low + high) / 2), number_text((high - low) / 2)
        else:
            answer, _mark, margin = text.partition(":")
            number = number_of(answer)
            tolerance = number_of(margin) if margin.strip(BLANKS) else Decimal(0)
            if number is not None and tolerance is not None:
                return number_text(number), number_text(abs(tolerance))
        raise self.fail(
            _("“%(text)s” is not a number.") % {"text": text[:60]},
            _("Write a number as 3.14, with a tolerance as 3.14:0.01, a range as 3.1..3.2."),
            part,
        )

    def ordering(self, text: str) -> dict[str, Any]:
        found = ORDERING.match(text)
        if found is None:
            raise self.fail(
                _("The settings of an ordering question cannot be read."),
                _("Write them as {>3 ALL VERTICAL ALL_OR_NOTHING SHOW, then one item a line."),
                text,
            )
        items = [self.rich(line, MOODLE) for line in text[found.end() :].split("\n") if line.strip(BLANKS)]
        if len(items) < 2:
            raise self.fail(_("There are fewer than two items to order."), _("Write one item a line."), text)
        grading = found[1] or "ALL_OR_NOTHING"
        scoring = "places" if grading.startswith("ABS") else "pairs" if grading.startswith("REL") else "all"
        feedback = {"feedback_right": "", "feedback_partly": "", "feedback_wrong": ""}
        return {"items": items, "scoring": scoring, **feedback}


def has_pairs(parts: list[str]) -> bool:
    """Whether answers are pairs: one has an arrow before a feedback could begin, or several all have arrows.

    A pair has no weight; a typed answer that holds an arrow has one where a program wrote it.
    """
    if all(WEIGHT.match(part) for part in parts[1:]):
        return False
    several = len(parts) > 2 and all("->" in part for part in parts[1:])
    return several or any("->" in part.split("#")[0] for part in parts)


def folded(text: str, form: str) -> str:
    """Lines of a text are one line, except where the format minds them."""
    return text if form in (HTML, MARKDOWN) else FOLDED.sub(" ", text)
