"""What one question of a file may not exceed, because nobody reads more of it or no field holds it."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from questions.formats.data import QuestionData, Remark
from questions.types.essay import Essay
from questions.types.gaps import Gaps
from questions.types.matching import Matching
from questions.types.numerical import Numerical
from questions.types.short_text import ShortText

MAX_ANSWERS = 200


def beyond_limits(questions: Sequence[QuestionData]) -> list[Remark]:
    """An error for each question that has too many answers, or an answer that is too long."""
    errors = []
    for question in questions:
        lists = [value for value in question.data.values() if isinstance(value, list)]
        lists += [gap["options"] for gap in question.data.get("gaps", [])]
        longest = max((len(one) for one in lists), default=0)
        if longest > MAX_ANSWERS:
            what = _("The question has %(count)d answers; at most %(most)d fit.")
            what %= {"count": longest, "most": MAX_ANSWERS}
            errors.append(Remark(question.line, what, _("Make several questions of it.")))
        for text, most in short_texts(question):
            if len(text) > most:
                what = _("“%(start)s…” has %(count)d characters; at most %(most)d fit there.")
                what %= {"start": text[:40], "count": len(text), "most": most}
                errors.append(Remark(question.line, what, _("Shorten it.")))
                break
    return errors


def short_texts(question: QuestionData) -> Iterator[tuple[str, int]]:
    """The texts for which a form has one short field, with the length of that field."""
    data = question.data
    match question.type:
        case "short_text":
            yield from ((entry["text"], ShortText.max_length) for entry in data["accepted"])
        case "matching":
            yield from ((pair["match"], Matching.max_length) for pair in data["pairs"])
            yield from ((text, Matching.max_length) for text in data["extra"])
        case "gaps":
            yield from ((option["text"], Gaps.max_length) for gap in data["gaps"] for option in gap["options"])
        case "numerical":
            yield data["unit"], Numerical.max_unit
        case "essay":
            for line in data["rubric"]:
                yield line["criterion"], Essay.max_label
                yield from ((level["label"], Essay.max_label) for level in line["levels"])
