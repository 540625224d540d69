"""Matching: each prompt gets the text that belongs to it."""

from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.authoring import (
    OPTION_FEATURES,
    RESULTS,
    as_html,
    empty_items,
    html_of,
    items,
    items_from_data,
    result_blocks,
    result_feedback,
    results_from_data,
    results_to_data,
)
from questions.types.base import Answer, Choice, Grade, Part, QuestionType, Values, only_value, score_of
from questions.types.mixing import mixed
from workbench.html import plain_text
from workbench.text import one_line


class Matching(QuestionType):
    """Each pair is worth the same. An answer is ``{"matches": {pair id: text}}``; a pair left open earns nothing.

    A match is known by its text, so that two pairs may share one. Blanks in it are single, however they were typed once.
    """

    name = "matching"
    label = _("Matching")
    description = _("Each prompt gets the match that belongs to it.")
    icon = "link"
    order = 60
    # Of a match.
    max_length = 200

    def block(self) -> blocks.StructBlock:
        pair = blocks.StructBlock(
            [
                ("prompt", blocks.RichTextBlock(label=_("Prompt"), features=OPTION_FEATURES)),
                ("match", blocks.CharBlock(label=_("Match"), max_length=self.max_length)),
            ],
            label=_("Pair"),
            label_format="{prompt} – {match}",
            icon="link",
        )
        return blocks.StructBlock(
            [
                ("pairs", blocks.ListBlock(pair, label=_("Pairs"), min_num=2)),
                (
                    "extra",
                    blocks.ListBlock(
                        blocks.CharBlock(label=_("Match"), max_length=self.max_length),
                        label=_("Matches without a prompt"),
                        required=False,
                        min_num=0,
                        help_text=_("Offered too, so that the last pair does not answer itself."),
                    ),
                ),
                (
                    "shuffle",
                    blocks.BooleanBlock(
                        label=_("Offer the matches in random order"),
                        required=False,
                        help_text=_("Otherwise they are offered from A to Z, never in the order of the pairs."),
                    ),
                ),
                *result_blocks(*RESULTS),
            ],
            label=self.label,
            icon=self.icon,
        )

    def empty(self) -> Any:
        return self.block().to_python({"pairs": empty_items(3, {}), "extra": []})

    def pairs(self, definition: Any) -> dict[str, Any]:
        return items(definition, "pairs")

    def matches(self, definition: Any) -> set[str]:
        """Every text on offer."""
        texts = [pair["match"] for pair in definition["pairs"]] + list(definition["extra"])
        return {one_line(text) for text in texts if text and text.strip()}

    def parts(self, definition: Any, seed: str = "") -> list[Part]:
        texts = sorted(self.matches(definition), key=lambda text: (text.casefold(), text))
        if definition["shuffle"]:
            texts = mixed(texts, seed)
        choices = tuple(Choice(text, text) for text in texts)
        return [Part(key, pair["prompt"], choices) for key, pair in self.pairs(definition).items()]

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        pairs, texts, found = self.pairs(definition), self.matches(definition), {}
        for key in values:
            if key not in pairs:
                raise AnswerInvalid(_("One of the prompts does not belong to this question. Load the page again."))
        for key in pairs:
            if any(value.strip("\0 ") for value in values.get(key, [])):
                found[key] = one_line(only_value(values, _("Choose one match for each prompt."), key))
        if set(found.values()) - texts:
            raise AnswerInvalid(_("One of the matches does not belong to this question. Load the page again."))
        if not found:
            raise AnswerInvalid(_("Choose a match for each prompt, then check your answer."))
        return {"matches": found}

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        pairs = self.pairs(definition)
        return {key: [one_line(text)] for key, text in answer.get("matches", {}).items() if key in pairs}

    def fits(self, definition: Any, answer: Answer) -> bool:
        given = answer.get("matches")
        return (
            given is not None
            and set(given) <= set(self.pairs(definition))
            and {one_line(text) for text in given.values()} <= self.matches(definition)
        )

    def grade(self, definition: Any, answer: Answer) -> Grade:
        pairs, given = self.pairs(definition), answer["matches"]
        parts = {key: Decimal(one_line(text) == one_line(pairs[key]["match"] or "")) for key, text in given.items()}
        score = score_of(sum(parts.values(), Decimal(0)) / len(pairs))
        return Grade(score, result_feedback(definition, score), parts)

    def right_answer(self, definition: Any) -> Answer | None:
        return {"matches": {key: one_line(pair["match"] or "") for key, pair in self.pairs(definition).items()}}

    def describe(self, definition: Any, answer: Answer) -> str:
        pairs = self.pairs(definition)
        prompts = {key: plain_text(html_of(pair["prompt"])) for key, pair in pairs.items()}
        return "; ".join(f"{prompts.get(key, '?')} → {text}" for key, text in answer["matches"].items())

    def problems(self, definition: Any) -> list[str | Promise]:
        pairs = list(definition["pairs"])
        if len(pairs) < 2:
            return [_("Give at least two pairs.")]
        found: list[str | Promise] = []
        if any(not (pair["match"] or "").strip() for pair in pairs):
            found.append(_("Every prompt needs a match. A match without a prompt has a list of its own."))
        prompts = [plain_text(html_of(pair["prompt"])) for pair in pairs]
        if same := next((prompt for prompt in prompts if prompt and prompts.count(prompt) > 1), ""):
            found.append(_("Two prompts read “%(text)s”. Change one of them.") % {"text": same})
        used = {one_line(pair["match"] or "") for pair in pairs}
        extra = [one_line(text or "") for text in definition["extra"]]
        if double := next((text for text in extra if text in used or extra.count(text) > 1), ""):
            found.append(_("The match “%(text)s” is offered twice. Delete it from the list.") % {"text": double})
        if len(self.matches(definition)) < 2:
            found.append(_("All prompts have the same match. Give at least two different ones."))
        return found

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        namespace = data.get("namespace")
        pairs = [{"prompt": as_html(pair["prompt"]), "match": one_line(pair["match"])} for pair in data["pairs"]]
        extra = [one_line(text) for text in data.get("extra") or []]
        return {
            "pairs": items_from_data(pairs, "pair", namespace),
            "extra": items_from_data(extra, "extra", namespace),
            "shuffle": bool(data.get("shuffle")),
            **results_from_data(data, *RESULTS),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "pairs": [
                {"prompt": html_of(pair["prompt"]), "match": one_line(pair["match"] or "")}
                for pair in definition["pairs"]
            ],
            "extra": [one_line(text or "") for text in definition["extra"]],
            "shuffle": bool(definition["shuffle"]),
            **results_to_data(definition, *RESULTS),
        }
