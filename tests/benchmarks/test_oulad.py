"""The loader of the Open University's dataset: exact figures from a small folder, and nothing at all from a bad one."""

import csv
import datetime as dt
import gzip
import io
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db.models import Count, Sum
from django.db.models.functions import TruncDay

from analytics import services as analytics
from analytics.models import ActivityFact, Rollup
from analytics.rollups import Feed
from benchmarks.oulad.__main__ import load, main
from benchmarks.oulad.activity import Clicks
from benchmarks.oulad.dataset import Dataset
from benchmarks.oulad.files import Refused
from benchmarks.oulad.progress import Progress
from learning.models import ActivityDay, Cohort, Enrollment, LearningEvent, Result
from lms_pages.models import CoursePage, LessonPage
from tests.factories.learning import activity_of
from tests.factories.oulad import FILES, make_folder

pytestmark = pytest.mark.django_db

User = get_user_model()
# What everything must come to, in whatever form the files are: presentation, lesson, day, hits, clicks.
DAYS = [
    ("AAA 2013J", "Forum", dt.date(2013, 9, 21), 3, 7),
    ("AAA 2013J", "Resources", dt.date(2013, 10, 1), 1, 1),
    ("AAA 2014J", "Forum", dt.date(2015, 6, 26), 1, 5),
    ("GGG 2014B", "Two panes", dt.date(2014, 2, 2), 1, 6),
]


def loaded(folder, wanted=None) -> str:
    stream = io.StringIO()
    load(folder, wanted, stream)
    return stream.getvalue()


def days_of_activity():
    titles = dict(LessonPage.objects.values_list("translation_key", "title"))
    rows = ActivityDay.objects.values_list(
        "enrollment__cohort_memberships__cohort__name", "lesson_key", "day", "hits", "clicks"
    )
    return sorted((cohort, titles[key], *rest) for cohort, key, *rest in rows)


@pytest.mark.parametrize("form", [{}, {"as_published": True, "packed": True}])
def test_clicks_add_up_by_run_lesson_and_day(tmp_path, form):
    said = loaded(make_folder(tmp_path / "data", **form))
    assert days_of_activity() == DAYS
    assert "6 click rows are 4 days of activity" in said
    said_by_runs = activity_of(Enrollment.objects.order_by("pk"))
    assert sorted(said_by_runs) == [(0, 0, 0, 0), (1, 1, 0, 1), (1, 5, 0, 1), (1, 6, 0, 1), (3, 7, 0, 1)]


def test_courses(tmp_path):
    loaded(make_folder(tmp_path / "data"))
    assert {
        course.origin_key: [page.title for page in LessonPage.objects.descendant_of(course).order_by("path")]
        for course in CoursePage.objects.filter(origin="oulad")
    } == {"AAA": ["Forum", "Resources", "TMA 1", "TMA 2", "Exam 1"], "GGG": ["Two panes", "TMA 1", "CMA 1"]}
    aaa, ggg = CoursePage.objects.filter(origin="oulad").order_by("title")
    # The newest presentation says what the first assignment weighs.
    assert {category.short_label: category.weight for category in aaa.grading_categories.all()} == {
        "TMA": Decimal("1.1"),
        "Exam": Decimal(1),
    }
    assert LessonPage.objects.get(origin_key="AAA/Assessment/TMA 1").grading_weight == Decimal("0.5")
    assert sum(category.weight for category in ggg.grading_categories.all()) == 0
    assert aaa.live_revision is not None


def test_runs_and_people(tmp_path):
    loaded(make_folder(tmp_path / "data"))
    assert sorted(User.objects.values_list("email", flat=True)) == [
        "student-7@example.com",
        "student-8@example.com",
        "student-9@example.com",
    ]
    assert all(
        person.first_name and person.last_name and not person.has_usable_password() for person in User.objects.all()
    )
    rows = Enrollment.objects.order_by("cohort_memberships__cohort__name", "learner__email").values_list(
        "cohort_memberships__cohort__name", "learner__email", "run", "status", "outcome"
    )
    assert [(cohort, email[8:9], *rest) for cohort, email, *rest in rows] == [
        ("AAA 2013J", "7", 1, "expired", "Fail"),
        ("AAA 2013J", "8", 1, "completed", "Distinction"),
        ("AAA 2013J", "9", 1, "withdrawn", "Withdrawn"),
        ("AAA 2014J", "7", 2, "completed", "Pass"),
        ("GGG 2014B", "8", 1, "withdrawn", "Withdrawn"),
    ]
    assert list(Cohort.objects.order_by("name").values_list("name", "starts_on", "ends_on", "taken")) == [
        ("AAA 2013J", dt.date(2013, 10, 1), dt.date(2014, 6, 25), 2),
        ("AAA 2014J", dt.date(2014, 10, 1), dt.date(2015, 6, 26), 1),
        ("GGG 2014B", dt.date(2014, 2, 1), dt.date(2014, 9, 29), 0),
    ]


def days_of(run: Enrollment) -> list[dt.date | None]:
    moments = run.enrolled_at, run.completed_at, run.ended_at, run.last_activity_at
    return [moment and moment.date() for moment in moments]


def test_dates_and_what_is_not_known(tmp_path):
    loaded(make_folder(tmp_path / "data"))
    fail, distinction, early, again, gone = Enrollment.objects.order_by("cohort_memberships__cohort__name", "learner")
    assert days_of(fail) == [dt.date(2013, 4, 25), None, dt.date(2014, 6, 25), dt.date(2013, 9, 21)]
    assert days_of(distinction) == [dt.date(2013, 10, 4), dt.date(2014, 6, 25), None, dt.date(2013, 10, 1)]
    assert days_of(again)[3] == dt.date(2015, 6, 26)
    # It ended before the first day, so it cannot have begun on it; it is counted as begun, and says so.
    assert days_of(early) == [dt.date(2013, 9, 26), None, dt.date(2013, 9, 26), None]
    assert early.reason.startswith("The day of registration is not known")
    assert days_of(gone)[1:3] == [None, None]
    assert Enrollment.objects.counted().count() == 5
    verbs = LearningEvent.objects.values_list("verb").annotate(n=Count("pk")).order_by("verb")
    assert dict(verbs) == {"course:completed": 2, "course:enrolled": 5, "course:left": 1}
    assert not LearningEvent.objects.annotate(day=TruncDay("occurred_at")).filter(day__year__gt=2015).exists()


def test_an_empty_score_is_no_result(tmp_path):
    said = loaded(make_folder(tmp_path / "data"))
    assert list(
        Result.objects.order_by("pk").values_list("page__title", "enrollment__run", "score", "max_score", "passed")
    ) == [
        ("TMA 1", 1, Decimal("39.5"), 100, False),
        ("TMA 1", 1, Decimal(40), 100, True),
        ("TMA 1", 2, Decimal(100), 100, True),
        ("CMA 1", 1, Decimal(0), 100, False),
    ]
    assert "4 results; 1 were handed in without a score" in said


def test_only_the_presentations_that_are_wanted(tmp_path):
    folder = make_folder(tmp_path / "data")
    loaded(folder, ["AAA-2014J"])
    assert days_of_activity() == [row for row in DAYS if row[0] == "AAA 2014J"]
    assert Enrollment.objects.get().run == 1
    # Another module comes to the same people later; the same one does not come twice.
    loaded(folder, ["GGG-2014B"])
    assert User.objects.count() == 2
    with pytest.raises(Refused, match="holds AAA of this dataset already"):
        load(folder, ["AAA-2013J"], io.StringIO())
    with pytest.raises(Refused, match="no presentation XXX-2013J. It has: AAA-2013J, AAA-2014J, GGG-2014B."):
        load(folder, ["XXX-2013J"], io.StringIO())
    assert ActivityDay.objects.aggregate(hits=Sum("hits"))["hits"] == 2


BAD = {
    "courses": ("AAA,2013J,268\n", "AAA,2013X,268\n", "courses.csv, line 2: “AAA 2013X” with length “268”"),
    "vle": ("4,AAA,2014J", "4,AAA,2015J", "vle.csv, line 5: courses.csv has no AAA 2015J."),
    "assessments": ("12,Exam,,100", "12,Exam,,heavy", "assessments.csv, line 4: “12” on day “” with weight “heavy”"),
    "studentInfo": ("9,F,Withdrawn", "9,F,Left", "studentInfo.csv, line 4: “Left” is no result"),
    "studentRegistration": ("8,3,", "8,soon,", "studentRegistration.csv, line 3: student “8”, days “soon” and “”"),
    "studentAssessment": ("10,8,22,0,40", "10,8,22,0,400", "studentAssessment.csv, line 3: score “400”"),
    "studentVle": ("7,2,-10,1", "7,2,-10", "studentVle.csv, line 4: it has 3 cells, and the header names 4."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_named_and_nothing_is_loaded(tmp_path, name, capsys):
    right, wrong, sentence = BAD[name]
    text = FILES[f"{name}.csv"]
    assert right in text
    folder = make_folder(tmp_path / "data", **{name: text.replace(right, wrong)})
    assert main(["load", str(folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Nothing was loaded.\n")
    assert sentence in said
    assert not CoursePage.objects.filter(origin="oulad").exists()
    assert not User.objects.exists()


def read_clicks(folder) -> None:
    """The long file alone, with runs and lessons as they would have been made."""
    data = Dataset(folder, None)
    runs = {one: {} for one in data.picked}
    for number, entry in enumerate(data.registrations):
        runs[entry.presentation][entry.student] = number
    places = {(presentation.module, kind): 0 for presentation, kind in data.sites.values()}
    list(Clicks(data, runs, places).numbers())
    data.problems.refuse()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("9,4,1,1", "student 9 is not registered for AAA 2014J."),
        ("7,77,1,1", "vle.csv has no site 77."),
        ("7,1,1,-4", "student “7”, site “1”, day “1”, clicks “-4” are no click row."),
        ("7,1,,4", "student “7”, site “1”, day “”, clicks “4” are no click row."),
        ("7,1,99999,4", "student “7”, site “1”, day “99999”, clicks “4” are no click row."),
    ],
)
def test_bad_clicks(tmp_path, row, sentence):
    folder = make_folder(tmp_path / "data", studentVle=FILES["studentVle.csv"] + f"{row}\n")
    with pytest.raises(Refused) as refused:
        read_clicks(folder)
    assert str(refused.value) == f"studentVle.csv, line 8: {sentence}"


def test_bad_rows_are_named_up_to_a_number(tmp_path):
    folder = make_folder(tmp_path / "data", studentVle=FILES["studentVle.csv"] + "7,1,x,4\n" * 100)
    with pytest.raises(Refused) as refused:
        read_clicks(folder)
    lines = str(refused.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "After 20 bad rows the rest was not read."


def test_files_that_are_missing_or_cut_short(tmp_path):
    folder = make_folder(tmp_path / "data", packed=True)
    packed = folder / "studentVle.csv.gz"
    packed.write_bytes(gzip.compress(FILES["studentVle.csv"].encode())[:-20])
    with pytest.raises(Refused, match="studentVle.csv.gz, .*cannot be read"):
        read_clicks(folder)
    packed.unlink()
    with pytest.raises(Refused, match="studentVle.csv cannot be read: No such file"):
        load(folder, None, io.StringIO())
    (folder / "vle.csv").write_text("id_site,activity_type\n1,quiz\n")
    with pytest.raises(Refused, match="vle.csv has no column code_module, code_presentation"):
        load(folder, None, io.StringIO())
    assert not Enrollment.objects.exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_and_lines_elsewhere():
    lines, terminal = io.StringIO(), Terminal()
    for stream in (lines, terminal):
        progress = Progress(stream, "clicks")
        progress.drawn = 0
        progress.show(0.55, 550)
        progress.show(0.56, 560)
        progress.end(1000)
    assert [line.partition(" rows")[0] for line in lines.getvalue().splitlines()] == ["clicks: 550", "clicks: 1,000"]
    assert terminal.getvalue().count("█") == 16
    assert terminal.getvalue().count("\n") == 1


def by_run(folder) -> dict[str, tuple[int, ...]]:
    """What the shipped report says of each run: click rows, clicks, learners who clicked, and the four outcomes."""
    path = folder / "by-run.csv"
    call_command("run_report", "activity-by-run", "--format", "csv", "--output", str(path), stdout=io.StringIO())
    with path.open(encoding="utf-8", newline="") as stream:
        names = ("Click rows", "Clicks", "Learners who clicked", "Distinction", "Pass", "Fail", "Withdrawn")
        return {row["Run"]: tuple(int(row[name]) for name in names) for row in csv.DictReader(stream)}


def test_the_report_on_activity_by_run(tmp_path):
    loaded(make_folder(tmp_path / "data"))
    assert by_run(tmp_path) == {
        "AAA 2013J": (4, 8, 2, 1, 0, 1, 1),
        "AAA 2014J": (1, 5, 1, 0, 1, 0, 0),
        "GGG 2014B": (1, 6, 1, 0, 0, 0, 1),
    }


# From the README of the shared data, which has them of the whole dataset.
PUBLISHED = {
    "AAA 2013J": (180_982, 648_494, 378, 20, 258, 45, 60),
    "AAA 2014J": (169_316, 598_158, 357, 24, 229, 46, 66),
    "GGG 2013J": (145_995, 509_091, 895, 141, 451, 294, 66),
    "GGG 2014B": (123_319, 425_165, 773, 128, 350, 255, 100),
    "GGG 2014J": (117_859, 399_628, 698, 127, 317, 179, 126),
}


def clicks_in_analytics() -> dict[str, tuple[int, ...]]:
    """Click rows and clicks from the rollups, and learners who clicked from the facts, by run."""
    names = dict(Cohort.objects.values_list("uuid", "name"))
    rows = Rollup.objects.filter(by="course+cohort").order_by().values("cohort", "measure")
    sums = {(row["cohort"], row["measure"]): row["value"] for row in rows.annotate(value=Sum("value"))}
    clicked = ActivityFact.objects.filter(hits__gt=0).order_by().values("cohort")
    people = {row["cohort"]: row["n"] for row in clicked.annotate(n=Count("learner", distinct=True))}
    return {name: (sums[key, "visits"], sums[key, "clicks"], people[key]) for key, name in names.items()}


@pytest.mark.services
@pytest.mark.django_db(databases=["default", "analytics"])
def test_the_figures_of_the_dataset(shared_data, tmp_path):
    folder = shared_data / "oulad"
    if not folder.is_dir():
        pytest.skip("The Open University's dataset does not stand beside this checkout.")
    loaded(folder)
    assert by_run(tmp_path) == PUBLISHED
    for feed in Feed:
        analytics.fold(feed, seconds=3_600)
    analytics.add_up()
    assert clicks_in_analytics() == {run: figures[:3] for run, figures in PUBLISHED.items()}
    assert analytics.reconcile().is_well
    assert (User.objects.count(), Result.objects.count()) == (3_237, 18_361)
