"""Ordering: items are put into the right order."""

from decimal import Decimal
from itertools import pairwise
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
from questions.types.base import Answer, Grade, Part, QuestionType, Values, only_value, score_of
from questions.types.mixing import mixed, token
from workbench.html import plain_text

ALL, PLACES, PAIRS = "all", "places", "pairs"


class Ordering(QuestionType):
    """An answer is ``{"order": [item id, …]}``, first to last. In forms an item has a token for a name, and a place.

    Items that read the same may stand for each other.
    """

    name = "ordering"
    label = _("Ordering")
    description = _("Items are put into the right order.")
    icon = "list-ol"
    order = 70

    def block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                (
                    "items",
                    blocks.ListBlock(
                        blocks.RichTextBlock(label=_("Item"), features=OPTION_FEATURES),
                        label=_("Items"),
                        min_num=2,
                        help_text=_("In the right order. Learners find them mixed, each person in another order."),
                    ),
                ),
                (
                    "scoring",
                    blocks.ChoiceBlock(
                        label=_("Points"),
                        choices=[
                            (ALL, _("All or nothing")),
                            (PLACES, _("A part for each item in its place")),
                            (PAIRS, _("A part for each two neighbors in the right order")),
                        ],
                        default=PLACES,
                    ),
                ),
                *result_blocks(*RESULTS),
            ],
            label=self.label,
            icon=self.icon,
        )

    def empty(self) -> Any:
        return self.block().to_python({"items": empty_items(3, "")})

    def words(self, definition: Any) -> dict[str, str]:
        """What each item reads, by its id, in the right order."""
        return {key: plain_text(html_of(item)) for key, item in items(definition, "items").items()}

    def parts(self, definition: Any, seed: str = "") -> list[Part]:
        """Mixed, and of three or more items never in the right order where there is another one.

        Two items would then always stand the wrong way round, so of those chance decides, which tells nothing.
        """
        words, shown = self.words(definition), items(definition, "items")
        order = mixed(shown, seed)
        if len(order) > 2 and [words[key] for key in order] == list(words.values()):
            order = [*order[1:], *order[:1]]
        return [Part(token(key), shown[key]) for key in order]

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        known = {token(key): key for key in items(definition, "items")}
        if set(values) - set(known):
            raise AnswerInvalid(_("One of the items does not belong to this question. Load the page again."))
        if not any(value.strip("\0 ") for given in values.values() for value in given):
            raise AnswerInvalid(_("Put the items into order, then check your answer."))
        places: dict[int, str] = {}
        for name, key in known.items():
            place = only_value(values, _("Give every item a place, then check your answer."), name)
            number = int(place) if place.isdecimal() and len(place) <= 4 else 0
            if not 1 <= number <= len(known):
                raise AnswerInvalid(_("A place is a number from 1 to %(count)d.") % {"count": len(known)})
            if number in places:
                raise AnswerInvalid(
                    _("Two items have place %(place)d. Give each a place of its own.") % {"place": number}
                )
            places[number] = key
        return {"order": [places[number] for number in sorted(places)]}

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        known = set(items(definition, "items"))
        given = answer.get("order", [])
        return {token(key): [str(place)] for place, key in enumerate(given, 1)} if set(given) == known else {}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return sorted(answer.get("order", [])) == sorted(items(definition, "items"))

    def grade(self, definition: Any, answer: Answer) -> Grade:
        words = self.words(definition)
        right, given = list(words.values()), [words[key] for key in answer["order"]]
        parts = {token(key): Decimal(words[key] == wanted) for key, wanted in zip(answer["order"], right, strict=True)}
        match definition["scoring"]:
            case "all":
                earned = Decimal(given == right)
            case "pairs":
                left, kept = list(pairwise(right)), 0
                for pair in pairwise(given):
                    if pair in left:
                        left.remove(pair)
                        kept += 1
                earned = Decimal(kept) / max(len(right) - 1, 1)
            case _places:
                earned = sum(parts.values(), Decimal(0)) / len(right)
        score = score_of(earned)
        return Grade(score, result_feedback(definition, score), parts)

    def right_answer(self, definition: Any) -> Answer | None:
        return {"order": list(items(definition, "items"))}

    def describe(self, definition: Any, answer: Answer) -> str:
        words = self.words(definition)
        return "; ".join(f"{place}. {words.get(key, '?')}" for place, key in enumerate(answer["order"], 1))

    def problems(self, definition: Any) -> list[str | Promise]:
        words = list(self.words(definition).values())
        if len(words) < 2:
            return [_("Give at least two items to put into order.")]
        found: list[str | Promise] = []
        if same := next((text for text in words if text and words.count(text) > 1), ""):
            found.append(_("Two items read “%(text)s”. Change one of them.") % {"text": same})
        return found

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "items": items_from_data([as_html(item) for item in data["items"]], "item", data.get("namespace")),
            "scoring": data.get("scoring") or PLACES,
            **results_from_data(data, *RESULTS),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "items": [html_of(item) for item in definition["items"]],
            "scoring": definition["scoring"] or PLACES,
            **results_to_data(definition, *RESULTS),
        }
