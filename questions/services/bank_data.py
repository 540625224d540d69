"""A question of the bank as the plain data that formats know, and back."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils.text import Truncator, slugify

from library.models import Skill, Topic
from questions.formats.data import QuestionData
from questions.formats.losses import differences
from questions.formats.texts import rich
from questions.models import Difficulty, Question
from questions.types import question_type
from workbench.html import plain_text

# Parts of Moodle's category paths that name a place in Moodle, not a topic.
PLACES = {"", "top", "$course$", "$system$", "$cat1$", "$module$"}
NO_TAGS: frozenset[str] = frozenset()


def question_data(question: Question) -> QuestionData:
    """The question as it stands in ``question``, texts cleaned the way files are read. Tags are its skills."""
    data = question.kind.to_data(question.value)
    topics = sorted(topic.name for topic in question.topics.all())
    hint = rich(question.hint)
    return QuestionData(
        type=question.type,
        title=question.title,
        text=rich(question.stem),
        data=cleaned(data),
        feedback=rich(question.feedback),
        hints=(hint,) if hint else (),
        solution=rich(question.solution),
        points=Decimal(question.points),
        difficulty=question.difficulty,
        # As Moodle writes a slash that parts nothing.
        category=topics[0].replace("/", "//") if topics else "",
        tags=tuple(sorted(skill.name for skill in question.skills.all())),
        key=str(question.uuid),
    )


def cleaned(value: Any) -> Any:
    """Markup anywhere in ``value`` in the form in which files are read."""
    if isinstance(value, dict):
        return {name: cleaned(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [cleaned(entry) for entry in value]
    return str(rich(value)) if isinstance(value, str) and value.startswith("<") and value.endswith(">") else value


def write_to(question: Question, data: QuestionData, namespace: uuid.UUID) -> None:
    """Set everything that ``data`` says on ``question``, unsaved. Ids of list items stay where their item stays.

    What says nothing new is not touched, so that links to pages of this site, which files leave out, stay in it.
    """
    question.title = title_of(data, question)
    texts = {
        "stem": str(data.text),
        "feedback": str(data.feedback),
        "hint": "".join(data.hints),
        "solution": str(data.solution),
    }
    for name, text in texts.items():
        if str(rich(getattr(question, name))) != text:
            setattr(question, name, text)
    question.points = data.points.quantize(Decimal("0.01"))
    question.difficulty = data.difficulty or Difficulty.MEDIUM
    if question.definition and not says_other_answers(question, data):
        return
    kind = question_type(data.type)
    stream = question.definition.stream_block
    old = stream.get_prep_value(question.definition) if question.definition else []
    fresh = stream.to_python([{"type": data.type, "value": kind.from_data(data.data), "id": None}])
    same_kind = bool(old) and old[0]["type"] == data.type
    settled = with_ids(stream.get_prep_value(fresh), old if same_kind else [], "definition", namespace)
    question.definition = stream.to_python(settled)
    question.type = data.type


def says_other_answers(question: Question, data: QuestionData) -> bool:
    return any(name == "type" or name.startswith("data.") for name in differences(question_data(question), data))


def title_of(data: QuestionData, question: Question) -> str:
    """The name: that of the file, else the one it has, else the beginning of its text."""
    text = data.title or question.title or plain_text(data.text) or plain_text(str(data.data.get("text") or ""))
    return Truncator(" ".join(text.split()) or data.type).chars(200)


def with_ids(value: Any, old: Any, path: str, namespace: uuid.UUID) -> Any:
    """A stored form in which each list item has the id of the same item in ``old``, else of the one in its place, else its own."""
    if isinstance(value, dict):
        known = old if isinstance(old, dict) else {}
        return {name: with_ids(entry, known.get(name), f"{path}.{name}", namespace) for name, entry in value.items()}
    if not isinstance(value, list):
        return value
    before = [entry for entry in old if isinstance(entry, dict) and entry.get("id")] if isinstance(old, list) else []
    partners = partners_of(
        value, before, lambda entry: without_ids(entry["value"]), lambda entry: name_of(entry["value"])
    )
    taken = {entry["id"] for entry in before}
    return [
        {
            **entry,
            "value": with_ids(entry["value"], partner["value"] if partner else None, f"{path}.{place}", namespace),
            "id": partner["id"] if partner else new_id(namespace, f"{path}.{place}", taken),
        }
        for place, (entry, partner) in enumerate(zip(value, partners, strict=True))
    ]


def new_id(namespace: uuid.UUID, path: str, taken: set[str]) -> str:
    """The id of what stands at ``path``; another one where what stood there once has it still, at another place."""
    found = next(
        one
        for number in count(1)
        if (one := str(uuid.uuid5(namespace, f"{path}:{number}" if number > 1 else path))) not in taken
    )
    taken.add(found)
    return found


def partners_of(new: list[Any], old: list[Any], *alike: Callable[[Any], Any]) -> list[Any]:
    """For each of ``new`` the one of ``old`` that is alike, the first way first, else the one that is left in its place.

    None where there is none of them. What ``alike`` gives "" for is alike to nothing.
    """
    partners: list[Any] = [None] * len(new)
    left = dict(enumerate(old))
    for said in alike:
        for place, entry in enumerate(new):
            what = said(entry)
            for number, candidate in left.items():
                if partners[place] is None and what != "" and said(candidate) == what:
                    partners[place] = left.pop(number)
                    break
    for place in range(len(new)):
        if partners[place] is None and place in left:
            partners[place] = left.pop(place)
    return partners


def name_of(value: Any) -> Any:
    """What a person knows an option, an accepted answer, a pair or a criterion by, whatever it is worth; "" for others."""
    known = value if isinstance(value, dict) else {}
    if known.get("number"):
        return Decimal(str(known["number"]))
    return known.get("text") or known.get("prompt") or known.get("criterion") or ""


def completed(entries: list[dict[str, Any]], held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options or accepted answers with what they say nothing about taken from those that are ``held``.

    The credit of an option stays only while it is as right or as wrong as before.
    """

    full = []
    for entry, partner in zip(entries, partners_of(entries, held, name_of), strict=True):
        known = dict(partner or {})
        if known.get("right") != entry.get("right"):
            known.pop("credit", None)
        full.append(known | entry)
    return full


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_ids(entry) for name, entry in value.items() if name != "id"}
    return [without_ids(entry) for entry in value] if isinstance(value, list) else value


# Topics and skills ----------------------------------------------------------------


def topic_name(category: str) -> str:
    """The last part of a category's path that names a topic; "" where none does. Moodle writes a slash in a name as //."""
    parts = [part.replace("\0", "/").strip() for part in category.replace("//", "\0").split("/")]
    named = [part for part in parts if part.lower() not in PLACES]
    return Truncator(named[-1]).chars(80) if named else ""


def topic_named(name: str) -> Topic:
    """The topic of this name, made where there is none."""
    topic = Topic.objects.filter(name__iexact=name).first()
    if topic is None:
        base = slugify(name, allow_unicode=True)[:70].strip("-") or "topic"
        slug, number = base, 2
        while Topic.objects.filter(slug=slug).exists():
            slug, number = f"{base}-{number}", number + 1
        topic = Topic.objects.create(name=name, slug=slug)
    return topic


def put_under_topic(question: Question, category: str) -> None:
    """The question's topic becomes that of ``category``; nothing changes where it has it among others, or none is named."""
    name = topic_name(category)
    if name and name.casefold() not in {topic.name.casefold() for topic in question.topics.all()}:
        question.topics.set([topic_named(name)])


def skills_of(tags: tuple[str, ...], known: dict[str, Skill]) -> list[Skill]:
    return [known[tag.casefold()] for tag in tags if tag.casefold() in known]


def with_difficulty(data: QuestionData) -> QuestionData:
    """A tag that names a difficulty says it, where the format has no other way."""
    found = next((tag.lower() for tag in data.tags if tag.lower() in Difficulty.values), "")
    if data.difficulty or not found:
        return data
    return replace(data, difficulty=found, tags=tuple(tag for tag in data.tags if tag.lower() != found))
