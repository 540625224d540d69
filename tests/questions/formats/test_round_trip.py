"""What is written reads the same again, as far as the format can say it; the rest is named."""

import pytest
from hypothesis import HealthCheck, given, settings

from questions.formats import parse, write
from questions.formats.losses import differences
from tests.questions.formats.strategies import DATA, question

# What a format has no words for, by kind. Everything else has to come back.
ALWAYS = {
    "gift": {"hints", "solution", "points", "difficulty"},
    "moodle-xml": {"solution", "difficulty"},
    "csv": set(),
    "xlsx": set(),
}
COMBINED = {"data.feedback_right", "data.feedback_partly", "data.feedback_wrong"}
RIGHT_AND_PARTLY = {"data.feedback_right", "data.feedback_partly"}
LOST = {
    ("gift", "single_choice"): {"data.shuffle", *COMBINED},
    ("gift", "multiple_answers"): {"data.shuffle", "data.scoring", *COMBINED},
    ("gift", "true_false"): COMBINED,
    ("gift", "short_text"): {"data.case_sensitive", *RIGHT_AND_PARTLY},
    ("gift", "numerical"): {"data.unit", "data.unit_asked", *RIGHT_AND_PARTLY},
    ("gift", "matching"): {"data.shuffle", *COMBINED},
    ("gift", "ordering"): COMBINED,
    ("gift", "essay"): {"data.rubric", "data.min_words", "data.max_words", "data.notes"},
    ("gift", "description"): {"feedback"},
    ("moodle-xml", "true_false"): COMBINED,
    ("moodle-xml", "short_text"): RIGHT_AND_PARTLY,
    ("moodle-xml", "numerical"): RIGHT_AND_PARTLY,
    ("moodle-xml", "gaps"): COMBINED,
    ("moodle-xml", "essay"): {"data.rubric"},
}
SKIPPED = {("gift", "poll"), ("gift", "gaps"), ("moodle-xml", "poll")}
KINDS = sorted(DATA)


def check(format: str, one) -> None:
    written = write([one], format)
    skipped = [lost for lost in written.lost if lost.skipped]
    if (format, one.type) in SKIPPED:
        assert written.count == 0
        assert len(skipped) == 1
        return
    if format == "gift" and one.type == "ordering" and one.feedback:
        assert "general feedback" in skipped[0].what
        return
    assert not skipped, skipped
    parsed = parse(written.content, format=format)
    assert list(parsed.errors) == []
    (again,) = parsed.questions
    missing = set(differences(one, again))
    assert missing <= ALWAYS[format] | LOST.get((format, one.type), set())
    # What is missing is said, and only then.
    assert bool(missing) == bool(written.lost)
    # Writing what was read loses nothing more.
    assert parse(write([again], format).content, format=format).questions[0] == again


def property_of(format: str, kind: str, examples: int):
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(one=question(kind))
    def holds(one):
        check(format, one)

    return holds


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("format", "examples"), [("gift", 60), ("moodle-xml", 60), ("csv", 60), ("xlsx", 8)])
def test_every_kind_comes_back(format, kind, examples):
    property_of(format, kind, examples)()
