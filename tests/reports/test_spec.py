"""The shape of a spec: what is read, and what is refused with a sentence that names it."""

import json

import pytest

from reports.columns import Aggregation, Bucket
from reports.exceptions import InvalidSpec
from reports.spec import Conditions, read_spec

SMALL = {"source": "enrollments", "columns": [{"column": "person"}]}
LEAF = {"column": "person", "operator": "is", "value": "Ada"}


def refused(data) -> tuple[str, ...]:
    with pytest.raises(InvalidSpec) as error:
        read_spec(data)
    return error.value.problems


def test_a_spec_survives_its_own_json():
    data = {
        **SMALL,
        "columns": [{"column": "enrolled", "bucket": "month"}, {"column": "records", "aggregation": "count"}],
        "conditions": {"match": "any", "of": [LEAF, {"match": "all", "of": [LEAF]}]},
        "filters": [{"column": "course", "operator": "any_of"}],
        "params": [{"name": "days", "label": "Days", "default": 14}],
        "sort": [{"column": "records_count", "descending": True}],
        "summary": {"columns": [{"column": "records", "aggregation": "count"}]},
        "chart": {"kind": "line", "by": "enrolled_month", "measures": ["records_count"]},
    }
    spec = read_spec(data)
    assert read_spec(json.loads(spec.model_dump_json())) == spec
    assert [column.name for column in spec.columns] == ["enrolled_month", "records_count"]
    assert (spec.columns[0].bucket, spec.columns[1].aggregation) == (Bucket.MONTH, Aggregation.COUNT)
    assert spec.is_grouped
    assert not read_spec(SMALL).is_grouped


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"surprise": 1}, "surprise is not known. Take it out, or check how it is spelled."),
        ({"columns": []}, "columns: Tuple should have at least 1 item after validation, not 0."),
        ({"columns": [{"colum": "person"}]}, "columns › 1 › column is missing."),
        (
            {"columns": [{"column": "person", "aggregation": "mode"}]},
            "columns › 1 › aggregation: “mode” is not known. Known is: 'count', 'count_distinct', 'sum', 'average', "
            "'minimum', 'maximum', 'median', 'percent_true' or 'share'.",
        ),
        (
            {"columns": [{"column": "enrolled", "aggregation": "count", "bucket": "day"}]},
            "“enrolled” can be added up or cut into days, not both.",
        ),
        ({"version": 2}, "This report has version 2, which is not known here. Known is: 1."),
        ({"limit": 0}, "limit: Input should be greater than or equal to 1."),
        ({"chart": {"kind": "pie"}}, "chart › kind: “pie” is not known."),
    ],
)
def test_what_has_another_shape_is_named(change, sentence):
    problems = refused({**SMALL, **change})
    assert any(problem.startswith(sentence) for problem in problems), problems


@pytest.mark.parametrize("data", [None, [], "x", 7])
def test_what_is_no_object(data):
    assert refused(data) == ("A report is one JSON object.",)


def nested(depth: int) -> dict:
    group: dict = {"match": "all", "of": [LEAF]}
    for _level in range(depth - 1):
        group = {"match": "any", "of": [group]}
    return group


def test_a_thousand_groups_in_one_another_are_one_sentence():
    (problem,) = refused({**SMALL, "conditions": nested(1000)})
    assert problem == "Conditions lie at most 3 deep in one another, and these go deeper."


def test_three_deep_is_read():
    conditions = read_spec({**SMALL, "conditions": nested(3)}).conditions
    assert isinstance(conditions, Conditions)
    assert conditions.depth() == 3
    assert [leaf.value for leaf in conditions.leaves()] == ["Ada"]
