"""Drafts: what a form says comes back as it went in, every button does what it says, and each problem has its place."""

import string
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.columns import LISTS, MEASURES, Aggregation, Bucket, Operator, Type
from reports.definitions import shipped
from reports.drafts import change, draft_of, findings, read_draft, settle, spec_data, write_draft
from reports.drafts.changes import hows
from reports.drafts.shape import BY, ColumnRow, Comparison, Draft, Group, SortRow
from reports.exceptions import InvalidSpec
from reports.registries import source_for
from reports.spec import read_spec
from reports.values import WITHOUT_VALUE

SOURCE = source_for("enrollments")
WORDS = st.text(alphabet=string.ascii_letters + "äß …-_=&%“”<>'\"", min_size=1, max_size=12).map(str.strip).filter(bool)


def through_the_form(draft):
    """``draft`` as a browser would send it back."""
    sent = urlencode(write_draft(draft))
    return read_draft(parse_qs(sent, keep_blank_values=True).items())


# Round trip -----------------------------------------------------------------------


def scalar(column):
    if column.type in MEASURES:
        return st.one_of(st.integers(-1000, 1000), st.integers(-400, 400).map(lambda number: number / 8 + 1 / 16))
    if column.type in (Type.DATE, Type.DATETIME):
        return st.dates().map(str)
    if column.type == Type.CHOICE:
        return st.sampled_from([str(value) for value, _label in column.choices])
    if column.type == Type.BOOLEAN:
        return st.sampled_from(["yes", "no"])
    return st.uuids().map(str) if column.type == Type.REFERENCE else WORDS


def value_for(column, operator):
    one = scalar(column)
    if operator in WITHOUT_VALUE:
        return st.none()
    if operator in LISTS:
        return st.lists(one, min_size=1, max_size=4)
    if operator == Operator.BETWEEN:
        return st.tuples(one, one).map(lambda pair: sorted(pair))
    if operator == Operator.WITHIN:
        kinds = st.sampled_from(["last", "this", "to_date", "next"])
        units = st.sampled_from(["day", "week", "month", "quarter", "year"])
        return st.fixed_dictionaries({"relative": kinds, "unit": units, "count": st.integers(1, 1000)})
    return one


@st.composite
def comparisons(draw, with_value=False):
    key = draw(st.sampled_from([key for key, column in SOURCE.columns.items() if column.legal_operators]))
    column = SOURCE.columns[key]
    legal = sorted(column.legal_operators - (WITHOUT_VALUE if with_value else frozenset()))
    if not legal:
        return draw(comparisons(with_value=with_value))
    operator = draw(st.sampled_from(legal))
    return {"column": key, "operator": operator, "value": draw(value_for(column, operator))}


def groups(depth):
    entry = comparisons() if depth == 1 else st.one_of(comparisons(), groups(depth - 1))
    return st.fixed_dictionaries({"match": st.sampled_from(["all", "any"]), "of": st.lists(entry, max_size=3)})


@st.composite
def column_specs(draw):
    key = draw(st.sampled_from(list(SOURCE.columns)))
    how = draw(st.sampled_from(hows(SOURCE.columns[key])))
    kind = {"bucket": how.removeprefix(BY)} if how.startswith(BY) else {"aggregation": how}
    return {"column": key, **(kind if how else {}), "label": draw(st.one_of(st.just(""), WORDS))}


def name(entry):
    return "_".join(filter(None, (entry["column"], entry.get("aggregation"), entry.get("bucket"))))


@st.composite
def specs(draw):
    columns = draw(st.lists(column_specs(), min_size=1, max_size=6, unique_by=name))
    names = st.sampled_from([name(entry) for entry in columns])
    sorts = st.fixed_dictionaries({"column": names, "descending": st.booleans()})
    figure = st.fixed_dictionaries(
        {
            "label": WORDS,
            "column": st.just("records"),
            "aggregation": st.just("count"),
            "conditions": groups(2).filter(lambda group: group["of"]),
        }
    )
    filters = st.lists(comparisons(with_value=True), max_size=3, unique_by=lambda one: (one["column"], one["operator"]))
    summary = st.fixed_dictionaries(
        {
            "title": WORDS,
            "columns": st.lists(column_specs(), min_size=1, max_size=3, unique_by=name),
            "limit": st.integers(1, 500),
        }
    )
    chart = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["bar", "line", "donut"]),
            "by": names,
            "measures": st.lists(names, max_size=2),
            "title": WORDS,
        }
    )
    return {
        "source": "enrollments",
        "columns": columns,
        "conditions": draw(groups(3)),
        "filters": draw(filters),
        "sort": draw(st.lists(sorts, max_size=2)),
        "limit": draw(st.one_of(st.none(), st.integers(1, 10_000))),
        "figures": draw(st.lists(figure, max_size=2)),
        "summary": draw(st.one_of(st.none(), summary)),
        "chart": draw(st.one_of(st.none(), chart)),
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(specs())
def test_a_spec_comes_back_from_the_form_as_it_went_in(data):
    spec = read_spec(data)
    draft = draft_of(spec, title="T", description="D")
    back = through_the_form(draft)
    assert back == draft
    assert read_spec(spec_data(back, SOURCE)) == spec


@pytest.mark.parametrize("slug", sorted(shipped))
def test_shipped_reports_come_back_from_the_form(slug):
    spec = shipped[slug].spec
    source = source_for(spec.source)
    back = through_the_form(draft_of(spec))
    settle(back, source)
    found = findings(back, source)
    assert (found.spec, found.count) == (spec, 0)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.lists(
            st.sampled_from(["columns", "conditions", "of", "match", "0", "1", "99999999", "value", "x", ""]),
            min_size=1,
            max_size=6,
        ).map("-".join),
        st.lists(st.text(max_size=5), max_size=2),
        max_size=12,
    )
)
def test_whatever_is_posted_makes_a_draft_with_problems(fields):
    draft = read_draft(fields.items())
    draft.source = "enrollments"
    settle(draft, SOURCE)
    assert findings(draft, SOURCE).spec is None or draft.columns


def test_a_comma_is_a_point_and_what_is_no_number_stays():
    def value(text):
        row = Comparison(column="score", operator="at_least", value=text)
        draft = Draft(source="enrollments", columns=[ColumnRow("person")], conditions=Group(of=[row]))
        return spec_data(draft, SOURCE)["conditions"]["of"][0]["value"]

    assert [value(text) for text in ("2,5", "2.5", " 7 ", "seven", "1e999")] == [2.5, 2.5, 7, "seven", "1e999"]


# Buttons --------------------------------------------------------------------------


def started(*columns):
    return Draft(source="enrollments", columns=[ColumnRow(column, was=column) for column in columns])


def test_rows_move_and_say_where_they_are():
    draft = started("person", "team", "course")
    done = change(draft, "up:columns-2", {}, SOURCE)
    assert [row.column for row in draft.columns] == ["person", "course", "team"]
    assert (done.said, done.focus) == ("“Course” is now number 2 of 3.", "columns-1-up")
    done = change(draft, "up:columns-0", {}, SOURCE)
    assert (done.said, done.focus) == ("“Person” is the first already.", "columns-0-up")
    assert [row.column for row in draft.columns] == ["person", "course", "team"]


def test_a_removed_column_leaves_sort_and_chart():
    draft = started("person", "team")
    draft.sort = [SortRow("team", "down"), SortRow("person")]
    draft.chart.kind, draft.chart.by = "bar", "team"
    done = change(draft, "remove:columns-1", {}, SOURCE)
    assert done.said == "“Team” is removed, and from sort and chart too."
    assert done.focus == "columns-0-remove"
    assert (draft.sort, draft.chart.by) == ([SortRow("person")], "")


def test_adding_begins_with_what_suits_the_column():
    draft = started("team")
    change(draft, "add:columns", {"new-columns": "records"}, SOURCE)
    assert draft.columns[1].how == "count"
    done = change(draft, "add:conditions", {"new-conditions": "enrolled"}, SOURCE)
    row = draft.conditions.of[0]
    assert (row.operator, row.relative, row.count, row.unit) == ("within", "last", "1", "month")
    assert done.focus == "conditions-of-0-operator"
    change(draft, "group:conditions", {}, SOURCE)
    change(draft, "add:conditions-of-1", {"new-conditions-of-1": "is_overdue"}, SOURCE)
    assert draft.conditions.of[1] == Group("any", [Comparison("is_overdue", "true", was="is_overdue")])


def test_nothing_chosen_and_rows_that_are_gone_change_nothing():
    draft = started("team")
    before = write_draft(draft)
    for do in (
        "add:columns",
        "up:columns-7",
        "remove:nonsense",
        "up:title-0",
        "remove:",
        "add:",
        "group:columns",
        "x",
        "down:columns-x",
    ):
        change(draft, do, {}, SOURCE)
        assert write_draft(draft) == before, do
    assert change(draft, "add:columns", {}, SOURCE).focus == "new-columns"


def test_sort_and_chart_follow_a_column_that_is_shown_another_way():
    draft = Draft(
        source="enrollments",
        columns=[ColumnRow("team", was="team"), ColumnRow("is_completed", "percent_true", was="is_completed_sum")],
        sort=[SortRow("is_completed_sum")],
    )
    draft.chart.kind, draft.chart.by, draft.chart.measures = "bar", "team", ["is_completed_sum"]
    settle(draft, SOURCE)
    assert draft.sort == [SortRow("is_completed_percent_true")]
    assert draft.chart.measures == ["is_completed_percent_true"]
    assert findings(draft, SOURCE).count == 0


def test_a_condition_whose_column_changes_asks_what_suits_the_new_one():
    row = Comparison("team", "within", relative="last", count="2", unit="week", was="enrolled", values=["x"])
    draft = started("person")
    draft.conditions.of = [row]
    settle(draft, SOURCE)
    assert (row.operator, row.values, row.was) == ("any_of", [], "team")


def test_a_chart_begins_with_the_first_group_and_number():
    draft = started("team")
    draft.columns.append(ColumnRow("records", "count"))
    draft.chart.kind = "bar"
    settle(draft, SOURCE)
    assert (draft.chart.by, draft.chart.measures) == ("team", ["records_count"])


def test_a_summary_counts_by_the_first_thing_that_has_a_name():
    draft = started("person", "team")
    change(draft, "add:summary", {}, SOURCE)
    assert [row.name for row in draft.summary.columns] == ["team", "records_count"]
    assert findings(draft, SOURCE).count == 0
    assert change(draft, "remove:summary", {}, SOURCE).focus == "add-summary"
    assert draft.summary is None


# Problems --------------------------------------------------------------------------


def problems(**parts):
    draft = Draft(**{"source": "enrollments", "columns": [ColumnRow("person")], **parts})
    found = findings(draft, SOURCE)
    assert found.spec is None
    return dict(found.places), found.rest


def test_each_problem_stands_at_its_row():
    places, rest = problems(columns=[ColumnRow("person"), ColumnRow("shoe_size")])
    assert places == {
        "columns-1": ["“Enrollments” has no column called “shoe_size” (any more). Take it out, or choose another."]
    }
    assert rest == []
    places, _rest = problems(columns=[ColumnRow("person", "sum")])
    assert places == {"columns-0": ["“Person” cannot be added up as: Sum."]}
    places, _rest = problems(columns=[ColumnRow("person"), ColumnRow("person")])
    assert places == {"columns-1": ["The column “person” is there twice."]}
    places, _rest = problems(columns=[])
    assert list(places) == ["columns"]
    places, _rest = problems(sort=[SortRow("team")])
    assert places == {"sort-0": ["The report is sorted by “team”, which is none of its columns."]}
    places, _rest = problems(limit="many")
    assert list(places) == ["limit"]
    places, _rest = problems(columns=[ColumnRow("person", label="x" * 121)])
    assert places == {"columns-0": ["A name may have 120 characters, and this one has 121."]}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Comparison("lessons", "at_least", value="many"), "“many” is no number, and “Lessons in all” needs one."),
        (Comparison("lessons", "at_least"), "“Lessons in all”: say what it is compared with."),
        (Comparison("team", "any_of"), "“Team”: say what it is compared with."),
        (Comparison("due", "between", value="2026-01-01"), "“Due”: say what it is compared with."),
        (
            Comparison("due", "is", value="yesterday"),
            "“yesterday” is no day, and “Due” needs one, written like 2026-11-23.",
        ),
        (Comparison("team", "any_of", values=["x"]), "“x” is no key that “Team” could have."),
        (Comparison("team", "within", relative="last", unit="day"), "“Team” cannot be asked whether it: lies in."),
        (
            Comparison("due", "within", relative="last", unit="moon"),
            "“Due” needs a stretch of time, such as the last 2 full weeks.",
        ),
    ],
)
def test_conditions_say_what_is_wrong(row, words):
    places, rest = problems(conditions=Group(of=[Group("any", [row])]))
    assert (places, rest) == ({"conditions-of-0-of-0": [words]}, [])


def test_an_unknown_operator_is_named():
    places, _rest = problems(conditions=Group(of=[Comparison("team", "sounds_like", value="x")]))
    assert "sounds_like" in places["conditions-of-0"][0]


def test_too_deep_and_too_many():
    deep = Group(of=[Comparison("is_overdue", "true")])
    for _level in range(3):
        deep = Group(of=[deep])
    places, _rest = problems(conditions=deep)
    assert places["conditions"] == ["Conditions lie at most 3 deep in one another, and these go deeper."]
    many = Group(of=[Comparison("is_overdue", "true") for _n in range(101)])
    places, _rest = problems(conditions=many)
    assert places["conditions"] == ["A report has at most 100 conditions, and this one has 101."]
    with pytest.raises(InvalidSpec, match="this one has 1000"):
        read_draft([(f"conditions-of-{n}-column", ["is_overdue"]) for n in range(1000)])
    with pytest.raises(InvalidSpec, match="3 deep"):
        read_draft([("conditions" + "-of-0" * 500 + "-column", ["is_overdue"])])


def test_nothing_is_silently_left_out_of_what_is_legal():
    assert hows(SOURCE.columns["enrolled"])[:6] == ["", *(f"{BY}{bucket}" for bucket in Bucket)]
    assert Aggregation.PERCENT_TRUE in hows(SOURCE.columns["is_completed"])
    assert hows(SOURCE.columns["records"]) == ["count", "share"]
