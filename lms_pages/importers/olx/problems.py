"""Problems: responses that Lectern can judge become questions, the text around them their stems."""

import ast
import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _
from lxml import etree

from lms_pages.importers.olx import scripts
from lms_pages.importers.olx.answers import accepted_texts, number, numerical
from lms_pages.importers.olx.markup import inner_html, outer_html, remove, text_of
from lms_pages.importers.olx.polls import Unaskable
from lms_pages.importers.olx.problem_markdown import problem_xml
from lms_pages.importers.olx.source import parse_xml
from lms_pages.importers.olx.tree import QuestionData

CHOICES = {"choicegroup", "checkboxgroup", "radiogroup"}
TYPED = {"textline", "textbox", "formulaequationinput", "numericalinput", "input"}
INPUTS = CHOICES | TYPED | {"optioninput"}
SCRIPTED = {"customresponse", "externalresponse", "coderesponse", "javascriptresponse", "schematicresponse"}
# Shown after the answer only: none of them may reach a stem.
HINTS = {
    "choicehint", "compoundhint", "correcthint", "hintgroup", "hintpart", "numerichint", "optionhint", "regexphint",
    "stringequalhint", "stringhint", "targetedfeedback", "targetedfeedbackset",
}  # fmt: skip
# Neither text nor input: settings of the response, or what only the old player needed.
SILENT = {"responseparam", "additional_answer", "script", "style", "link", "startouttext", "endouttext", *HINTS}
WRONG_ANSWER_HINTS = {"stringequalhint", "stringhint", "regexphint", "numerichint"}

Remark = Callable[[str], None]


@dataclass
class Input:
    """One thing to answer, while the problem around it is still being read."""

    kind: str
    data: dict[str, Any]
    stem: list[str]
    feedback: list[str] = field(default_factory=list)


def read_problem(
    *, key: str, name: str, element: etree._Element, markdown: str, remark: Remark, weight: str = ""
) -> tuple[list[QuestionData], str]:
    """The questions of a problem, and the text that follows the last of them. ``weight`` is what all of them are worth
    together; without one, each is worth a point.

    Raises Unaskable with the reason when any of its inputs cannot be judged here:
    half a problem is worse than a clear placeholder.
    """
    # Its own tree: an inline problem has others beside it.
    element = copy.deepcopy(element)
    if not len(element) and not (element.text or "").strip() and markdown and markdown != "null":
        element = parse_xml(problem_xml(markdown), recover=True)
    for response in element.iter():
        if isinstance(response.tag, str) and response.tag.endswith("response") and response.tag not in KINDS:
            raise Unaskable(unknown_response(response.tag))
    element = without_script(element, seed=key, remark=remark)
    reader = Reader(remark)
    reader.read(element)
    points = points_of_weight(weight, len(reader.inputs))
    questions = [
        QuestionData(
            key=key if number == 1 else f"{key}#{number}",
            kind=entry.kind,
            title=name if len(reader.inputs) == 1 or not name else f"{name} ({number})",
            stem="".join(entry.stem).strip(),
            data=entry.data,
            feedback="".join(entry.feedback),
            points=points[number - 1],
        )
        for number, entry in enumerate(reader.inputs, 1)
    ]
    return questions, "".join(reader.pending).strip()


def points_of_weight(weight: str, count: int) -> list[Decimal]:
    """What each of ``count`` questions is worth, to two places; together they are worth ``weight``."""
    try:
        together = Decimal(weight)
        is_usable = bool(count) and 0 <= together < 1000
    except InvalidOperation:
        is_usable = False
    if not is_usable:
        return [Decimal(1)] * count
    each = (together / count).quantize(Decimal("0.01"), ROUND_DOWN)
    return [each] * (count - 1) + [together.quantize(Decimal("0.01"), ROUND_DOWN) - each * (count - 1)]


def without_script(element: etree._Element, *, seed: str, remark: Remark) -> etree._Element:
    """The problem with its script's variables filled in. Raises Unaskable when they cannot be told."""
    code = "\n".join(
        script.text or "" for script in element.iter("script") if "javascript" not in (script.get("type") or "").lower()
    )
    for script in list(element.iter("script")):
        remove(script)
    if not code.strip():
        return element
    known = scripts.variables(code, seed)
    element.attrib.pop("markdown", None)
    source = etree.tostring(element, encoding="unicode", with_tail=False)
    names = scripts.used(source, known)
    if any(known[name] is None for name in names):
        raise Unaskable(_("Its text or answer comes from a script, and Lectern runs no scripts of courses."))
    if not names:
        if element.find(".//hintgroup[@hintfn]") is not None:
            remark(_("Its hints came from a Python script and were left out."))
        return element
    remark(_("Its numbers were drawn anew for each learner; here everybody gets the same ones."))
    safe = {name: str(escape(value)) if value is not None else None for name, value in known.items()}
    return parse_xml(scripts.filled(source, safe))


class Reader:
    """Walks a problem in reading order; text waits in ``pending`` for the next input."""

    def __init__(self, remark: Remark):
        self.remark = remark
        self.inputs: list[Input] = []
        self.pending: list[str] = []
        self.early_feedback: list[str] = []

    def read(self, element: etree._Element, response: etree._Element | None = None) -> None:
        self.pending.append(wrapped(element.text))
        for child in element:
            if isinstance(child.tag, str):
                self.read_child(child, response)
            self.pending.append(wrapped(child.tail))

    def read_child(self, child: etree._Element, response: etree._Element | None) -> None:
        tag = child.tag
        if tag.endswith("response"):
            self.read_response(child)
        elif tag in INPUTS and response is not None:
            self.add_input(response, child)
        elif tag in ("solution", "demandhint"):
            self.add_feedback(solution_html(child) if tag == "solution" else hints_html(child))
        elif tag in SILENT:
            pass
        elif tag == "label":
            self.pending.append(f"<p>{inner_html(child)}</p>")
        elif tag == "description":
            self.pending.append(f"<p><em>{inner_html(child)}</em></p>")
        elif any(isinstance(inner.tag, str) and is_active(inner.tag) for inner in child.iterdescendants()):
            self.read(child, response)
        else:
            self.pending.append(outer_html(child))

    def read_response(self, response: etree._Element) -> None:
        if response.get("partial_credit"):
            self.remark(_("It gave part of the points for part of the answer; here all of it must be right."))
        before = len(self.inputs)
        self.read(response, response)
        if len(self.inputs) == before:
            if response.tag not in ("numericalresponse", "stringresponse"):
                raise Unaskable(_("It has nothing to choose from."))
            self.add_input(response, etree.Element("textline"))

    def add_input(self, response: etree._Element, entry: etree._Element) -> None:
        kind, data, feedback = KINDS[response.tag](response, entry, self.remark)
        if not "".join(self.pending).strip() and entry.get("label"):
            self.pending.append(f"<p>{escape(entry.get('label'))}</p>")
        self.inputs.append(Input(kind, data, self.pending, [*feedback, *self.early_feedback]))
        self.pending, self.early_feedback = [], []

    def add_feedback(self, html: str) -> None:
        (self.inputs[-1].feedback if self.inputs else self.early_feedback).append(html)


def unknown_response(kind: str) -> str:
    if kind in SCRIPTED:
        return _("It needs a script (%(kind)s), and Lectern runs no scripts of courses.") % {"kind": kind}
    return _("Lectern has no answers of the kind “%(kind)s”.") % {"kind": kind}


def is_active(tag: str) -> bool:
    return tag.endswith("response") or tag in INPUTS or tag in ("solution", "demandhint")


def wrapped(text: str | None) -> str:
    return str(escape(text)) if text and text.strip() else " "


def solution_html(solution: etree._Element) -> str:
    """The explanation without the heading that the old editor put into each."""
    html = inner_html(solution)
    return re.sub(r"<(p|h\d)[^>]*>\s*(?:Explanation|Targeted Feedback)\s*:?\s*</\1>", "", html, count=1)


def hints_html(demandhint: etree._Element) -> str:
    return "".join(
        f"<p>{_('Hint: %(hint)s') % {'hint': inner_html(hint).strip()}}</p>" for hint in demandhint.iter("hint")
    )


Made = tuple[str, dict[str, Any], list[str]]


def options_of(group: etree._Element, tag: str, hint: str, remark: Remark) -> tuple[list[dict[str, Any]], list[str]]:
    options, feedback = [], []
    targeted = targeted_feedback(group)
    for choice in group.iter(tag):
        hints = choice.findall(hint)
        chosen = [h for h in hints if (h.get("selected") or "true").lower() != "false"]
        text = inner_html(choice, without=(hint,)).strip()
        options.append(
            {
                "text": text,
                "right": (choice.get("correct") or "").lower() == "true",
                "feedback": "".join(inner_html(h).strip() for h in chosen)
                + targeted.get(choice.get("explanation-id"), ""),
            }
        )
        feedback += [
            f"<p>{_('On “%(option)s”: %(hint)s') % {'option': escape(text_of_html(text)), 'hint': inner_html(h).strip()}}</p>"
            for h in hints
            if h not in chosen
        ]
    if group.find("compoundhint") is not None:
        remark(_("Hints for a combination of answers were left out."))
    if not options:
        raise Unaskable(_("It has nothing to choose from."))
    if not any(option["right"] for option in options):
        raise Unaskable(_("None of its options is marked as right."))
    return options, feedback


def targeted_feedback(group: etree._Element) -> dict[str | None, str]:
    """What is said on an option, by the name the option calls it by: it stands behind the response."""
    found = group.xpath("following::targetedfeedbackset[1]/targetedfeedback[@explanation-id]")
    return {entry.get("explanation-id"): solution_html(entry).strip() for entry in found}


def text_of_html(html: str) -> str:
    root = parse_xml(f"<x>{html}</x>", recover=True)
    return text_of(root) if root is not None else ""


def single_choice(response: etree._Element, entry: etree._Element, remark: Remark) -> Made:
    options, feedback = options_of(entry, "choice", "choicehint", remark)
    remark_on_several(options, remark)
    return "single_choice", {"options": options, "shuffle": is_shuffled(entry)}, feedback


def remark_on_several(options: list[dict[str, Any]], remark: Remark) -> None:
    if sum(option["right"] for option in options) > 1:
        remark(_("Several options are right, and any of them counts. To edit the question here, leave only one."))


def multiple_answers(response: etree._Element, entry: etree._Element, remark: Remark) -> Made:
    options, feedback = options_of(entry, "choice", "choicehint", remark)
    return "multiple_answers", {"options": options, "shuffle": is_shuffled(entry)}, feedback


def is_shuffled(entry: etree._Element) -> bool:
    return (entry.get("shuffle") or "").lower() == "true"


def dropdown(response: etree._Element, entry: etree._Element, remark: Remark) -> Made:
    if entry.find("option") is not None:
        options, feedback = options_of(entry, "option", "optionhint", remark)
        return "single_choice", {"options": options}, feedback
    try:
        listed = ast.literal_eval(entry.get("options") or "()")
        names = [str(name) for name in (listed if isinstance(listed, tuple | list) else [listed])]
    except (ValueError, SyntaxError, TypeError, RecursionError):
        names = re.findall(r"""['"]([^'"]*)['"]""", entry.get("options") or "")
    right = (entry.get("correct") or "").strip()
    if right not in names:
        raise Unaskable(_("None of its options is marked as right."))
    return "single_choice", {"options": [{"text": str(escape(n)), "right": n == right} for n in names]}, []


def typed_feedback(response: etree._Element, remark: Remark) -> dict[str, str]:
    if any(True for _hint in response.iter(*WRONG_ANSWER_HINTS)):
        remark(_("Hints on certain wrong answers were left out."))
    return {"feedback_right": "".join(inner_html(hint).strip() for hint in response.iter("correcthint"))}


def numeric(response: etree._Element, entry: etree._Element, remark: Remark) -> Made:
    value, difference = numerical(response)
    if difference:
        remark(difference)
    answer: dict[str, Any] = {"tolerance": as_stored(value.tolerance)}
    feedback = typed_feedback(response, remark)
    others = response.findall("additional_answer")
    if others:
        # Each answer has a hint of its own.
        first = answer | {"number": as_stored(value.answer), "feedback": hint_of(response)}
        rest = [
            {"number": as_stored(number(other.get("answer") or "")), "feedback": hint_of(other)} for other in others
        ]
        answer, feedback = {"accepted": [first, *rest]}, {}
    else:
        answer["answer"] = as_stored(value.answer)
    return "numerical", {**answer, "unit": (entry.get("trailing_text") or "")[:20], **feedback}, []


def hint_of(element: etree._Element) -> str:
    return "".join(inner_html(hint).strip() for hint in element.findall("correcthint"))


def as_stored(number: Decimal) -> str:
    """As the question's own field writes it back, so that an update finds it unchanged: 1000, not 1E+3; 5E-7."""
    return str(Decimal(format(number, "f")))


def short_text(response: etree._Element, entry: etree._Element, remark: Remark) -> Made:
    accepted, case_sensitive = accepted_texts(response)
    data = {"accepted": accepted, "case_sensitive": case_sensitive, **typed_feedback(response, remark)}
    return "short_text", data, []


KINDS: dict[str, Callable[[etree._Element, etree._Element, Remark], Made]] = {
    "multiplechoiceresponse": single_choice,
    "truefalseresponse": single_choice,
    "choiceresponse": multiple_answers,
    "optionresponse": dropdown,
    "numericalresponse": numeric,
    "stringresponse": short_text,
}
