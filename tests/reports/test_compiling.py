"""Specs as queries: which rows they find and what they make of them, beside counts made by hand."""

import datetime as dt
import zoneinfo

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.models import Enrollment
from lms_pages.models import CourseStaff
from reports.columns import Operator
from reports.compiling import to_percent
from reports.definitions import Definition
from reports.moments import Moment
from reports.selectors.results import Prepared, report_result, report_stream
from reports.spec import read_spec
from reports.viewers import OPERATOR
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
# A Monday morning in Berlin.
MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=BERLIN)


def run(columns, *, moment=MOMENT, given=None, limit=100, **spec):
    data = {"source": "enrollments", "columns": columns, **spec}
    definition = Definition(slug="x", title="x", spec=read_spec(data))
    return report_result(Prepared(definition=definition, viewer=OPERATOR, moment=moment, given=given), limit=limit)


def names(*conditions, match="all", **options) -> list[str]:
    """The people found by conditions given as (column, operator, value)."""
    of = [
        entry if isinstance(entry, dict) else dict(zip(("column", "operator", "value"), entry, strict=False))
        for entry in conditions
    ]
    found = run([{"column": "person"}], conditions={"match": match, "of": of}, sort=[{"column": "person"}], **options)
    return [row[0] for row in found.table.rows]


NOBODY = "6f1c8c4e-9a7a-4a3e-8d0a-3a9d4b5f2c11"
EVERYBODY = ["Ada Able", "Ben Brook", "Cem Celik", "Dora Dune"]
COURSES = ("SQL for analysts", "Fire safety")


@pytest.fixture
def class_of_four(db):
    """Ada completed, Ben is late, Cem has begun, Dora has no team; dates differ in Berlin and in UTC."""
    course, other = (make_course(title, modules=1, lessons=4, with_check=False) for title in COURSES)
    ada, ben, cem, dora = (make_person(name, email=f"{name[:3].lower()}@example.com") for name in EVERYBODY)
    make_team("North", members=[ada, ben], since=dt.date(2026, 1, 1))
    make_team("South", members=[cem], since=dt.date(2026, 1, 1))
    runs = {
        "ada": make_completed(ada, course),
        "ben": make_enrollment(ben, course, done=1, due_on=dt.date(2026, 11, 1)),
        "cem": make_enrollment(cem, other, done=2, due_on=dt.date(2026, 12, 1)),
        "dora": make_enrollment(dora, other),
    }
    # Half past midnight on 23 November in Berlin is still the 22nd in UTC.
    for name, moment in {
        "ada": dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC),
        "ben": dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC),
        "cem": dt.datetime(2026, 10, 1, 12, 0, tzinfo=dt.UTC),
        "dora": dt.datetime(2025, 11, 30, 12, 0, tzinfo=dt.UTC),
    }.items():
        Enrollment.objects.filter(pk=runs[name].pk).update(enrolled_at=moment)
    return {name: Enrollment.objects.get(pk=entry.pk) for name, entry in runs.items()}


OPERATORS = [
    (("person", "is", "ada able"), [0]),
    (("person", "is_not", "Ada Able"), [1, 2, 3]),
    (("person", "contains", "A"), [0, 3]),
    (("person", "contains_not", "a"), [1, 2]),
    (("person", "starts", "D"), [3]),
    (("person", "ends", "brook"), [1]),
    (("person", "any_of", ["Ada Able", "Nobody"]), [0]),
    (("person", "none_of", ["Ada Able"]), [1, 2, 3]),
    (("person", "contains", "%"), []),
    (("person", "contains", "' OR 1=1 --"), []),
    (("lessons_done", "is", 1), [1]),
    (("lessons_done", "is_not", 1), [0, 2, 3]),
    (("lessons_done", "more", 1), [0, 2]),
    (("lessons_done", "less", 1), [3]),
    (("lessons_done", "at_least", 1), [0, 1, 2]),
    (("lessons_done", "at_most", "0"), [3]),
    (("lessons_done", "between", [1, 2]), [1, 2]),
    (("status", "any_of", ["completed"]), [0]),
    (("status", "none_of", ["completed"]), [1, 2, 3]),
    (("is_completed", "true"), [0]),
    (("is_completed", "false"), [1, 2, 3]),
    (("is_overdue", "true"), [1]),
    # Who has no due date is not overdue, and that is known.
    (("is_overdue", "false"), [0, 2, 3]),
    (("due", "empty"), [0, 3]),
    (("due", "filled"), [1, 2]),
    (("due", "before", "2026-12-01"), [1]),
    (("due", "after", "2026-11-01"), [2]),
    (("due", "is", "2026-12-01"), [2]),
    (("due", "within", {"relative": "next", "unit": "day", "count": 9}), [2]),
    (("due", "within", {"relative": "next", "unit": "day", "count": 8}), []),
    # In Berlin Ada enrolled on the 23rd.
    (("enrolled", "is", "2026-11-23"), [0]),
    (("enrolled", "is", "2026-11-22"), [1]),
    (("enrolled", "before", "2026-11-23"), [1, 2, 3]),
    (("enrolled", "after", "2026-11-22"), [0]),
    (("enrolled", "between", ["2026-11-22", "2026-11-23"]), [0, 1]),
    (("enrolled", "within", {"relative": "last", "unit": "week"}), [1]),
    (("enrolled", "within", {"relative": "this", "unit": "week"}), [0]),
    (("enrolled", "within", {"relative": "last", "unit": "month"}), [2]),
    (("enrolled", "within", {"relative": "last", "unit": "year"}), [3]),
    (("team", "empty"), [3]),
    (("score", "empty"), [0, 1, 2, 3]),
]


def test_each_operator(class_of_four):
    found = [(condition, names(condition)) for condition, _places in OPERATORS]
    assert found == [(condition, [EVERYBODY[place] for place in places]) for condition, places in OPERATORS]


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("at_least", 1.5, "Ada Cem"),
        ("more", 1.5, "Ada Cem"),
        ("less", 1.5, "Ben Dora"),
        ("at_most", 1.5, "Ben Dora"),
        ("is", 1.5, ""),
        ("is_not", 1.5, "Ada Ben Cem Dora"),
        ("between", [0.5, 1.5], "Ben"),
        # Towards zero is not down.
        ("more", -0.5, "Ada Ben Cem Dora"),
        ("at_most", -0.5, ""),
    ],
)
def test_whole_numbers_beside_broken_ones(class_of_four, operator, value, found):
    """Ada has done four lessons, Ben one, Cem two and Dora none."""
    assert [name.split()[0] for name in names(("lessons_done", operator, value))] == found.split()


def test_every_operator_is_among_those_above():
    assert set(Operator) == {condition[1] for condition, _places in OPERATORS}


def test_references_by_key(class_of_four):
    key = str(class_of_four["ada"].course_key)
    assert names(("course", "any_of", [key])) == EVERYBODY[:2]
    assert names(("course", "none_of", [key])) == EVERYBODY[2:]
    north = str(class_of_four["ada"].learner.teams.get().uuid)
    assert names(("team", "any_of", [north])) == EVERYBODY[:2]
    # Who is in no team is not in that team.
    assert names(("team", "none_of", [north])) == EVERYBODY[2:]


def test_groups_in_groups(class_of_four):
    late = {"column": "is_overdue", "operator": "true"}
    done = {"column": "is_completed", "operator": "true"}
    some = {"match": "all", "of": [{"column": "lessons_done", "operator": "at_least", "value": 1}, {"match": "any", "of": [late, done]}]}  # fmt: skip
    assert names(some) == EVERYBODY[:2]
    assert names(some, ("person", "starts", "D"), match="any") == ["Ada Able", "Ben Brook", "Dora Dune"]
    assert names({"match": "all", "of": []}) == EVERYBODY


def test_the_same_moment_in_another_zone(class_of_four):
    utc = Moment(at=MOMENT.at, zone=zoneinfo.ZoneInfo("UTC"))
    assert names(("enrolled", "is", "2026-11-22"), moment=utc) == EVERYBODY[:2]


def test_grouped_rows(class_of_four):
    found = run(
        [
            {"column": "course"},
            {"column": "records", "aggregation": "count"},
            {"column": "records", "aggregation": "share"},
            {"column": "lessons_done", "aggregation": "sum"},
            {"column": "lessons_done", "aggregation": "average"},
            {"column": "lessons_done", "aggregation": "median"},
            {"column": "lessons_done", "aggregation": "minimum"},
            {"column": "lessons_done", "aggregation": "maximum"},
            {"column": "is_completed", "aggregation": "percent_true"},
            {"column": "is_completed", "aggregation": "sum"},
            {"column": "team", "aggregation": "count"},
            {"column": "team", "aggregation": "count_distinct"},
            {"column": "due", "aggregation": "minimum"},
        ],
        sort=[{"column": "course", "descending": True}],
    )
    assert found.table.rows == (
        ("SQL for analysts", 2, 50.0, 5, 2.5, 2.5, 1, 4, 50.0, 1, 2, 1, dt.date(2026, 11, 1)),
        ("Fire safety", 2, 50.0, 2, 1.0, 1.0, 0, 2, 0.0, 0, 1, 1, dt.date(2026, 12, 1)),
    )
    assert found.table.keys[0] == {"course": str(class_of_four["ada"].course_key)}


def test_a_median_leaves_out_what_is_not_known(class_of_four):
    found = run([{"column": "score", "aggregation": "median"}, {"column": "score", "aggregation": "average"}])
    assert found.table.rows == ((None, None),)


def test_everything_in_one_row(class_of_four):
    assert run([{"column": "records", "aggregation": "count"}]).table.rows == ((4,),)
    nobody = {"of": [{"column": "person", "operator": "is", "value": "Nobody"}]}
    assert run([{"column": "records", "aggregation": "count"}], conditions=nobody).table.rows == ((0,),)


def test_buckets_of_the_reports_zone(class_of_four):
    def by(bucket):
        columns = [{"column": "enrolled", "bucket": bucket}, {"column": "records", "aggregation": "count"}]
        rows = run(columns, sort=[{"column": f"enrolled_{bucket}"}]).table.rows
        return [(day.isoformat(), count) for day, count in rows]

    assert by("day") == [("2025-11-30", 1), ("2026-10-01", 1), ("2026-11-22", 1), ("2026-11-23", 1)]
    assert by("week") == [("2025-11-24", 1), ("2026-09-28", 1), ("2026-11-16", 1), ("2026-11-23", 1)]
    assert by("month") == [("2025-11-01", 1), ("2026-10-01", 1), ("2026-11-01", 2)]
    assert by("quarter") == [("2025-10-01", 1), ("2026-10-01", 3)]
    assert by("year") == [("2025-01-01", 1), ("2026-01-01", 3)]


def test_dates_are_cut_without_a_zone(class_of_four):
    columns = [{"column": "due", "bucket": "month"}, {"column": "records", "aggregation": "count"}]
    rows = run(columns, sort=[{"column": "due_month"}]).table.rows
    assert rows == ((dt.date(2026, 11, 1), 1), (dt.date(2026, 12, 1), 1), (None, 2))


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_empty_comes_last(class_of_four, descending):
    rows = run([{"column": "due"}], sort=[{"column": "due", "descending": descending}]).table.rows
    dates = [dt.date(2026, 11, 1), dt.date(2026, 12, 1)]
    assert [row[0] for row in rows] == [*(dates[::-1] if descending else dates), None, None]


def test_people_are_sorted_by_their_last_names(db):
    course = make_course()
    for name in ("Zoe Able", "Ada Zander", "Ben Miller"):
        make_enrollment(make_person(name), course)
    assert names() == ["Zoe Able", "Ben Miller", "Ada Zander"]


def test_who_has_no_name_is_called_by_the_address(db):
    quiet = make_enrollment().learner
    get_user_model().objects.filter(pk=quiet.pk).update(first_name="", last_name="", email="quiet@example.com")
    assert names() == ["quiet"]


def test_limits_are_said(class_of_four):
    found = run([{"column": "person"}], sort=[{"column": "person"}], limit=2)
    assert (found.table.shown, found.table.total, found.table.is_cut) == (2, 4, True)
    found = run([{"column": "course"}, {"column": "records", "aggregation": "count"}], limit=1)
    assert (found.table.shown, found.table.total) == (1, 2)
    found = run([{"column": "person"}], sort=[{"column": "person"}], limit=3)
    assert found.table.total == 4


def test_the_limit_of_the_report_itself_is_said_in_files_too(class_of_four):
    data = {"source": "enrollments", "columns": [{"column": "person"}], "sort": [{"column": "person"}], "limit": 3}
    definition = Definition(slug="x", title="x", spec=read_spec(data))
    stream = report_stream(Prepared(definition=definition, viewer=OPERATOR, moment=MOMENT))
    assert [row[0] for row in stream.rows] == EVERYBODY[:3]
    assert (stream.shown, stream.total) == (3, 4)


def test_figures_with_conditions_of_their_own(class_of_four):
    late = {"of": [{"column": "is_overdue", "operator": "true"}]}
    found = run(
        [{"column": "person"}],
        figures=[
            {"label": "All", "column": "records", "aggregation": "count"},
            {"label": "Late", "column": "records", "aggregation": "count", "conditions": late},
            {"label": "Late share", "column": "records", "aggregation": "share", "conditions": late},
            {"label": "Late lessons", "column": "lessons_done", "aggregation": "sum", "conditions": late},
            {"label": "Middle", "column": "lessons_done", "aggregation": "median", "conditions": late},
            {"label": "Done", "column": "is_completed", "aggregation": "percent_true"},
        ],
    )
    assert [(figure.label, figure.value) for figure in found.figures] == [
        ("All", 4), ("Late", 1), ("Late share", 25.0), ("Late lessons", 1), ("Middle", 1.0), ("Done", 25.0),
    ]  # fmt: skip


def test_params_and_filters(class_of_four):
    asking = {
        "params": [{"name": "least", "label": "Lessons at least", "default": 1}],
        "filters": [{"column": "status", "operator": "any_of"}],
    }
    of = [{"column": "lessons_done", "operator": "at_least", "value": {"param": "least"}}]
    columns = [{"column": "person"}]

    def found(**given):
        result = run(columns, conditions={"of": of}, sort=[{"column": "person"}], given=given, **asking)
        return [row[0] for row in result.table.rows], dict(result.facts)

    people, facts = found()
    assert people == EVERYBODY[:3]
    assert facts["Only"] == "Lessons done is at least 1"
    assert "Narrowed to" not in facts
    people, facts = found(least="2", status_any_of=["active"])
    assert people == ["Cem Celik"]
    assert facts["Only"] == "Lessons done is at least 2"
    assert facts["Narrowed to"] == "Status is any of “Active”"


def test_a_filter_begins_with_its_value_and_can_be_emptied(class_of_four):
    asking = {"filters": [{"column": "status", "operator": "any_of", "value": ["completed"]}]}

    def found(**given):
        result = run([{"column": "person"}], sort=[{"column": "person"}], given=given, **asking)
        return len(result.table.rows), dict(result.facts).get("Narrowed to")

    assert found() == (1, "Status is any of “Completed”")
    assert found(status_any_of=["active"]) == (3, "Status is any of “Active”")
    for nothing in (None, "", []):
        assert found(status_any_of=nothing) == (4, None)


def test_a_yes_or_no_is_something_readers_can_say(class_of_four):
    asking = {"filters": [{"column": "is_completed", "operator": "is"}]}

    def found(**given):
        result = run([{"column": "person"}], sort=[{"column": "person"}], given=given, **asking)
        return len(result.table.rows), dict(result.facts).get("Narrowed to")

    assert found() == (4, None)
    assert found(is_completed_is="yes") == (1, "Is completed is yes")
    assert found(is_completed_is="no") == (3, "Is completed is no")


def test_a_chart_of_nothing_is_none(db):
    count = {"column": "records", "aggregation": "count"}
    chart = {"kind": "bar", "by": "course", "measures": ["records_count"]}
    assert run([{"column": "course"}, count], chart=chart).chart is None


def test_unused_columns_cost_nothing(class_of_four):
    with CaptureQueriesContext(connection) as queries:
        run([{"column": "lessons_done"}])
    assert "accounts_teammembership" not in "".join(query["sql"] for query in queries)


def test_three_queries_whatever_is_asked(class_of_four, django_assert_max_num_queries):
    count = {"column": "records", "aggregation": "count"}
    with django_assert_max_num_queries(3):
        run(
            [{"column": "course"}, {"column": "team"}, count, {"column": "records", "aggregation": "share"}],
            figures=[{"label": "All", "column": "records", "aggregation": "count"}],
            summary={"columns": [{"column": "team"}, count], "limit": 1},
            limit=1,
        )


def test_a_share_is_none_or_all_only_where_it_is():
    assert [to_percent(value) for value in (0, 0.01, 0.06, 33.333, 99.96, 100, None)] == [
        0, 0.1, 0.1, 33.3, 99.9, 100, None,
    ]  # fmt: skip


def test_what_a_report_is_narrowed_to_is_said_by_name_in_one_more_query(class_of_four, django_assert_max_num_queries):
    """Four queries: who only has the PDF cannot look up a key."""
    ada, course = class_of_four["ada"].learner, class_of_four["ada"].course_key
    north = ada.team_memberships.get().team.uuid
    with django_assert_max_num_queries(4):
        result = run(
            [{"column": "team"}, {"column": "records", "aggregation": "count"}],
            conditions={"of": [{"column": "team", "operator": "any_of", "value": [str(north)]}]},
            filters=[{"column": name, "operator": "any_of"} for name in ("course", "account")],
            given={"course_any_of": [str(course)], "account_any_of": [str(ada.uuid)]},
            summary={"columns": [{"column": "team"}, {"column": "records", "aggregation": "count"}]},
        )
    assert dict(result.facts)["Only"] == "Team is any of “North”"
    assert dict(result.facts)["Narrowed to"] == ("Course is any of “SQL for analysts”; Account is any of “Ada Able”")


def test_of_many_names_five_are_said_and_what_nobody_knows_is_counted(db):
    courses = [make_course(f"Course {number}", modules=0) for number in range(1, 8)]
    keys = [str(course.translation_key) for course in courses]

    def said(*chosen):
        filters = [{"column": "course", "operator": "any_of", "value": list(chosen)}]
        return dict(run([{"column": "person"}], filters=filters).facts)["Narrowed to"]

    assert said(*keys) == ("Course is any of “Course 1”, “Course 2”, “Course 3”, “Course 4”, “Course 5” and 2 more")
    assert said(keys[0], NOBODY) == "Course is any of “Course 1” and 1 more"
    assert said(NOBODY) == "Course is any of 1 chosen"


def test_names_beyond_the_viewers_reach_are_not_told(class_of_four):
    """An address may hold the key of a course that its reader knows nothing of."""
    instructor = make_person("Ina Instructor", roles=("instructor",))
    taught, other = make_course("Taught", modules=0), class_of_four["ada"].course_key
    CourseStaff.objects.create(course=taught, user=instructor)
    keys = [str(taught.translation_key), str(other)]
    data = {"source": "enrollments", "columns": [{"column": "person"}]}
    data["filters"] = [{"column": "course", "operator": "any_of", "value": keys}]
    definition = Definition(slug="x", title="x", spec=read_spec(data))
    facts = dict(Prepared(definition=definition, viewer=instructor, moment=MOMENT).facts())
    assert facts["Narrowed to"] == "Course is any of “Taught” and 1 more"
