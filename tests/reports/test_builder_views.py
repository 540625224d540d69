"""The builder without scripts, from empty to saved; who may use it, two editors at once, and whatever else may be posted."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from learning.services import complete_lesson, enroll
from reports.models import Report
from reports.services import save_report, share_report
from reports.spec import read_spec
from tests.factories.accounts import make_person, make_team
from tests.factories.dashboards import make_academy
from tests.factories.forms import Form
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.saved_reports import BY_TEAM, break_report, make_report

pytestmark = pytest.mark.django_db
NEW = ("reports_build", "enrollments")


class Builder:
    """Somebody in front of the form."""

    def __init__(self, client, name, *args):
        self.client, self.address = client, reverse(name, args=args)
        self.take(client.get(self.address))

    def take(self, answer):
        self.answer = answer
        self.form = Form(answer.content.decode(), "builder") if answer.status_code != 302 else None

    def press(self, do, **extra):
        self.take(self.client.post(self.address, {**self.form.sent(do), **extra}))
        return self

    def add(self, place, what):
        self.form.fill(f"new-{place}", what)
        return self.press(f"add:{place}")

    def fill(self, name, *values):
        self.form.fill(name, *values)
        return self

    @property
    def problems(self):
        return dict(self.answer.context["found"].places)

    @property
    def columns(self):
        return [values[0] for name, values in self.form.values.items() if re.fullmatch(r"columns-\d+-column", name)]


@pytest.fixture
def reporter(client):
    person = make_person("Rita Report", roles=("report_administrator",))
    client.force_login(person)
    return person


def last_month():
    """Some day in the last full month."""
    first = timezone.localdate().replace(day=1)
    return timezone.make_aware(dt.datetime.combine(first - dt.timedelta(days=10), dt.time(12)))


@pytest.fixture
def teams():
    """Last month: Operations 1 of 2, Sales 1 of 1; an instructor in Sales and an enrollment of today do not count."""
    course = make_course(modules=1, with_check=False)
    olga, omar, sara = (make_person(name) for name in ("Olga Ops", "Omar Ops", "Sara Sales"))
    teacher = make_person("Tom Teacher", roles=("instructor",))
    long_ago = dt.date(2020, 1, 1)
    make_team("Operations", members=[olga, omar], since=long_ago)
    make_team("Sales", members=[sara, teacher], since=long_ago)
    for person, is_done in ((olga, True), (omar, False), (sara, True), (teacher, False)):
        run = enroll(learner=person, course=course, source="staff", at=last_month())
        for lesson in lessons_of(course) if is_done else ():
            complete_lesson(enrollment=run, lesson=lesson)
    enroll(learner=omar, course=make_course("Other"), source="staff")


def test_from_empty_to_saved_without_scripts(client, reporter, teams):
    """ "Completion rate by team, last full month, without instructors, as bars"."""
    builder = Builder(client, *NEW)
    assert builder.columns == ["person", "team", "course", "enrolled"]
    while len(builder.columns) > 2:
        builder.press("remove:columns-2")
    builder.press("remove:columns-0")
    assert builder.columns == ["team"]
    builder.add("columns", "is_completed").fill("columns-1-how", "percent_true").fill("columns-1-label", "Rate")
    builder.add("conditions", "enrolled")
    assert builder.form.focused == "conditions-of-0-operator"
    assert [builder.form.values[f"conditions-of-0-{name}"] for name in ("relative", "count", "unit")] == [
        ["last"],
        ["1"],
        ["month"],
    ]
    builder.add("conditions", "is_instructor").fill("conditions-of-1-operator", "false")
    builder.fill("chart-kind", "bar").press("preview")
    assert builder.form.values["chart-by"] == ["team"]
    assert builder.form.values["chart-measures"] == ["is_completed_percent_true"]
    builder.add("sort", "is_completed_percent_true")
    shown = builder.answer.context["shown"]
    assert [[cell.text for cell in row] for row in shown.table.rows] == [
        ["Operations", "50\u00a0%"],
        ["Sales", "100\u00a0%"],
    ]
    assert shown.panel.chart is not None
    builder.fill("title", "Completion rate by team").press("save")
    report = Report.objects.get()
    assert builder.answer.url == reverse("reports_report", args=[report.slug])
    assert (report.title, report.owner, report.slug) == ("Completion rate by team", reporter, "completion-rate-by-team")
    spec = read_spec(report.spec)
    assert spec.model_dump(mode="json", exclude_defaults=True) == {
        "source": "enrollments",
        "columns": [{"column": "team"}, {"column": "is_completed", "aggregation": "percent_true", "label": "Rate"}],
        "conditions": {
            "of": [
                {
                    "column": "enrolled",
                    "operator": "within",
                    "value": {"relative": "last", "unit": "month", "count": 1},
                },
                {"column": "is_instructor", "operator": "false"},
            ]
        },
        "sort": [{"column": "is_completed_percent_true"}],
        "chart": {"kind": "bar", "by": "team", "measures": ["is_completed_percent_true"]},
    }
    page = client.get(builder.answer.url).context["shown"]
    assert [[cell.text for cell in row] for row in page.table.rows] == [
        [cell.text for cell in row] for row in shown.table.rows
    ]


def test_moving_keeps_the_focus_and_says_where_the_row_is(client, reporter):
    builder = Builder(client, *NEW).press("down:columns-0")
    assert builder.columns[:2] == ["team", "person"]
    assert builder.form.focused == "columns-1-down"
    assert "“Person” is now number 2 of 4." in builder.answer.content.decode()
    builder.press("up:columns-0")
    assert builder.form.focused == "columns-0-up"


def test_groups_of_conditions_nest_three_deep_and_no_further(client, reporter):
    builder = Builder(client, *NEW).add("conditions", "status").fill("conditions-of-0-values", "active", "completed")
    builder.press("group:conditions").add("conditions-of-1", "is_overdue").press("group:conditions-of-1")
    builder.add("conditions-of-1-of-1", "person").fill("conditions-of-1-of-1-of-0-value", "Ann")
    builder.fill("title", "Nested").press("preview")
    assert builder.problems == {}
    assert "group:conditions-of-1" in builder.form.buttons
    assert "group:conditions-of-1-of-1" not in builder.form.buttons
    builder.press("save")
    assert Report.objects.get().spec["conditions"] == {
        "match": "all",
        "of": [
            {"column": "status", "operator": "any_of", "value": ["active", "completed"]},
            {
                "match": "any",
                "of": [
                    {"column": "is_overdue", "operator": "true", "value": None},
                    {"match": "all", "of": [{"column": "person", "operator": "contains", "value": "Ann"}]},
                ],
            },
        ],
    }


def test_everything_else_a_report_has(client, reporter):
    course = make_course("SQL")
    builder = Builder(client, *NEW).add("filters", "course").add("figures", "score").fill("figures-0-label", "Score")
    builder.press("add:summary")
    builder.add("figures", "records").add("figures-1-conditions", "is_overdue").fill("figures-1-label", "Late")
    builder.add("conditions", "course").fill("conditions-of-0-values", str(course.translation_key))
    builder.add("conditions", "score").fill("conditions-of-1-operator", "between").press("preview")
    assert list(builder.problems) == ["conditions-of-1"]
    builder.fill("conditions-of-1-value", "2,5").fill("conditions-of-1-until", "90").fill("limit", "100")
    builder.fill("title", "All").press("save")
    spec = Report.objects.get().spec
    assert spec["filters"] == [{"column": "course", "operator": "any_of", "label": "", "value": None}]
    assert [(one["label"], one["aggregation"]) for one in spec["figures"]] == [("Score", "average"), ("Late", "count")]
    assert spec["figures"][1]["conditions"]["of"] == [{"column": "is_overdue", "operator": "true", "value": None}]
    assert [one["column"] for one in spec["summary"]["columns"]] == ["team", "records"]
    assert spec["conditions"]["of"][1]["value"] == [2.5, 90]
    assert spec["limit"] == 100
    again = Builder(client, "reports_edit", "all")
    assert again.problems == {}
    again.press("save")
    assert Report.objects.get().spec == spec


def test_sharing_in_the_form(client, reporter):
    team, person = make_team("Sales"), make_person("Pia Person", roles=("instructor",))
    builder = Builder(client, *NEW).fill("title", "Shared").add("shares", "team").add("shares", "person")
    builder.add("shares", "everyone").press("save")
    assert builder.answer.status_code == 422
    assert list(builder.problems) == ["shares-0", "shares-1"]
    assert not Report.objects.exists()
    builder.fill("shares-0-key", str(team.uuid)).fill("shares-1-key", "nobody@example.com").press("save")
    assert builder.problems == {"shares-1": ["Nobody active has the address “nobody@example.com”."]}
    builder.fill("shares-1-key", person.email.upper()).press("save")
    report = Report.objects.get()
    wanted = {("team", str(team.uuid)), ("person", str(person.uuid)), ("everyone", "")}
    assert set(report.shares.values_list("audience", "key")) == wanted
    again = Builder(client, "reports_edit", report.slug)
    assert again.form.values["shares-1-key"] == [person.email]
    again.press("remove:shares-0").press("save")
    assert set(report.shares.values_list("audience", flat=True)) == {"person", "everyone"}


def test_a_shipped_report_is_customized_not_changed(client, reporter):
    builder = Builder(client, "reports_customize", "course-progress").fill("title", "Ours").press("save")
    report = Report.objects.get()
    assert (report.based_on, report.based_on_version, report.title) == ("course-progress", 2, "Ours")
    assert builder.answer.url == reverse("reports_report", args=["ours"])
    Report.objects.update(based_on_version=0)
    page = client.get(reverse("reports_report", args=["ours"])).content.decode()
    assert "Made from version 0 of “Course progress”, which has version 2 by now." in page


# Two editors ------------------------------------------------------------------------


@pytest.fixture
def stale(client, reporter):
    """Rita has the form open; meanwhile Otto saves."""
    report = make_report(owner=reporter)
    builder = Builder(client, "reports_edit", report.slug).fill("title", "Rita's")
    other = make_person("Otto Other", roles=("administrator",))
    save_report(report=report, saves=1, editor=other, title="Otto's", spec=read_spec(BY_TEAM))
    return builder


def test_the_second_save_is_told_and_keeps_what_was_made(stale):
    stale.press("save")
    assert stale.answer.status_code == 409
    html = stale.answer.content.decode()
    assert "Otto Other saved this report on" in html
    assert stale.form.values["title"] == ["Rita's"]
    assert Report.objects.get().title == "Otto's"
    # Saving again without choosing is told again.
    assert stale.press("save").answer.status_code == 409
    assert Report.objects.get().saves == 2


def test_save_mine_as_a_copy(stale, reporter):
    stale.press("save").press("save-new")
    assert set(Report.objects.values_list("title", "owner__first_name")) == {("Otto's", "Rita"), ("Rita's", "Rita")}


def test_overwrite_knowingly(stale):
    stale.press("save").press("overwrite")
    assert (Report.objects.get().title, Report.objects.get().saves) == ("Rita's", 3)


def test_what_was_overwritten_can_be_opened_again(stale, client):
    stale.press("save").press("overwrite")
    page = client.get(reverse("reports_report", args=["rate-by-team"])).content.decode()
    newest = re.findall(r"\?before=\d+", page)[0]
    stale.address = reverse("reports_edit", args=["rate-by-team"]) + newest
    stale.take(client.get(stale.address))
    assert stale.form.values["title"] == ["Otto's"]
    assert Report.objects.get().title == "Rita's"
    stale.press("save")
    assert (Report.objects.get().title, Report.objects.get().saves) == ("Otto's", 4)
    assert client.get(reverse("reports_edit", args=["rate-by-team"]) + "?before=x").status_code == 200


@pytest.mark.parametrize("saves", ["²", "9" * 40, "-1", ""])
def test_a_number_of_saves_that_is_none_overwrites_nothing(stale, saves):
    assert stale.press("save", saves=saves).answer.status_code == 409
    assert Report.objects.get().title == "Otto's"


def test_a_third_save_in_between_is_told_again(stale):
    stale.press("save")
    save_report(
        report=Report.objects.get(),
        saves=2,
        editor=make_person(roles=("administrator",)),
        title="Third",
        spec=read_spec(BY_TEAM),
    )
    assert stale.press("overwrite").answer.status_code == 409
    assert Report.objects.get().title == "Third"


# What else may be posted --------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"columns-0-column": "shoe_size"}, "columns-0"),
        ({"columns-0-column": "__class__"}, "columns-0"),
        ({"columns-0-how": "sum"}, "columns-0"),
        ({"columns-0-how": "explode"}, "columns-0"),
        ({"columns-0-label": "x" * 200}, "columns-0"),
        ({"sort-0-column": "nothing"}, "sort-0"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "10.5"}, "limit"),
        (
            {"conditions-of-0-column": "due", "conditions-of-0-operator": "is", "conditions-of-0-value": "soon"},
            "conditions-of-0",
        ),
        (
            {"conditions-of-0-column": "score", "conditions-of-0-operator": "is", "conditions-of-0-value": "NaN"},
            "conditions-of-0",
        ),
        (
            {"conditions-of-0-column": "team", "conditions-of-0-operator": "any_of", "conditions-of-0-values": "x"},
            "conditions-of-0",
        ),
        (
            {"conditions-of-0-column": "person", "conditions-of-0-operator": "is", "conditions-of-0-value": "\x00"},
            "conditions-of-0",
        ),
        ({"chart-kind": "bar", "chart-by": "nothing"}, "chart"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"shares-0-audience": "planet"}, "shares-0"),
    ],
)
def test_what_does_not_fit_is_named_where_it_stands_and_nothing_is_saved(client, reporter, fields, place):
    builder = Builder(client, *NEW)
    sent = {**builder.form.sent("save"), "title": "T", **fields}
    answer = client.post(builder.address, sent)
    assert answer.status_code == 422
    assert place in answer.context["found"].places
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"chart-kind": "pie"}, {"params": "[["}, {"params": '[{"name": "x"}]'}, {"conditions-match": "some"}]
)
def test_what_has_no_place_of_its_own_is_said_above(client, reporter, fields):
    builder = Builder(client, *NEW)
    answer = client.post(builder.address, {**builder.form.sent("save"), "title": "T", **fields})
    assert answer.status_code == 422
    assert answer.context["found"].rest
    assert not Report.objects.exists()


def test_a_thousand_conditions_and_groups_without_end(client, reporter):
    builder = Builder(client, *NEW)
    many = {f"conditions-of-{number}-column": "is_overdue" for number in range(1000)}
    deep = {"conditions" + "-of-0" * 100 + "-column": "is_overdue"}
    for fields, words in ((many, "this one has 1000"), (deep, "at most 3 deep")):
        answer = client.post(builder.address, {**builder.form.sent("save"), "title": "T", **fields})
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert not Report.objects.exists()


def test_another_source_cannot_be_smuggled_in(client, reporter):
    assert client.get(reverse("reports_build", args=["unicorns"])).status_code == 404
    builder = Builder(client, *NEW)
    client.post(builder.address, {**builder.form.sent("save"), "title": "T", "source": "unicorns"})
    assert Report.objects.get().spec["source"] == "enrollments"


def test_who_may_build(client, reporter):
    report = make_report(owner=reporter)
    share_report(report=report, shares=[("everyone", "")], editor=reporter)
    for role in ("instructor", "manager"):
        client.force_login(make_person(roles=(role,)))
        for name, args in [("reports_new", []), NEW_ADDRESS, ("reports_customize", ["course-progress"])]:
            answer = client.post(reverse(name, args=args), {"do": "save", "title": "T"})
            assert answer.status_code in (302, 403, 405), name
    assert Report.objects.count() == 1
    client.force_login(make_person(roles=("administrator",)))
    assert client.get(reverse("reports_edit", args=[report.slug])).status_code == 200


NEW_ADDRESS = ("reports_build", ["enrollments"])


def test_someone_elses_team_stays_chosen(client, reporter):
    """What an editor chose and another cannot see is not lost when the other saves."""
    report = make_report(
        owner=reporter,
        conditions={
            "of": [{"column": "team", "operator": "any_of", "value": ["12345678-1234-1234-1234-123456789012"]}]
        },
    )
    before = report.spec
    Builder(client, "reports_edit", report.slug).press("save")
    report.refresh_from_db()
    assert (report.spec, report.saves) == (before, 2)


def test_a_broken_report_can_be_mended(client, reporter):
    report = break_report(
        make_report(owner=reporter), columns=[{"column": "team"}, {"column": "shoe_size"}], sort=[], chart=None
    )
    builder = Builder(client, "reports_edit", report.slug)
    assert list(builder.problems) == ["columns-1"]
    builder.press("remove:columns-1").press("save")
    report.refresh_from_db()
    assert [entry["column"] for entry in report.spec["columns"]] == ["team"]


def test_the_script_gets_the_form_alone(client, reporter):
    builder = Builder(client, *NEW)
    answer = client.post(builder.address, builder.form.sent("down:columns-0"), headers={"X-Fragment": "builder"})
    html = answer.content.decode()
    assert html.lstrip().startswith("<form")
    assert 'data-focus="columns-1-down"' in html
    assert "“Person” is now number 2 of 4." in html


def test_a_preview_is_only_ever_ones_own_rows(client):
    academy = make_academy()
    for person, count in ((academy.administrator, 6), (academy.reporter, 6)):
        client.force_login(person)
        assert Builder(client, *NEW).answer.context["shown"].total == count
    person = make_person(roles=("instructor",))
    person.user_permissions.set(Permission.objects.filter(codename="add_report"))
    client.force_login(person)
    assert Builder(client, *NEW).answer.context["shown"].total == 0


# What readers are offered ---------------------------------------------------------


def test_a_filter_on_a_yes_or_no_and_what_it_begins_with(client, reporter):
    builder = Builder(client, *NEW).add("filters", "is_completed").add("filters", "enrolled")
    assert builder.problems == {}
    # Readers are asked for a value, so nothing stands there that needs none.
    assert builder.form.values["filters-0-operator"] == ["is"]
    # A filter begins with nothing until its author says otherwise.
    assert builder.form.values["filters-1-relative"] == [""]
    builder.fill("filters-0-value", "no").fill("title", "Not done yet").press("save")
    assert builder.answer.status_code == 302
    assert Report.objects.get().spec["filters"] == [
        {"column": "is_completed", "operator": "is", "label": "", "value": "no"},
        {"column": "enrolled", "operator": "within", "label": "", "value": None},
    ]


def test_an_author_is_offered_is_yes_and_not_is(client, reporter):
    builder = Builder(client, *NEW).add("conditions", "is_completed")
    shown = re.search(r'<select id="conditions-of-0-operator".*?</select>', builder.answer.content.decode(), re.S)
    assert re.findall(r'<option value="(\w+)"', shown[0]) == ["true", "false", "empty", "filled"]
