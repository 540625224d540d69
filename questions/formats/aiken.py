"""Aiken: a question on a line, its options A to Z on theirs, and the letter of the right one."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from questions.formats.choices import choice_data, weights_of
from questions.formats.data import Lost, Parsed, ParseError, QuestionData, Remark
from questions.formats.notes import notes_on
from questions.formats.texts import (
    BLANKS,
    PLAIN,
    check_text,
    decoded,
    limit_of,
    rich,
    simple_text,
)

NAME = "aiken"
OPTION = re.compile(r"([A-Za-z])[.)](?:[ \t]+(.*)|$)")
ANSWER = re.compile(r"ANSWER\s*:\s*(.*)", re.I)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def looks_like(data: bytes) -> bool:
    # UTF-16 has a zero beside each letter.
    start = data[:200_000].replace(b"\0", b"")
    return re.search(rb"(?m)^[ \t]*ANSWER\s*:\s*[A-Za-z]\s*$", start) is not None


def parse(data: bytes) -> Parsed:
    """The questions of a file; each error with its line. Nothing is raised."""
    try:
        text, encoding = decoded(data)
    except ParseError as error:
        return Parsed(NAME, errors=[error.remark])
    questions: list[QuestionData] = []
    errors: list[Remark] = []
    stem: list[str] = []
    options: list[str] = []
    start = 0

    def finish(number: int, answer: str | None) -> None:
        nonlocal stem, options
        try:
            questions.append(question_of(stem, options, answer, start or number, number))
        except ParseError as error:
            errors.append(error.remark)
        stem, options = [], []

    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip(BLANKS)
        if not line:
            continue
        if limit := limit_of(len(questions), len(errors), number):
            errors.append(limit)
            stem, options = [], []
            break
        found = OPTION.match(line)
        if answer := ANSWER.fullmatch(line):
            finish(number, answer[1])
        elif found and stem and (options or found[1].upper() == "A") and is_next(found[1], options):
            options.append(found[2] or "")
        elif options:
            # A new question begins, and the last one had no answer.
            finish(number, None)
            stem, start = [line], number
        else:
            if not stem:
                start = number
            stem.append(line)
    if options or stem:
        finish(number, None)
    if not questions and not errors:
        errors.append(Remark(0, _("The file holds no question."), _("Write a question, its options, and ANSWER: A.")))
    return Parsed(NAME, encoding, questions, [], errors, notes_on(questions))


def is_next(letter: str, options: list[str]) -> bool:
    return len(options) < len(LETTERS) and letter.upper() == LETTERS[len(options)]


def question_of(stem: list[str], options: list[str], answer: str | None, start: int, number: int) -> QuestionData:
    if answer is None:
        raise ParseError(
            start,
            _("The question has no line with its answer."),
            _("Add a line such as ANSWER: A after its options, which are lettered A, B, C and so on."),
        )
    if not stem:
        raise ParseError(start, _("The answer stands here without a question."), _("Write the question above it."))
    if len(options) < 2:
        raise ParseError(
            start,
            _("The question has fewer than two options."),
            _("Write each option on its own line: A. First, B. Second."),
        )
    letter = answer.strip(BLANKS + ".)").upper()
    if len(letter) != 1 or letter not in LETTERS[: len(options)]:
        raise ParseError(
            number,
            _("The answer “%(answer)s” is not the letter of one of the %(count)d options.")
            % {"answer": answer[:40], "count": len(options)},
            _("Write one letter from A to %(last)s.") % {"last": LETTERS[len(options) - 1]},
        )
    for text in (*stem, *options):
        check_text(text, start)
    kind, data = choice_data(
        [(rich(text, PLAIN), 100 * (LETTERS[place] == letter), "") for place, text in enumerate(options)],
        single=True,
        shuffle=False,
    )
    return QuestionData(kind, text=rich("\n".join(stem), PLAIN), data=data, line=start)


def write(questions: Sequence[QuestionData]) -> tuple[bytes, list[QuestionData], list[Lost]]:
    """The file, the questions it holds, and those it cannot hold."""
    pieces, held, lost = [], [], []
    for question in questions:
        if reason := why_not(question):
            lost.append(Lost(question.title, reason, skipped=True))
            continue
        pieces.append(written(question))
        held.append(question)
    return "\n\n".join(pieces).encode(), held, lost


def why_not(question: QuestionData) -> str:
    if question.type != "single_choice":
        return _("Aiken has questions with one right option only.")
    weights = weights_of(question.type, question.data)
    if weights.count(100) != 1 or len(weights) - 1 != weights.count(0):
        return _("Aiken has exactly one right option, and none that is partly right.")
    if len(weights) > len(LETTERS):
        return _("Aiken has at most 26 options.")
    read = parse(written(question).encode()).questions
    if "\n" in plain(question.text) or len(read) != 1 or plain_parts(read[0]) != plain_parts(question):
        return _("Aiken holds plain text on single lines; the markup or a line of this question does not fit into it.")
    return ""


def plain_parts(question: QuestionData) -> tuple[object, ...]:
    return (question.text, *((option["text"], option["right"]) for option in question.data["options"]))


def written(question: QuestionData) -> str:
    weights = weights_of(question.type, question.data)
    lines = [plain(question.text)]
    lines += [f"{LETTERS[place]}. {plain(option['text'])}" for place, option in enumerate(question.data["options"])]
    return "\n".join([*lines, f"ANSWER: {LETTERS[weights.index(100)]}"])


def plain(html: str) -> str:
    return simple_text(html, lambda text: rich(text, PLAIN))
