"""A table of questions from its rows, kind by kind."""

import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.cloze import gaps_question
from questions.formats.data import DESCRIPTION, Parsed, ParseError, QuestionData, Remark
from questions.formats.notes import notes_on
from questions.formats.tables.columns import (
    FALSE,
    LETTERS,
    NO,
    TRUE,
    TYPE_NAMES,
    YES,
    absent_from,
    column_name,
    rubric_of,
)
from questions.formats.texts import (
    BLANKS,
    HTML,
    MAX_BYTES,
    MAX_QUESTIONS,
    MAX_TEXT,
    PLAIN,
    STARTS_MARKUP,
    Html,
    cell_rich,
    limit_of,
    number_of,
    number_text,
    percent,
    points_of,
)
from workbench.sheets import Limits, Sheet, SheetRefused, Unusable, open_sheet
from workbench.text import one_line

MAX_CELL = 32_000
LIMITS = Limits(size=MAX_BYTES, rows=2 * MAX_QUESTIONS, columns=1100, characters=MAX_CELL)
DIFFICULTIES = {"", "easy", "medium", "hard"}


def looks_like(data: bytes) -> bool:
    """Whether the first line names columns of ours."""
    line = data.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"").split(b"\n", 1)[0][:5000]
    names = {column_name(part.strip('" \r')) for part in re.split(r"[,;\t|]", line.decode("latin-1"))}
    return "question" in names and len(names - {""}) > 1


def parse_csv(data: bytes) -> Parsed:
    return parse(data, "csv")


def parse_xlsx(data: bytes) -> Parsed:
    return parse(data, "xlsx")


def parse(data: bytes, name: str) -> Parsed:
    """The questions of a table; each error with its row. Nothing is raised."""
    questions: list[QuestionData] = []
    errors: list[Remark] = []
    notes: list[Remark] = []
    encoding, columns = "", list[str]()
    try:
        sheet = open_sheet(io.BytesIO(data), name=f"questions.{name}", limits=LIMITS)
        encoding = encoding_of(sheet)
        columns, unknown = columns_of(sheet.header)
        if unknown:
            what = _("These columns were not read: %(names)s") % {"names": ", ".join(unknown)[:300]}
            notes.append(Remark(1, what, _("Name them as the template does, or leave them out.")))
        for row in rows(sheet, columns, errors):
            if limit := limit_of(len(questions), len(errors), row.line):
                errors.append(limit)
                break
            try:
                questions.append(row.question())
            except ParseError as error:
                errors.append(error.remark)
    except SheetRefused as refused:
        errors.append(Remark(0, str(refused), _("Mend the file, then import it again.")))
    except ParseError as error:
        errors.append(error.remark)
    if not questions and not errors:
        errors.append(Remark(0, _("The table has no row with a question."), _("Write one question a row.")))
    return Parsed(name, encoding, questions, [], errors, [*notes, *notes_on(questions)], absent_from(columns))


def encoding_of(sheet: Sheet) -> str:
    if sheet.kind != "csv":
        return "UTF-8"
    return next((label for label in ("UTF-8", "UTF-16", "Windows-1252") if label in sheet.facts[0]), "")


def columns_of(header: list[str]) -> tuple[list[str], list[str]]:
    """The name of each column, and the headers that name none."""
    columns, unknown = [], []
    for cell in header:
        name = column_name(cell)
        if name in columns:
            raise ParseError(
                1,
                _("Two columns are named “%(name)s”.") % {"name": cell[:60]},
                _("Keep one of them, or give them different numbers."),
            )
        columns.append(name)
        if not name and cell:
            unknown.append(cell[:60])
    if "question" not in columns:
        raise ParseError(
            1, _("No column is named “question”."), _("Name the columns in the first row, as in the template.")
        )
    return columns, unknown


def rows(sheet: Sheet, columns: list[str], errors: list[Remark]) -> Iterator["Row"]:
    known = frozenset(columns)
    for number, cells in sheet.rows():
        named = {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell.strip(BLANKS)}
        bad = [(name, cell.why) for name, cell in named.items() if isinstance(cell, Unusable)]
        if bad:
            what = _("The cell “%(column)s” %(why)s") % {"column": bad[0][0], "why": bad[0][1]}
            errors.append(Remark(number, what, _("Write what it should say as plain text.")))
        elif named:
            yield Row(number, {name: cell.strip(BLANKS) for name, cell in named.items()}, known)


class Row:
    """One row. ``cells`` are by the name of their column, empty ones left out; ``columns`` are all that the table has.

    What is said about an answer in a column that the table does not have is left out of the
    data, so that the bank keeps what it has. An empty cell says that there is nothing.
    """

    def __init__(self, line: int, cells: dict[str, str], columns: frozenset[str]):
        self.line, self.cells, self.columns = line, cells, columns

    def fail(self, what: str, mend: str) -> ParseError:
        return ParseError(self.line, what, mend)

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def rich(self, name: str) -> Html | str:
        return cell_rich(self.cells[name]) if name in self.cells else ""

    def flag(self, name: str) -> bool:
        word = self.get(name).lower()
        if word not in YES | NO:
            raise self.fail(
                _("“%(word)s” in the column “%(column)s” is neither yes nor no.") % {"word": word[:40], "column": name},
                _("Write yes or no, or leave it empty."),
            )
        return word in YES

    def number(self, name: str) -> Decimal | None:
        if name not in self.cells:
            return None
        number = number_of(self.cells[name].removesuffix("%"))
        if number is None:
            raise self.fail(
                _("“%(text)s” in the column “%(column)s” is not a number.")
                % {"text": self.cells[name][:40], "column": name},
                _("Write digits only, such as 0.5."),
            )
        return number

    def credit(self, place: int) -> int | float | None:
        number = self.number(f"credit {place}")
        if number is not None and not -100 <= number <= 100:
            raise self.fail(
                _("The credit %(credit)s is outside of -100 to 100.") % {"credit": self.get(f"credit {place}")},
                _("Write the share of the points in percent."),
            )
        return None if number is None else percent(number)

    def count(self, *names: str) -> int:
        """The number of the last answer that has one of ``names``."""
        numbered = (cell.rpartition(" ") for cell in self.cells)
        return max((int(place) for name, _blank, place in numbered if name in names and place.isdigit()), default=0)

    def beside(self, place: int, *names: str) -> dict[str, Any]:
        """What stands beside an answer in those of the columns ``names`` that there are."""
        readers: dict[str, Callable[[], Any]] = {
            "feedback": lambda: self.rich(f"feedback {place}"),
            "credit": lambda: self.credit(place),
        }
        return {name: readers[name]() for name in names if f"{name} {place}" in self.columns}

    def question(self) -> QuestionData:
        kind = self.kind()
        readers: dict[str, Callable[[], dict[str, Any]]] = {
            "single_choice": self.single_choice,
            "multiple_answers": self.multiple_answers,
            "poll": self.poll,
            "true_false": self.true_false,
            "short_text": self.short_text,
            "numerical": self.numerical,
            "matching": self.matching,
            "ordering": self.ordering,
            "essay": self.essay,
        }
        text: Html | str
        if kind == "gaps":
            source = self.get("question")
            text, data = gaps_question(source, HTML if STARTS_MARKUP.match(source) else PLAIN, self.line)
            data |= self.combined()
        else:
            text = self.rich("question")
            data = readers[kind]() if kind != DESCRIPTION else {}
        if not text:
            raise self.fail(_("The column “question” is empty."), _("Write what is asked."))
        points = self.number("points")
        difficulty = self.get("difficulty").lower()
        if difficulty not in DIFFICULTIES:
            raise self.fail(
                _("“%(word)s” is no difficulty.") % {"word": difficulty[:40]}, _("Write easy, medium or hard.")
            )
        return QuestionData(
            type=kind,
            title=self.get("title"),
            text=text,
            data=data,
            feedback=self.rich("feedback"),
            hints=tuple(hint for name in ("hint", *(f"hint {n}" for n in range(2, 10))) if (hint := self.rich(name))),
            solution=self.rich("solution"),
            points=Decimal(1) if points is None else points_of(points, self.get("points"), self.line),
            difficulty=difficulty,
            category=self.get("category"),
            tags=tuple(dict.fromkeys(tag for part in re.split("[,;\n]", self.get("tags")) if (tag := part.strip()))),
            key=self.get("id"),
            line=self.line,
        )

    def kind(self) -> str:
        name = re.sub(r"[\s_\-/]+", " ", self.get("type").lower())
        kind = TYPE_NAMES.get(name, None) if name else ""
        if kind is None:
            raise self.fail(
                _("“%(type)s” is no type of question.") % {"type": self.get("type")[:40]},
                _("Write one of: %(types)s.") % {"types": ", ".join(sorted(TYPE_NAMES))},
            )
        if kind:
            return kind
        right = self.get("right").lower()
        if right in TRUE | FALSE and not self.count("answer") and not name:
            return "true_false"
        if not right:
            raise self.fail(
                _("The row does not say its type, and no answer is marked as right."),
                _("Fill in the column “type”, or name the letters of the right answers in “right”."),
            )
        return "single_choice" if len(self.right_places()) == 1 else "multiple_answers"

    def right_places(self) -> set[int]:
        """The numbers of the right answers, written as A, C or 1, 3."""
        places = set()
        for word in re.split(r"[\s,;+&]+", self.get("right").strip()):
            if not word:
                continue
            place = LETTERS.find(word.upper()) + 1 if len(word) == 1 and word.upper() in LETTERS else 0
            place = int(word) if word.isascii() and word.isdigit() and len(word) < 4 else place
            if not place or f"answer {place}" not in self.cells:
                raise self.fail(
                    _("“%(word)s” in the column “right” names no answer of this row.") % {"word": word[:40]},
                    _("Write the letters of the right answers, such as B or A, C."),
                )
            places.add(place)
        return places

    def combined(self) -> dict[str, Any]:
        return {
            "feedback_right": self.rich("if right"),
            "feedback_partly": self.rich("if partly right"),
            "feedback_wrong": self.rich("if wrong"),
        }

    def two_feedbacks(self) -> dict[str, Any]:
        return {"feedback_right": self.rich("if right"), "feedback_wrong": self.rich("if wrong")}

    def options(self) -> list[dict[str, Any]]:
        # A letter names a column, so one left empty between others does not move the rest.
        places = [place for place in range(1, self.count("answer") + 1) if f"answer {place}" in self.cells]
        if len(places) < 2:
            raise self.fail(_("The question has fewer than two answers."), _("Fill in “answer 1” and “answer 2”."))
        right = self.right_places()
        return [
            {
                "text": self.rich(f"answer {place}"),
                "right": place in right,
                **self.beside(place, "feedback", "credit"),
            }
            for place in places
        ]

    def single_choice(self) -> dict[str, Any]:
        return {"options": self.options(), "shuffle": self.flag("shuffle"), **self.combined()}

    def multiple_answers(self) -> dict[str, Any]:
        options = self.options()
        credits = any(option.get("credit") is not None for option in options)
        scoring = self.word("scoring", ("all", "share", "credits"), "credits" if credits else "all")
        return {"options": options, "shuffle": self.flag("shuffle"), "scoring": scoring, **self.combined()}

    def word(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        word = self.get(name).lower() or default
        if word not in allowed:
            raise self.fail(
                _("“%(word)s” is not allowed in the column “%(column)s”.") % {"word": word[:40], "column": name},
                _("Write one of: %(allowed)s.") % {"allowed": ", ".join(allowed)},
            )
        return word

    def poll(self) -> dict[str, Any]:
        options = [
            {name: said for name, said in option.items() if name in ("text", "feedback")} for option in self.options()
        ]
        return {"options": options, "several": self.flag("several")}

    def true_false(self) -> dict[str, Any]:
        word = self.get("right").lower()
        if word not in TRUE | FALSE:
            raise self.fail(
                _("The column “right” says neither true nor false."), _("Write true or false into “right”.")
            )
        columns = {"feedback_true": "feedback 1", "feedback_false": "feedback 2"}
        feedback = {name: self.rich(column) for name, column in columns.items() if column in self.columns}
        return {"answer": word in TRUE, **feedback, **self.two_feedbacks()}

    def accepted(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """The place of each accepted answer, the answer, and what stands beside it. No credit is all of it."""
        count = self.count("answer")
        if not count:
            raise self.fail(_("The question accepts no answer."), _("Fill in “answer 1”."))
        for place in range(1, count + 1):
            if text := self.get(f"answer {place}"):
                beside = self.beside(place, "feedback", "credit")
                if "credit" in beside and beside["credit"] is None:
                    beside["credit"] = 100
                yield place, text, beside

    def short_text(self) -> dict[str, Any]:
        accepted = [{"text": text, **beside} for _place, text, beside in self.accepted()]
        return {"accepted": accepted, "case_sensitive": self.flag("case sensitive"), **self.combined()}

    def numerical(self) -> dict[str, Any]:
        accepted = []
        for place, _text, beside in self.accepted():
            if self.columns & {"tolerance", f"tolerance {place}"}:
                own = self.number(f"tolerance {place}")
                tolerance = self.number("tolerance") if own is None else own
                beside["tolerance"] = number_text(abs(tolerance or Decimal(0)))
            number = self.number(f"answer {place}")
            accepted.append({"number": number_text(number or Decimal(0)), **beside})
        unit = {"unit": self.get("unit"), "unit_asked": self.flag("unit asked")}
        return {"accepted": accepted, **unit, **self.combined()}

    def matching(self) -> dict[str, Any]:
        pairs, extra = [], []
        for place in range(1, self.count("answer", "match") + 1):
            prompt, match = self.rich(f"answer {place}"), one_line(self.get(f"match {place}"))
            if prompt:
                pairs.append({"prompt": prompt, "match": match})
            elif match:
                extra.append(match)
        if not pairs or len(pairs) + len(extra) < 2 or not all(pair["match"] for pair in pairs):
            raise self.fail(
                _("A question of this type needs at least two pairs, each with its match."),
                _("Fill in “answer 1” and “match 1”, “answer 2” and “match 2”."),
            )
        shuffle = self.flag("shuffle") if self.get("shuffle") else True
        return {"pairs": pairs, "extra": extra, "shuffle": shuffle, **self.combined()}

    def ordering(self) -> dict[str, Any]:
        items = [item for place in range(1, self.count("answer") + 1) if (item := self.rich(f"answer {place}"))]
        if len(items) < 2:
            raise self.fail(
                _("There are fewer than two items to order."), _("Fill in “answer 1”, “answer 2” in the right order.")
            )
        return {"items": items, "scoring": self.word("scoring", ("all", "places", "pairs"), "all"), **self.combined()}

    def essay(self) -> dict[str, Any]:
        try:
            rubric = rubric_of(self.get("rubric"))
        except ValueError as line:
            raise self.fail(
                _("The line “%(line)s” of the rubric cannot be read.") % {"line": str(line)[:80]},
                _("Write it as: Structure | 10 | weak = 0 | clear = 10."),
            ) from None
        words = {"min_words": self.word_count("min words"), "max_words": self.word_count("max words")}
        return {"rubric": rubric, **words, "notes": self.rich("notes")}

    def word_count(self, name: str) -> int | None:
        number = self.number(name)
        if number and not (1 <= number <= MAX_TEXT and number == int(number)):
            raise self.fail(
                _("“%(text)s” in the column “%(column)s” is no number of words.")
                % {"text": self.get(name)[:40], "column": name},
                _("Write a whole number such as 200, or leave it empty."),
            )
        return int(number) if number else None
