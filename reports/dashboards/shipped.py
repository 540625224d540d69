"""The dashboards that come with Lectern."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from reports.dashboards import Dashboard, Tile, register_dashboard
from reports.spec import ChartSpec

NOBODY = _("Nobody is enrolled yet. Publish a course that is open to everybody, or assign people to one.")
QUIET = _("Nobody opened a lesson in this time. Choose a longer one above.")
NOTHING_BEGAN = _("Nobody enrolled in this time. Choose a longer one above, or assign people to a course.")
NOTHING_DONE = _("Nothing was completed in this time. Choose a longer one above.")
ON_TIME = _("No enrollment is past its due date. There is nothing to do here.")
NO_QUIZ = _("No quiz was handed in and graded in this time. Choose a longer one above.")
NO_STOP = _("Nobody who began has left or stayed away.")
NO_QUESTION = _("No question was answered by enough people yet. Figures are computed every night.")
BY_HAPPENING = _("Counted when it happened: what is completed now may have been begun long before.")

ACTIVE = Tile(
    key="active", report="active-learners", title=_("Active learners"), figure=0, days="day_between", width="quarter"
)
ENROLLED = Tile(
    key="enrollments",
    report="course-progress",
    title=_("Enrollments"),
    figure=0,
    days="enrolled_between",
    width="quarter",
)
COMPLETED = Tile(
    key="completions",
    report="time-to-completion",
    title=_("Completions"),
    figure=0,
    days="completed_between",
    width="quarter",
)
OVERDUE = Tile(
    key="overdue",
    report="overdue",
    title=_("Overdue"),
    figure=0,
    width="quarter",
    note=_("today, whenever they began"),
    is_alarm=True,
)
RATE = Tile(
    key="rate",
    report="completion-by-course",
    title=_("Completion rate"),
    figure=2,
    days="enrolled_between",
    width="quarter",
)
WEEKLY = Tile(key="weekly", report="weekly-activity", days="day_between", empty=QUIET)
BEGUN_BY_WEEK = Tile(key="begun-by-week", report="enrollments-by-week", days="enrolled_between", empty=NOTHING_BEGAN)
DONE_BY_WEEK = Tile(
    key="done-by-week", report="completions-by-week", days="completed_between", note=BY_HAPPENING, empty=NOTHING_DONE
)
BY_COURSE = Tile(
    key="by-course",
    report="completion-by-course",
    title=_("Completion by course"),
    days="enrolled_between",
    empty=NOTHING_BEGAN,
)
BY_TEAM = Tile(key="overdue-by-team", report="overdue-by-team", empty=ON_TIME)
RUNS = Tile(
    key="runs",
    report="activity-by-run",
    # Clicks are counted in imported activity alone; what was opened, everywhere.
    chart=ChartSpec(kind="stacked", by="course", measures=("hits_sum",), title=gettext_noop("Click rows by run")),
    width="whole",
    note=_("The whole of each run, whatever time is chosen above."),
    empty=NOBODY,
)
STOPS = Tile(key="stops", report="where-learners-stop", days="enrolled_between", empty=NO_STOP)
QUIZZES = Tile(key="quizzes", report="quiz-results", days="submitted_between", empty=NO_QUIZ)
LESSONS = Tile(key="lessons", report="lesson-activity", days="day_between", width="whole", empty=QUIET)
LESSONS_DONE = Tile(
    key="lessons-done",
    report="lessons-done-by-week",
    days="done_between",
    empty=_("No lesson was done in this time. Choose a longer one above."),
)
MISSED = Tile(key="missed", report="most-missed-questions", empty=NO_QUESTION)

register_dashboard(
    Dashboard(
        slug="overview",
        title=_("Overview"),
        description=_("What changed, and for whom."),
        offers=("course", "team"),
        tiles=(
            ACTIVE,
            ENROLLED,
            COMPLETED,
            OVERDUE,
            BEGUN_BY_WEEK,
            DONE_BY_WEEK,
            WEEKLY,
            BY_COURSE,
            BY_TEAM,
            Tile(key="at-risk", report="at-risk", empty=_("Nobody is at risk by the rule of this report.")),
            RUNS,
        ),
    )
)

register_dashboard(
    Dashboard(
        slug="course",
        title=_("Course"),
        description=_("How one course goes: who begins, who stops where, and what is hard."),
        needs="course",
        offers=("team",),
        tiles=(
            ENROLLED,
            RATE,
            OVERDUE,
            Tile(
                key="median",
                report="time-to-completion",
                title=_("Median days to completion"),
                figure=1,
                days="completed_between",
                width="quarter",
            ),
            Tile(key="funnel", report="enrollment-funnel", days="enrolled_between", empty=NOTHING_BEGAN),
            WEEKLY,
            STOPS,
            QUIZZES,
            LESSONS,
            DONE_BY_WEEK,
            BY_TEAM,
            RUNS,
        ),
    )
)

register_dashboard(
    Dashboard(
        slug="team",
        title=_("Team"),
        description=_("What the people of one team learn, and what they are late with."),
        needs="team",
        tiles=(
            ACTIVE,
            ENROLLED,
            RATE,
            OVERDUE,
            Tile(
                key="status",
                report="enrollments-by-status",
                days="enrolled_between",
                empty=NOTHING_BEGAN,
            ),
            LESSONS_DONE,
            BY_COURSE,
            WEEKLY,
            Tile(
                key="late",
                report="overdue",
                title=_("Who is overdue"),
                lists=True,
                width="whole",
                empty=ON_TIME,
            ),
            Tile(
                key="risk",
                report="at-risk",
                title=_("Who is at risk"),
                lists=True,
                width="whole",
                empty=_("Nobody is at risk by the rule of this report."),
            ),
            Tile(
                key="people",
                report="people",
                lists=True,
                width="whole",
                empty=_("Nobody is in this team. Its people are chosen under Teams."),
            ),
        ),
    )
)

register_dashboard(
    Dashboard(
        slug="learner",
        title=_("Learner"),
        description=_("One person: courses, progress, quizzes and activity."),
        needs="learner",
        offers=("course",),
        permissions=("learning.view_enrollment",),
        tiles=(
            Tile(
                key="enrollments",
                report="course-progress",
                title=_("Enrollments"),
                figure=0,
                width="quarter",
                note=_("all of them"),
            ),
            Tile(
                key="completed",
                report="course-progress",
                title=_("Completed"),
                figure=1,
                width="quarter",
                note=_("all of them"),
            ),
            OVERDUE,
            Tile(
                key="time",
                report="active-learners",
                title=_("Time spent"),
                figure=2,
                days="day_between",
                width="quarter",
            ),
            Tile(
                key="courses",
                report="course-progress",
                title=_("Courses"),
                lists=True,
                width="whole",
                empty=_("This person is enrolled in no course that you may see. Assign one from the list of people."),
            ),
            LESSONS_DONE,
            QUIZZES,
            LESSONS,
        ),
    )
)

register_dashboard(
    Dashboard(
        slug="content",
        title=_("Content"),
        description=_("What needs an author: courses that people leave, questions they miss, lessons that wait."),
        offers=("course",),
        tiles=(
            Tile(
                key="courses",
                report="content-health",
                title=_("Courses"),
                figure=0,
                width="quarter",
                note=_("that you may see"),
            ),
            Tile(
                key="drafts",
                report="content-health",
                title=_("Lessons that wait to be published"),
                figure=2,
                width="quarter",
                note=_("today"),
            ),
            Tile(
                key="newer",
                report="content-health",
                title=_("Lessons with a newer draft"),
                figure=3,
                width="quarter",
                note=_("today"),
            ),
            Tile(
                key="findings",
                report="item-analysis",
                title=_("Questions that need a look"),
                figure=3,
                width="quarter",
                note=_("as computed last night"),
                is_alarm=True,
            ),
            Tile(key="drop-off", report="content-health", title=_("Drop-off by course"), empty=NOBODY),
            STOPS,
            MISSED,
            Tile(
                key="facility",
                report="item-analysis",
                title=_("Hardest lessons and quizzes"),
                empty=NO_QUESTION,
            ),
            LESSONS,
            Tile(
                key="health",
                report="content-health",
                title=_("Content health"),
                lists=True,
                width="whole",
                empty=_("There is no course you may open yet."),
            ),
        ),
    )
)

QUIET_MONTHS = _("Nothing happened in this time. Choose a longer one above; what happens now is here within minutes.")


def trend(key: str, title: Promise, figure: int) -> Tile:
    return Tile(key=key, report="trends", title=title, figure=figure, days="day_between", width="quarter")


register_dashboard(
    Dashboard(
        slug="trends",
        title=_("Trends"),
        description=_("What changed over months and years, in the courses and teams of their time."),
        offers=("course", "team"),
        tiles=(
            trend("enrollments", _("Enrollments"), 0),
            trend("completions", _("Completions"), 1),
            trend("lessons", _("Lessons done"), 2),
            trend("time", _("Time spent"), 3),
            Tile(key="by-month", report="trends", days="day_between", width="whole", empty=QUIET_MONTHS),
            Tile(
                key="lessons-by-month",
                report="trends",
                title=_("Lessons done by month"),
                chart=ChartSpec(
                    kind="area", by="day_month", measures=("lessons_sum",), title=gettext_noop("Lessons done by month")
                ),
                days="day_between",
                empty=QUIET_MONTHS,
            ),
            Tile(
                key="time-by-month",
                report="trends",
                title=_("Time spent by month"),
                chart=ChartSpec(
                    kind="bar", by="day_month", measures=("seconds_sum",), title=gettext_noop("Time spent by month")
                ),
                days="day_between",
                empty=QUIET_MONTHS,
            ),
            Tile(key="by-course", report="trends-by-course", days="day_between", empty=QUIET_MONTHS),
            Tile(key="by-team", report="trends-by-team", days="day_between", empty=QUIET_MONTHS),
        ),
    )
)

register_dashboard(
    Dashboard(
        slug="operations",
        title=_("Operations"),
        description=_("What runs by itself: reports on schedules, mails and imported files, and what went wrong."),
        permissions=("reports.view_run", "reports.view_delivery"),
        tiles=(
            Tile(
                key="runs-wrong",
                report="report-runs",
                title=_("Runs that went wrong"),
                figure=1,
                days="due_between",
                width="quarter",
                is_alarm=True,
            ),
            Tile(
                key="not-delivered",
                report="report-deliveries",
                title=_("Reports that were not sent"),
                figure=2,
                days="due_between",
                width="quarter",
                is_alarm=True,
            ),
            Tile(
                key="mails-wrong",
                report="mails",
                title=_("Mails that went wrong"),
                figure=1,
                days="written_between",
                width="quarter",
                is_alarm=True,
            ),
            Tile(
                key="imports-wrong",
                report="imports",
                title=_("Imports that went wrong"),
                figure=1,
                days="uploaded_between",
                width="quarter",
                is_alarm=True,
            ),
            Tile(
                key="deliveries",
                report="report-deliveries",
                days="due_between",
                empty=_("No report was due in this time. Schedule one from the list of reports."),
            ),
            Tile(
                key="runs",
                report="report-runs",
                days="due_between",
                empty=_("No report was due in this time. Schedule one from the list of reports."),
            ),
            Tile(key="mails", report="mails", days="written_between", empty=_("No mail was written in this time.")),
            Tile(
                key="imports",
                report="imports",
                days="uploaded_between",
                empty=_("No file was imported in this time."),
            ),
            Tile(
                key="latest-runs",
                report="report-runs",
                title=_("The latest runs"),
                lists=True,
                days="due_between",
                width="whole",
                empty=_("No report was due in this time."),
            ),
        ),
    )
)
