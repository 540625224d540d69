"""Questions as Moodle XML, in the order of elements that Moodle writes."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from questions.formats.choices import accepted_numbers, accepted_texts, weights_of, with_wrong
from questions.formats.cloze import gaps_source
from questions.formats.data import DESCRIPTION, CannotHold, Lost, QuestionData
from questions.formats.moodle_xml.elements import CONTROL
from questions.formats.texts import number_text, percent_text

TYPES = {
    DESCRIPTION: "description",
    "single_choice": "multichoice",
    "multiple_answers": "multichoice",
    "true_false": "truefalse",
    "short_text": "shortanswer",
    "numerical": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "gaps": "cloze",
    "essay": "essay",
}
GRADING = {"all": "ALL_OR_NOTHING", "places": "ABSOLUTE_POSITION", "pairs": "RELATIVE_NEXT_EXCLUDE_LAST"}
# Moodle's default for a wrong try.
PENALTY = "0.3333333"


def write(questions: Sequence[QuestionData]) -> tuple[bytes, list[QuestionData], list[Lost]]:
    """The file, the questions it holds, and those it cannot hold."""
    quiz = etree.Element("quiz")
    held, lost, category = [], [], ""
    for question in questions:
        try:
            element = Writer(question).element()
        except CannotHold as reason:
            lost.append(Lost(question.title, str(reason), skipped=True))
            continue
        if question.category != category:
            category = question.category
            change = etree.SubElement(quiz, "question", type="category")
            put(etree.SubElement(change, "category"), category)
        quiz.append(element)
        held.append(question)
    etree.indent(quiz)
    return etree.tostring(quiz, xml_declaration=True, encoding="UTF-8"), held, lost


def put(parent: etree._Element, text: str) -> None:
    """``text`` in a <text> of ``parent``, without what XML cannot hold."""
    etree.SubElement(parent, "text").text = CONTROL.sub("", str(text))


class Writer:
    def __init__(self, question: QuestionData):
        self.question, self.data = question, question.data
        if question.type not in TYPES:
            raise CannotHold(
                _("Moodle has no polls: every question of it has a right answer.")
                if question.type == "poll"
                else _("Moodle has no questions of this kind.")
            )
        self.root = etree.Element("question", type=TYPES[question.type])

    def add(self, name: str, value: str, parent: etree._Element | None = None, **attributes: str) -> etree._Element:
        element = etree.SubElement(self.root if parent is None else parent, name, **attributes)
        element.text = CONTROL.sub("", value)
        return element

    def html(self, name: str, html: str, parent: etree._Element | None = None) -> None:
        put(etree.SubElement(self.root if parent is None else parent, name, format="html"), html)

    def element(self) -> etree._Element:
        question = self.question
        put(etree.SubElement(self.root, "name"), question.title)
        self.html("questiontext", gaps_source(question.text, self.data) if question.type == "gaps" else question.text)
        self.html("generalfeedback", question.feedback)
        self.add("defaultgrade", number_text(question.points))
        self.add("penalty", PENALTY)
        self.add("hidden", "0")
        self.add("idnumber", question.key)
        write_answers: Callable[[], None] | None = getattr(self, f"on_{question.type}", None)
        if write_answers:
            write_answers()
        for hint in question.hints:
            self.html("hint", hint)
        if question.tags:
            tags = etree.SubElement(self.root, "tags")
            for tag in question.tags:
                put(etree.SubElement(tags, "tag"), tag)
        return self.root

    def answer(self, text: str, fraction: Any, feedback: str = "", form: str = "html") -> etree._Element:
        answer = etree.SubElement(self.root, "answer", fraction=percent_text(fraction), format=form)
        put(answer, text)
        if feedback:
            self.html("feedback", feedback, answer)
        return answer

    def combined(self) -> None:
        for name, key in (
            ("correctfeedback", "feedback_right"),
            ("partiallycorrectfeedback", "feedback_partly"),
            ("incorrectfeedback", "feedback_wrong"),
        ):
            self.html(name, self.data.get(key) or "")

    def flag(self, name: str, value: Any) -> None:
        self.add(name, "true" if value else "false")

    def on_single_choice(self) -> None:
        kind = self.question.type
        self.flag("single", kind == "single_choice")
        self.flag("shuffleanswers", self.data.get("shuffle"))
        self.add("answernumbering", "abc")
        if kind == "multiple_answers" and self.data.get("scoring", "all") == "all":
            # Moodle reads past it and takes the fractions; we do not.
            self.add("scoring", "all")
        self.combined()
        for option, weight in zip(self.data["options"], weights_of(kind, self.data), strict=True):
            self.answer(option["text"], weight, option.get("feedback") or "")

    on_multiple_answers = on_single_choice

    def on_true_false(self) -> None:
        right = bool(self.data["answer"])
        self.answer("true", 100 if right else 0, self.data.get("feedback_true") or "", "moodle_auto_format")
        self.answer("false", 0 if right else 100, self.data.get("feedback_false") or "", "moodle_auto_format")

    def on_short_text(self) -> None:
        self.add("usecase", "1" if self.data.get("case_sensitive") else "0")
        for entry in with_wrong(accepted_texts(self.data), "text", self.data.get("feedback_wrong") or ""):
            self.answer(entry["text"], entry["credit"], entry["feedback"], "moodle_auto_format")

    def on_numerical(self) -> None:
        for entry in with_wrong(accepted_numbers(self.data), "number", self.data.get("feedback_wrong") or ""):
            answer = self.answer(entry["number"], entry["credit"], entry["feedback"], "moodle_auto_format")
            self.add("tolerance", entry["tolerance"], answer)
        unit, asked = self.data.get("unit") or "", bool(self.data.get("unit_asked"))
        if unit:
            element = etree.SubElement(etree.SubElement(self.root, "units"), "unit")
            self.add("multiplier", "1", element)
            self.add("unit_name", unit, element)
        self.add("unitgradingtype", "1" if unit and asked else "0")
        self.add("unitpenalty", "0.1")
        # 0 asks for the unit as text, 3 asks for the number alone.
        self.add("showunits", "0" if unit and asked else "3")

    def on_matching(self) -> None:
        self.flag("shuffleanswers", self.data.get("shuffle"))
        self.combined()
        pairs = [(pair["prompt"], pair["match"]) for pair in self.data["pairs"]]
        for prompt, match in [*pairs, *(("", match) for match in self.data.get("extra") or [])]:
            pair = etree.SubElement(self.root, "subquestion", format="html")
            put(pair, prompt)
            put(etree.SubElement(pair, "answer"), match)

    def on_ordering(self) -> None:
        self.add("layouttype", "VERTICAL")
        self.add("selecttype", "ALL")
        self.add("selectcount", str(len(self.data["items"])))
        self.add("gradingtype", GRADING[self.data.get("scoring") or "all"])
        self.add("showgrading", "SHOW")
        self.combined()
        for place, item in enumerate(self.data["items"], 1):
            self.answer(item, place)

    def on_essay(self) -> None:
        self.add("responseformat", "editor")
        self.add("responserequired", "1")
        self.add("minwordlimit", str(self.data.get("min_words") or ""))
        self.add("maxwordlimit", str(self.data.get("max_words") or ""))
        self.html("graderinfo", self.data.get("notes") or "")
