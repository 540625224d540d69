"""Moodle XML from elements to questions, type by type."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from questions.formats.choices import choice_data, texts_without_wrong, without_wrong
from questions.formats.cloze import gaps_question
from questions.formats.data import DESCRIPTION, NotHeld, Parsed, ParseError, QuestionData, Remark
from questions.formats.moodle_xml.elements import Reader, line_of, line_of_text, root_of, xml_text
from questions.formats.moodle_xml.selects import select_gaps
from questions.formats.notes import notes_on
from questions.formats.texts import BLANKS, limit_of, number_of, number_text, percent, points_of
from workbench.text import one_line

NAME = "moodle-xml"
ALIASES = {"match": "matching", "multianswer": "cloze", "ddmatch": "matching", "ddwtos": "gapselect"}
# The ordering type's ways of grading, by name and by number.
PLACES = {"ABSOLUTE_POSITION", "0", "RELATIVE_TO_CORRECT", "7"}
ALL_OR_NOTHING = {"ALL_OR_NOTHING", "-1", ""}
PICTURES = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif|tiff?)$", re.I)


def parse(data: bytes) -> Parsed:
    """The questions of a file; each error with its line. Nothing is raised."""
    try:
        text, encoding, dropped = xml_text(data)
        root = root_of(text)
        if root.tag != "quiz":
            raise ParseError(
                line_of(root) or 1,
                _("The file holds <%(tag)s>, not the <quiz> of Moodle XML.") % {"tag": str(root.tag)[:40]},
                _("In Moodle, export the question bank in the format Moodle XML."),
            )
    except ParseError as error:
        return Parsed(NAME, errors=[error.remark])
    questions: list[QuestionData] = []
    categories: list[str] = []
    errors: list[Remark] = []
    notes: list[Remark] = []
    if dropped:
        what = _("%(count)d characters that XML cannot hold were left out.") % {"count": dropped}
        notes.append(Remark(0, what, _("Compare the texts with the original.")))
    for element in root.iterchildren("question"):
        kind = (element.get("type") or "").strip()
        reader = QuestionReader(element)
        if limit := limit_of(len(questions), len(errors), reader.line):
            errors.append(limit)
            break
        try:
            if kind == "category":
                categories.append(reader.category())
                continue
            questions.append(reader.question(kind, categories[-1] if categories else ""))
            notes += reader.notes
        except NotHeld as held:
            notes.append(held.remark)
        except ParseError as error:
            errors.append(error.remark)
    if not questions and not errors and not categories:
        mend = _("In Moodle, export the question bank in the format Moodle XML.")
        errors.append(Remark(0, _("The file holds no question that can be imported."), mend))
    return Parsed(NAME, encoding, questions, list(dict.fromkeys(categories)), errors, [*notes, *notes_on(questions)])


class QuestionReader(Reader):
    """One <question>."""

    def __init__(self, element: etree._Element):
        super().__init__(element)
        self.notes: list[Remark] = []

    def fail(self, what: str, mend: str, element: etree._Element | None = None) -> ParseError:
        return ParseError(line_of(element) or self.line, what, mend)

    def category(self) -> str:
        return self.string(self.child("category")).strip(BLANKS)

    def question(self, kind: str, category: str) -> QuestionData:
        kind = ALIASES.get(kind, kind)
        readers: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
            "truefalse": self.true_false,
            "multichoice": self.choice,
            "multichoiceset": self.choice,
            "shortanswer": self.short_text,
            "numerical": self.numerical,
            "matching": self.matching,
            "essay": self.essay,
            "ordering": self.ordering,
        }
        title = self.value("name")
        if kind not in (*readers, "description", "cloze", "gapselect"):
            raise NotHeld(
                self.line,
                _("“%(title)s” is of the kind “%(kind)s”, which the question bank does not have; it was left out.")
                % {"title": title[:60], "kind": kind[:40]},
                _("Ask it another way, for example as a choice or a number."),
            )
        body = self.child("questiontext")
        text = self.rich(body)
        self.form = self.form_of(body)
        grade, given = self.child("defaultgrade"), self.value("defaultgrade", "1") or "1"
        points = points_of(number_of(given), given, line_of(grade) or self.line)
        question = QuestionData(
            type=DESCRIPTION,
            title=title,
            text=text,
            feedback=self.text("generalfeedback"),
            hints=tuple(hint for element in self.children("hint") if (hint := self.rich(element))),
            points=points,
            category=category,
            tags=self.tags(),
            key=self.value("idnumber"),
            line=self.line,
        )
        self.note_files(question)
        if kind == "description":
            return question
        if kind in ("cloze", "gapselect"):
            read = gaps_question if kind == "cloze" else select_gaps(self)
            stem, data = read(self.string(body), self.form, line_of_text(body) or self.line)
            # A cloze is worth what its gaps are worth.
            if grade is None:
                total = sum((Decimal(gap["points"]) for gap in data["gaps"]), Decimal(0))
                points = points_of(total, number_text(total), self.line)
            return replace(question, type="gaps", text=stem, data=data, points=points)
        type_name, data = readers[kind]()
        return replace(question, type=type_name, data=data)

    def tags(self) -> tuple[str, ...]:
        found = self.child("tags")
        names = [self.string(tag).strip(BLANKS) for tag in self.children("tag", found)] if found is not None else []
        return tuple(dict.fromkeys(name for name in names if name))

    def note_files(self, question: QuestionData) -> None:
        # What is shown as a picture is told as that.
        names = [name for file in self.element.iter("file") if not PICTURES.search(name := file.get("name") or "?")]
        if names:
            what = _("%(count)d files of “%(title)s” were left out: %(names)s") % {
                "count": len(names),
                "title": question.title[:60],
                "names": ", ".join(names[:5])[:200],
            }
            self.notes.append(Remark(self.line, what, _("Upload them and link to them beside the question.")))

    def combined(self) -> dict[str, str]:
        return {
            "feedback_right": self.text("correctfeedback"),
            "feedback_partly": self.text("partiallycorrectfeedback"),
            "feedback_wrong": self.text("incorrectfeedback"),
        }

    def fraction(self, answer: etree._Element) -> int | float:
        text = answer.get("fraction") or self.value("fraction", "0", answer) or "0"
        number = number_of(text)
        if number is None or not -100 <= number <= 100:
            raise self.fail(
                _("The fraction “%(text)s” is not a number from -100 to 100.") % {"text": text[:40]},
                _('Write it as fraction="50".'),
                answer,
            )
        return percent(number)

    def answers(self, least: int = 1) -> list[etree._Element]:
        answers = self.children("answer")
        if len(answers) < least:
            raise self.fail(
                _("The question has %(count)d answers; it needs at least %(least)d.")
                % {"count": len(answers), "least": least},
                _("Add an <answer> with its <text>."),
            )
        return answers

    def true_false(self) -> tuple[str, dict[str, Any]]:
        data: dict[str, Any] = {"answer": None, "feedback_true": "", "feedback_false": ""}
        for number, answer in enumerate(self.answers(2)[:2]):
            word = self.string(answer).strip(BLANKS).lower()
            # Old exports say the words in the language of their site, "true" first.
            is_true = word == "true" if word in ("true", "false") else number == 0
            data["feedback_true" if is_true else "feedback_false"] = self.text("feedback", answer)
            if self.fraction(answer) == 100:
                data["answer"] = is_true
        if data["answer"] is None:
            raise self.fail(_("Neither true nor false is right."), _('Give the right one fraction="100".'))
        return "true_false", data | {"feedback_right": "", "feedback_wrong": ""}

    def choice(self) -> tuple[str, dict[str, Any]]:
        options = [
            (self.rich(answer), self.fraction(answer), self.text("feedback", answer)) for answer in self.answers(2)
        ]
        is_set = self.element.get("type") == "multichoiceset"
        return choice_data(
            options,
            single=not is_set and self.is_true("single", default=True),
            shuffle=self.is_true("shuffleanswers"),
            feedback=self.combined(),
            # Ours; Moodle reads past it and takes the fractions.
            scoring="all" if is_set or self.value("scoring") == "all" else "",
        )

    def short_text(self) -> tuple[str, dict[str, Any]]:
        accepted = [
            {
                "text": self.string(answer).strip(BLANKS),
                "credit": self.fraction(answer),
                "feedback": self.text("feedback", answer),
            }
            for answer in self.answers()
        ]
        if not all(entry["text"] for entry in accepted):
            raise self.fail(_("An accepted answer is empty."), _("Write it into the <text> of its <answer>."))
        accepted, wrong = texts_without_wrong(accepted)
        return "short_text", {
            "accepted": accepted,
            "case_sensitive": self.is_true("usecase"),
            "feedback_right": "",
            "feedback_wrong": wrong,
        }

    def numerical(self) -> tuple[str, dict[str, Any]]:
        accepted = []
        for answer in self.answers():
            text = self.string(answer).strip(BLANKS) or "*"
            number, tolerance = number_of(text), number_of(self.value("tolerance", "0", answer) or "0")
            if text != "*" and (number is None or tolerance is None):
                raise self.fail(
                    _("“%(text)s” is not a number.") % {"text": text[:60]},
                    _("Write a number such as 3.14, and its <tolerance>."),
                    answer,
                )
            entry = {
                "number": "*" if number is None else number_text(number),
                "tolerance": "0" if tolerance is None else number_text(abs(tolerance)),
                "credit": self.fraction(answer),
                "feedback": self.text("feedback", answer),
            }
            accepted.append(entry)
        accepted, wrong = without_wrong(accepted, self.line)
        if not accepted:
            raise self.fail(_("The question accepts no number."), _("Add an <answer> with the right number."))
        units = self.child("units")
        named = self.children("unit", units) if units is not None else []
        # The numbers are in the unit that multiplies by one; the others follow it.
        named.sort(key=lambda unit: number_of(self.value("multiplier", "1", unit)) != 1)
        names = [name for unit in named if (name := self.value("unit_name", parent=unit))]
        if len(names) > 1:
            what = _("Only the first of these units was kept: %(units)s") % {"units": ", ".join(names)[:200]}
            self.notes.append(Remark(self.line, what, _("Name the unit in the question.")))
        return "numerical", {
            "accepted": accepted,
            "unit": names[0] if names else "",
            "unit_asked": bool(names) and self.value("unitgradingtype", "0") in ("1", "2"),
            "feedback_right": "",
            "feedback_wrong": wrong,
        }

    def matching(self) -> tuple[str, dict[str, Any]]:
        pairs, extra = [], []
        for pair in self.children("subquestion"):
            prompt, match = self.rich(pair), one_line(self.value("answer", parent=pair))
            if prompt or self.string(pair).strip(BLANKS):
                pairs.append({"prompt": prompt, "match": match})
            elif match:
                extra.append(match)
        if not pairs or len(pairs) + len(extra) < 2:
            raise self.fail(_("The question has fewer than two pairs."), _("Add a <subquestion> with its <answer>."))
        shuffle = self.is_true("shuffleanswers", default=self.child("shuffleanswers") is None)
        return "matching", {"pairs": pairs, "extra": extra, "shuffle": shuffle, **self.combined()}

    def ordering(self) -> tuple[str, dict[str, Any]]:
        answers = self.answers(2)
        found = [number_of(answer.get("fraction") or "") for answer in answers]
        places = [place for place in found if place is not None]
        if len(set(places)) == len(answers):
            order = sorted(range(len(answers)), key=places.__getitem__)
            answers = [answers[number] for number in order]
        grading = self.value("gradingtype").upper()
        if grading.startswith("LONGEST") or grading in ("5", "6"):
            what = _("“%(title)s” was graded by its longest run in order; here neighbors in order count.")
            self.notes.append(Remark(self.line, what % {"title": self.value("name")[:60]}, ""))
        scoring = "all" if grading in ALL_OR_NOTHING else "places" if grading in PLACES else "pairs"
        return "ordering", {"items": [self.rich(answer) for answer in answers], "scoring": scoring, **self.combined()}

    def essay(self) -> tuple[str, dict[str, Any]]:
        words: dict[str, int | None] = {}
        for name in ("min", "max"):
            number = number_of(self.value(f"{name}wordlimit"))
            words[f"{name}_words"] = int(number) if number is not None and 0 < number <= 100_000 else None
        if self.text("responsetemplate") or self.value("attachments", "0") != "0":
            what = _("“%(title)s” gave learners a template or took files from them; here they write a text.")
            mend = _("Put the template into the question, or ask for files in another way.")
            self.notes.append(Remark(self.line, what % {"title": self.value("name")[:60]}, mend))
        return "essay", {"rubric": [], **words, "notes": self.text("graderinfo")}
