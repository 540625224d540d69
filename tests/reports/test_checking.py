"""A spec against its source: everything wrong is named, and nothing runs."""

import pytest

from reports.checking import check_spec, given_values
from reports.definitions import shipped
from reports.exceptions import InvalidSpec
from reports.registries import source_for
from reports.spec import read_spec

SMALL = {"source": "enrollments", "columns": [{"column": "person"}]}
LEAF = {"column": "person", "operator": "is", "value": "Ada"}
COUNT = {"column": "records", "aggregation": "count"}


def problems(change) -> tuple[str, ...]:
    with pytest.raises(InvalidSpec) as error:
        check_spec(read_spec({**SMALL, **change}))
    return error.value.problems


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"source": "secrets"}, "There is no source called “secrets”."),
        (
            {"columns": [{"column": "password"}]},
            "“Enrollments” has no column called “password” (any more). Take it out, or choose another.",
        ),
        ({"columns": [{"column": "person", "aggregation": "sum"}]}, "“Person” cannot be added up as: Sum."),
        (
            {"columns": [{"column": "person", "bucket": "day"}]},
            "“Person” holds no dates, so it cannot be cut into days, weeks or months.",
        ),
        ({"columns": [{"column": "records"}]}, "“Rows” can only be added up."),
        ({"columns": [{"column": "person"}, {"column": "person"}]}, "The column “person” is there twice."),
        ({"sort": [{"column": "team"}]}, "The report is sorted by “team”, which is none of its columns."),
        (
            {"conditions": {"of": [{"column": "person", "operator": "at_least", "value": 1}]}},
            "“Person” cannot be asked whether it: is at least.",
        ),
        (
            {"conditions": {"of": [{"column": "lessons_done", "operator": "is", "value": "many"}]}},
            "“many” is no number, and “Lessons done” needs one.",
        ),
        (
            {"conditions": {"of": [{**LEAF, "value": {"param": "who"}}]}},
            "A condition asks for “who”, which the report does not ask its reader for.",
        ),
        (
            {"conditions": {"of": [LEAF] * 101}},
            "A report has at most 100 conditions, and this one has 101.",
        ),
        ({"filters": [{"column": "nobody", "operator": "is"}]}, "“Enrollments” has no column called “nobody”"),
        (
            {"filters": [{"column": "person", "operator": "is"}, {"column": "person", "operator": "is"}]},
            "The filter “person_is” is there twice.",
        ),
        (
            {"columns": [{"column": "team"}, COUNT], "chart": {"kind": "bar", "by": "team", "measures": ["team"]}},
            "“team” is no number, so the chart cannot draw it.",
        ),
        (
            {"columns": [{"column": "team"}, COUNT], "chart": {"kind": "bar", "by": "course", "measures": ["records_count"]}},
            "The chart shows “course”, which is no column of what it is drawn from.",
        ),
        ({"chart": {"kind": "bar", "by": "person"}}, "The chart shows nothing: choose at least one number."),
        ({"summary": {"columns": [{"column": "team"}]}}, "The summary adds nothing up: give it at least one number."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change, sentence):
    found = problems(change)
    assert any(problem.startswith(sentence) for problem in found), found


def test_every_problem_is_named_at_once():
    found = problems({"columns": [{"column": "a"}, {"column": "b"}], "sort": [{"column": "c"}]})
    assert [problem.split("“")[-1][0] for problem in found[:2]] == ["a", "b"]
    assert len(found) == 3


def test_rows_are_added_up_by_five_columns_at_most():
    keys = [{"column": name} for name in ("person", "email", "team", "course", "status", "run")]
    assert problems({"columns": [*keys, COUNT]}) == (
        "Rows can be added up by 5 columns at most, and here are 6.",
    )  # fmt: skip
    assert check_spec(read_spec({**SMALL, "columns": [*keys[:5], COUNT]})).key == "enrollments"


@pytest.mark.parametrize("definition", shipped.values(), ids=lambda definition: definition.slug)
def test_shipped_reports_have_no_problem(definition):
    assert check_spec(definition.spec) is source_for(definition.spec.source)


# What is asked for ----------------------------------------------------------------

ASKING = {
    **SMALL,
    "params": [{"name": "least", "label": "Lessons at least"}],
    "conditions": {"of": [{"column": "lessons_done", "operator": "at_least", "value": {"param": "least"}}]},
    "filters": [{"column": "status", "operator": "any_of"}, {"column": "run", "operator": "is", "value": 1}],
}


def given(**values):
    spec = read_spec(ASKING)
    return given_values(spec, values, check_spec(spec))


def test_defaults_and_what_is_given():
    assert given(least="3") == {"least": "3", "run_is": 1}
    assert given(least=3, status_any_of=["active"], run_is="2") == {
        "least": 3,
        "status_any_of": ["active"],
        "run_is": "2",
    }


def test_none_clears_a_filters_default_and_no_params():
    assert given(least=3, run_is=None) == {"least": 3}
    assert given(least=3, run_is="") == {"least": 3}
    with pytest.raises(InvalidSpec):
        given(least=None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "“Lessons at least” must be said."),
        ({"least": ""}, "“Lessons at least” must be said."),
        ({"least": "many"}, "“many” is no number, and “Lessons done” needs one."),
        ({"least": 1, "status_any_of": ["gone"]}, "“gone” is not among the values of “Status”"),
        (
            {"least": 1, "curse": "fire"},
            "The report does not ask for “curse”. It asks for: least, status_any_of, run_is.",
        ),
    ],
)
def test_what_is_asked_for_and_not_given_rightly(values, sentence):
    with pytest.raises(InvalidSpec) as error:
        given(**values)
    assert str(error.value).startswith(sentence), error.value
