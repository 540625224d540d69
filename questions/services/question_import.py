"""A file of questions into the bank: all of it or nothing, and the same file twice changes nothing."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from wagtail.models import Collection, ReferenceIndex
from wagtail.permissions import policy_registry
from wagtail.signal_handlers import disable_reference_index_auto_update

from library.models import Skill
from questions.formats import DESCRIPTION, FORMATS, Parsed, QuestionData, Remark, parse
from questions.formats.losses import differences
from questions.formats.summary import summary
from questions.formats.texts import words
from questions.models import Difficulty, Question
from questions.services.bank_data import (
    completed,
    put_under_topic,
    question_data,
    skills_of,
    title_of,
    topic_name,
    with_difficulty,
    write_to,
)
from workbench.batches import one_batch

# One origin for all formats: a question is the same in each of them.
ORIGIN = "question-file"
NAMESPACE = uuid.UUID("5b0e1f0a-2d57-5a60-9f0b-6f1f3a0c7f31")
CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"
CHUNK = 500
# Decided apart from the rest: by topic, skills and name.
APART = {"title", "category", "tags", "key"}


@dataclass
class Imported:
    """What became of a file. ``outcomes`` stands beside its questions: what happened to each, or would.

    ``held`` are those that arrived as drafts, with what keeps them from being published.
    """

    parsed: Parsed
    dry_run: bool
    outcomes: list[str] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return bool(self.parsed.errors)

    def count(self, outcome: str) -> int:
        return self.outcomes.count(outcome)

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": self.parsed.format,
            "encoding": self.parsed.encoding,
            "questions": [summary(question) for question in self.parsed.questions],
            "categories": list(self.parsed.categories),
            "errors": [error.as_dict() for error in self.parsed.errors],
            "notes": [note.as_dict() for note in (*self.parsed.notes, *self.notes)],
            CREATED: self.count(CREATED),
            CHANGED: self.count(CHANGED),
            UNCHANGED: self.count(UNCHANGED),
            "drafts": self.held,
            "dry_run": self.dry_run,
        }


def import_questions(
    *,
    data: bytes,
    name: str = "",
    format: str = "",
    user: Any = None,
    collection: Collection | None = None,
    dry_run: bool = False,
) -> Imported:
    """Bring the questions of a file into the bank, published unless something about them is unfinished.

    With any error in the file nothing is written. A question is found again by its id in the
    file, where that is one of ours, else by where it came from. Other people's ids are numbers
    that many files count from 1, so what has such an id must be alike too (`is_alike`), else it
    is another question. One that says nothing new gets no new revision. What the file's format cannot say is left as it is. ``dry_run``
    tells the same and writes nothing.

    New questions go into ``collection``. Without a ``user`` everything may be changed and
    published; else a question that the user may not change is an error of the file, and
    one that they may not publish arrives as a draft. Whether they may add is the caller's to ask.
    """
    parsed = parse(data, format=format, name=name)
    imported = Imported(parsed, dry_run)
    if imported.refused:
        return imported
    try:
        with transaction.atomic(), disable_reference_index_auto_update(), one_batch():
            Import(imported, user, collection).run()
    except IntegrityError as error:
        if "origin" not in str(error):
            raise
        what = _("Another import of these questions ran at the same time, so this one was taken back.")
        return Imported(replace(parsed, errors=[Remark(0, what, _("Start it again."))]), dry_run)
    return imported


def keys_of(questions: list[QuestionData]) -> list[str]:
    """The key of each question: its id and category in the file, else what it is. Those that are alike share one."""
    keys = []
    for data in questions:
        named = ["id", data.category, data.key] if data.key else [data.category, data.title, data.type, *asked(data)]
        keys.append(str(uuid.uuid5(NAMESPACE, "\n".join(named))))
    return keys


def asked(data: QuestionData) -> list[str]:
    """What a question asks, in words. That of gaps stands in their text."""
    return [words(data.text), *([words(str(data.data["text"]))] if data.type == "gaps" else [])]


def is_alike(question: Question, data: QuestionData) -> bool:
    """Whether ``data`` is that question, changed perhaps: of its kind, with its name or asking the same."""
    if question.type != data.type:
        return False
    return bool(data.title and title_of(data, question) == question.title) or asked(question_data(question)) == asked(
        data
    )


def unfinished(question: Question) -> list[str]:
    """What keeps a question from being published. The form asks for a text, a file may have none."""
    empty = [] if question.stem else [_("Nothing is asked. Write the question.")]
    return [*empty, *question.problems]


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class Import:
    def __init__(self, imported: Imported, user: Any, collection: Collection | None):
        self.imported, self.user, self.collection = imported, user, collection
        self.questions = [with_difficulty(data) for data in imported.parsed.questions if data.type != DESCRIPTION]
        self.keys = keys_of(self.questions)
        self.cannot_say = FORMATS[imported.parsed.format].cannot_say | imported.parsed.absent
        self.known_skills = {skill.name.casefold(): skill for skill in Skill.objects.all()}
        self.by_uuid: dict[uuid.UUID, Question] = {}
        # The questions of each key, by its number among them.
        self.by_key: dict[str, dict[int, Question]] = {key: {} for key in self.keys}
        policy = policy_registry.get_by_type(Question)
        self.publishable = (
            None
            if user is None
            else set(policy.collections_user_has_permission_for(user, "publish").values_list("pk", flat=True))
        )
        self.changeable = None if user is None else policy.instances_user_has_permission_for(user, "change")

    def run(self) -> None:
        self.find_known()
        known = self.matches()
        if errors := self.not_theirs(known):
            self.imported.parsed = replace(self.imported.parsed, errors=errors)
            return
        for question, data, key in zip(known, self.questions, self.keys, strict=True):
            self.imported.outcomes.append(self.store(question, data, key))
        self.note_tags()

    def matches(self) -> list[Question | None]:
        """The question of the bank for each of the file, none of them twice."""
        taken: set[int] = set()
        known = []
        for data, key in zip(self.questions, self.keys, strict=True):
            known_id = as_uuid(data.key)
            own = self.by_uuid.get(known_id) if known_id else None
            candidates = [own] if own is not None and own.pk not in taken else []
            candidates += [
                one
                for _number, one in sorted(self.by_key[key].items())
                if one.pk not in taken and (not data.key or self.is_same(one, data))
            ]
            question = candidates[0] if candidates else None
            if question is not None:
                taken.add(question.pk)
            known.append(question)
        return known

    def is_same(self, question: Question, data: QuestionData) -> bool:
        drafted = question.has_unpublished_changes
        return is_alike(question, data) or (drafted and is_alike(question.get_latest_revision_as_object(), data))

    def not_theirs(self, known: list[Question | None]) -> list[Remark]:
        """An error for each question that is in the bank already and not the user's to change."""
        if self.changeable is None:
            return []
        allowed = set(self.changeable.values_list("pk", flat=True))
        return [
            Remark(
                data.line,
                _("“%(title)s” is in the question bank already, and you may not change it.")
                # As the file has it: how it is called now may not be theirs to know.
                % {"title": data.title or words(data.text)[:60]},
                _("Take it out of the file, or ask for the right to change it."),
            )
            for question, data in zip(known, self.questions, strict=True)
            if question is not None and question.pk not in allowed
        ]

    def find_known(self) -> None:
        ids = [found for data in self.questions if (found := as_uuid(data.key))]
        known = Question.objects.prefetch_related("topics", "skills")
        for start in range(0, max(len(ids), len(self.keys)), CHUNK):
            for question in known.filter(uuid__in=ids[start : start + CHUNK]):
                self.by_uuid[question.uuid] = question
            # A key stands before the number that tells those apart which share it.
            rows = known.filter(origin=ORIGIN).annotate(key=Left("origin_key", 36))
            for question in rows.filter(key__in=self.keys[start : start + CHUNK]):
                key, _colon, number = question.origin_key.partition(":")
                self.by_key[key][int(number or 1)] = question

    def store(self, question: Question | None, data: QuestionData, key: str) -> str:
        if question is None:
            number = max(self.by_key[key], default=0) + 1
            numbered = key if number == 1 else f"{key}:{number}"
            question, outcome = Question(origin=ORIGIN, origin_key=numbered, live=False), CREATED
            self.by_key[key][number] = question
            if self.collection is not None:
                question.collection = self.collection
        else:
            if question.has_unpublished_changes:
                question = question.get_latest_revision_as_object()
            data = self.merged(question, data)
            outcome = CHANGED if self.says_more(question, data) else UNCHANGED
        if outcome == UNCHANGED:
            self.hold(question, data)
            return outcome
        write_to(question, data, uuid.uuid5(NAMESPACE, question.origin_key or key))
        held = self.hold(question, data)
        if not self.imported.dry_run:
            skills = skills_of(data.tags, self.known_skills)
            if skills or self.clears("tags", data.tags):
                question.skills.set(skills)
            put_under_topic(question, data.category)
            if self.clears("category", data.category):
                question.topics.clear()
            if question.pk is None:
                question.save()
            # Not cleaned by the form's rules: what it lacks is told by its problems.
            revision = question.save_revision(user=self.user, clean=False)
            if not held:
                revision.publish(user=self.user)
            # Once for each question instead of with every save; a draft of a live question refers to nothing yet.
            if not held or outcome == CREATED:
                ReferenceIndex.create_or_update_for_object(question)
        return outcome

    def clears(self, name: str, said: Any) -> bool:
        """Whether the file says that there is nothing: an empty cell does, a format without such cells says nothing."""
        return not said and name not in self.cannot_say

    def hold(self, question: Question, data: QuestionData) -> bool:
        """Whether the question stays a draft, which is told with the reasons."""
        problems = unfinished(question)
        if not problems and not self.may_publish(question):
            problems = [_("You may not publish questions; somebody who may has to do it.")]
        if problems:
            self.imported.held.append({"title": question.title, "line": data.line, "problems": problems})
        return bool(problems)

    def may_publish(self, question: Question) -> bool:
        """Asked of the question's own collection; the right to publish in another one is none here."""
        return self.publishable is None or question.collection_id in self.publishable

    def merged(self, question: Question, data: QuestionData) -> QuestionData:
        """``data``, with what its format cannot say taken from the question as it is."""
        current = question_data(question)
        kept = {
            name: getattr(current, name)
            for name in ("hints", "solution", "points", "difficulty", "feedback")
            if name in self.cannot_say
        }
        plain = dict(data.data)
        if current.type == data.type:
            for name in ("options", "accepted"):
                if name in plain and name in current.data:
                    plain[name] = completed(plain[name], current.data[name])
            for name, value in current.data.items():
                is_absent = name not in plain or f"data.{name}" in self.imported.parsed.absent
                if is_absent or (f"data.{name}" in self.cannot_say and not plain.get(name)):
                    plain[name] = value
            if "data.scoring" in self.cannot_say and (plain.get("scoring"), current.data.get("scoring")) == (
                "share",
                "all",
            ):
                # All or nothing has no weights of its own; it is written as shares.
                plain["scoring"] = "all"
        # Hints are kept as one text, so several of them are one.
        hints = kept.pop("hints", data.hints)
        joined = "".join(hints)
        return replace(data, data=plain, hints=(joined,) if joined else (), **kept)

    def says_more(self, question: Question, data: QuestionData) -> bool:
        current = question_data(question)
        data = replace(data, difficulty=data.difficulty or Difficulty.MEDIUM)
        topics = {topic.name.casefold() for topic in question.topics.all()}
        held, skills = set(question.skills.all()), set(skills_of(data.tags, self.known_skills))
        finished = self.may_publish(question) and not unfinished(question)
        return (
            bool(set(differences(current, data)) - APART)
            or question.title != title_of(data, question)
            or bool(topic_name(data.category) and topic_name(data.category).casefold() not in topics)
            or bool(topics and self.clears("category", data.category))
            or bool(skills != held and (skills or self.clears("tags", data.tags)))
            # A revision that was never published, though nothing is wrong with it.
            or (finished and (not question.live or question.has_unpublished_changes))
        )

    def note_tags(self) -> None:
        unknown = {tag for data in self.questions for tag in data.tags if tag.casefold() not in self.known_skills}
        if unknown:
            names = ", ".join(sorted(unknown)[:10])
            what = _("%(count)d tags name no skill and were not kept: %(names)s") % {
                "count": len(unknown),
                "names": names,
            }
            self.imported.notes.append(Remark(0, what, _("Create the skills first, then import the file again.")))
