"""Polls and surveys: questions without a right answer."""

import json
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from lms_pages.importers import markdown
from lms_pages.importers.olx.markup import inner_html, text_of
from lms_pages.importers.olx.tree import QuestionData
from workbench.html import plain_text


class Unaskable(Exception):
    """Lectern cannot ask this; the text says why."""


def pairs(value: str | None) -> list[tuple[str, Any]]:
    """A JSON list of [key, value] pairs, or an object; Unaskable when it is neither."""
    try:
        data = json.loads(value or "[]")
        return [(str(key), item) for key, item in (data.items() if isinstance(data, dict) else data)]
    except (ValueError, TypeError, RecursionError):
        raise Unaskable(_("Its answers cannot be read.")) from None


def label_html(item: Any) -> str:
    """The words of an answer or row, with its picture if it has one."""
    if not isinstance(item, dict):
        return f"<p>{markdown.inline(str(item))}</p>"
    words = markdown.inline(str(item.get("label") or ""))
    picture = ""
    if source := str(item.get("img") or ""):
        image = etree.Element("img", src=source, alt=str(item.get("img_alt") or ""))
        picture = etree.tostring(image, encoding="unicode", method="html")
    return f"<p>{picture}{words}</p>"


def plain_label(item: Any) -> str:
    return plain_text(str(item.get("label") or "") if isinstance(item, dict) else str(item))


def options(answers: list[tuple[str, Any]]) -> list[dict[str, str]]:
    if len(answers) < 2:
        raise Unaskable(_("It has fewer than two answers to choose from."))
    return [{"text": label_html(item)} for _key, item in answers]


def poll_question(key: str, attributes: dict[str, str], name: str) -> QuestionData:
    question = attributes.get("question") or ""
    return QuestionData(
        key=key,
        kind="poll",
        title=name,
        stem=markdown.as_blocks(question),
        data={"options": options(pairs(attributes.get("answers")))},
        feedback=markdown.as_blocks(attributes.get("feedback") or ""),
    )


def survey_questions(key: str, attributes: dict[str, str], name: str) -> list[QuestionData]:
    """One poll question for each row of the survey."""
    rows = pairs(attributes.get("questions"))
    if not rows:
        raise Unaskable(_("It asks nothing."))
    answers = options(pairs(attributes.get("answers")))
    return [
        QuestionData(
            key=f"{key}#{row}",
            kind="poll",
            title=": ".join(part for part in (name, plain_label(item)) if part),
            stem=label_html(item),
            data={"options": answers},
            feedback=markdown.as_blocks(attributes.get("feedback") or "") if number == len(rows) else "",
        )
        for number, (row, item) in enumerate(rows, 1)
    ]


def old_poll_question(key: str, element: etree._Element, name: str) -> QuestionData:
    """`poll_question`: answers are elements, the rest is the question."""
    answers = [(answer.get("id") or "", text_of(answer)) for answer in element.findall("answer")]
    for answer in element.findall("answer"):
        answer.text, answer[:] = None, []
    return QuestionData(
        key=key,
        kind="poll",
        title=name,
        stem=inner_html(element, without=("answer",)),
        data={"options": options(answers)},
    )
