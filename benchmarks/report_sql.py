"""The shipped reports as somebody would write them by hand for PostgreSQL: first rows, then figures, then the summary.

`{mine}` is which rows the viewer may open, `{today}` the day, `{limit}` how many rows; each statement answers what a part of the report answers.
"""

NAME = "coalesce(nullif(trim(concat(u.first_name, ' ', u.last_name)), ''), left(u.email, strpos(u.email, '@') - 1))"
TEAM_NAME = """(SELECT t.name FROM accounts_teammembership m JOIN accounts_team t ON t.id = m.team_id
    WHERE m.user_id = e.learner_id AND m.is_primary AND m.since <= {today} AND (m.until IS NULL OR m.until >= {today})
    ORDER BY m.since DESC LIMIT 1)"""
TEAMS = """LEFT JOIN (SELECT DISTINCT ON (m.user_id) m.user_id, t.uuid, t.name FROM accounts_teammembership m
    JOIN accounts_team t ON t.id = m.team_id WHERE m.is_primary AND m.since <= {today}
    AND (m.until IS NULL OR m.until >= {today}) ORDER BY m.user_id, m.since DESC, m.id DESC) t ON t.user_id = e.learner_id"""
COHORTS = """LEFT JOIN (SELECT DISTINCT ON (m.enrollment_id) m.enrollment_id, h.uuid, h.name
    FROM learning_cohortmembership m JOIN learning_cohort h ON h.id = m.cohort_id
    ORDER BY m.enrollment_id, m.since DESC, m.id DESC) c ON c.enrollment_id = e.id"""
PROGRESS = """CASE WHEN e.status = 'completed' THEN 100 WHEN e.required_lessons > 0
    THEN least(100.0, 100.0 * e.completed_lessons / e.required_lessons) ELSE 0 END"""
FROM = """FROM learning_enrollment e JOIN accounts_user u ON u.id = e.learner_id JOIN wagtailcore_page p ON p.id = e.course_id
    WHERE e.enrolled_at IS NOT NULL AND {mine}"""
ALONE = "FROM learning_enrollment e WHERE e.enrolled_at IS NOT NULL AND {mine}"
TITLED = "FROM learning_enrollment e JOIN wagtailcore_page p ON p.id = e.course_id WHERE e.enrolled_at IS NOT NULL AND {mine}"
ORDER = "u.last_name, u.first_name, u.email, p.title, e.id {limit}"
IDLE = "({today} - (coalesce(e.last_activity_at, e.enrolled_at) AT TIME ZONE '{zone}')::date)"
TAKEN = "((e.completed_at AT TIME ZONE '{zone}')::date - (e.enrolled_at AT TIME ZONE '{zone}')::date)"
OVERDUE = "e.status = 'active' AND e.due_on < {today}"
STARTED = """(e.completed_lessons > 0 OR e.last_lesson_key IS NOT NULL OR e.status = 'completed'
    OR e.last_activity_at > e.enrolled_at)"""
STALLED = f"e.status = 'active' AND {STARTED} AND {IDLE} >= 14"
SOON = f"(e.due_on - {{today}} <= 7 AND {PROGRESS} < 50)"
AT_RISK = f"e.status = 'active' AND ({IDLE} >= 14 OR {SOON})"
HALF = "(e.status = 'completed' OR (e.required_lessons > 0 AND e.completed_lessons >= e.required_lessons / 2.0))"
DONE = "count(*) FILTER (WHERE e.status = 'completed')"
RATE = "avg(CASE WHEN e.status = 'completed' THEN 100.0 ELSE 0 END)"
BY_COURSE = f"""SELECT e.course_key, min(p.title), count(*), {DONE}, {RATE}, count(*) FILTER (WHERE {OVERDUE}) {TITLED}
    GROUP BY e.course_key ORDER BY 5, 2"""
COMPLETION = f"SELECT count(*), {DONE}, {RATE}, count(*) FILTER (WHERE {OVERDUE}) {ALONE}"
RUNS = """FROM learning_activityday a JOIN learning_enrollment e ON e.id = a.enrollment_id
    WHERE a.day BETWEEN {monday} - 84 AND {monday} - 1 AND {mine}"""


def by_course(where: str, more: str = "") -> str:
    return f"""SELECT e.course_key, min(p.title), count(*){more} {TITLED} AND {where}
    GROUP BY e.course_key ORDER BY 3 DESC, 2"""


def happened(first: str, end: str) -> tuple[str, ...]:
    """What happened from one day up to another, which is not in it any more."""
    at = "e.{column} >= {first}::timestamp AT TIME ZONE '{{zone}}' AND e.{column} < {end}::timestamp AT TIME ZONE '{{zone}}'"
    joined, done = (at.format(column=column, first=first, end=end) for column in ("enrolled_at", "completed_at"))
    used = f"""EXISTS (SELECT 1 FROM learning_activityday a WHERE a.enrollment_id = e.id AND a.hits > 0
        AND a.day >= {first} AND a.day < {end})"""
    numbers = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in (used, joined, done))
    any_of = f"({used} OR {joined} OR {done})"
    return (
        f"""SELECT e.course_key, min(p.title), {numbers} {TITLED} AND {any_of} GROUP BY e.course_key ORDER BY 3 DESC, 2""",
        f"SELECT {numbers} {ALONE} AND {any_of}",
    )


LAST_MONTH = ("(date_trunc('month', {today}) - interval '1 month')::date", "date_trunc('month', {today})::date")

HAND: dict[str, tuple[str, ...]] = {
    "your-courses-this-week": happened("({monday} - 7)", "{monday}"),
    "training-this-month": happened(*LAST_MONTH),
    "course-progress": (
        f"""SELECT {NAME}, {TEAM_NAME}, p.title, e.enrolled_at, e.completed_lessons, e.required_lessons, e.last_activity_at,
        e.due_on, e.completed_at, (SELECT avg(100.0 * r.score / r.max_score) FROM learning_result r
        WHERE r.enrollment_id = e.id) {FROM} ORDER BY {ORDER}""",
        COMPLETION,
        BY_COURSE,
    ),
    "completion-by-course": (
        f"""SELECT e.course_key, min(p.title), t.uuid, min(t.name), count(*), {DONE}, {RATE},
        count(*) FILTER (WHERE {OVERDUE}), percentile_cont(0.5) WITHIN GROUP (ORDER BY {TAKEN})
        FROM learning_enrollment e JOIN wagtailcore_page p ON p.id = e.course_id {TEAMS}
        WHERE e.enrolled_at IS NOT NULL AND {{mine}} GROUP BY e.course_key, t.uuid ORDER BY 2, 4 {{limit}}""",
        COMPLETION,
        BY_COURSE,
    ),
    "stalled-enrollments": (
        f"""SELECT {NAME}, {TEAM_NAME}, p.title, {PROGRESS}, e.last_activity_at, {IDLE} AS idle, e.due_on {FROM}
        AND {STALLED} ORDER BY idle DESC, {ORDER}""",
        f"SELECT count(*), count(DISTINCT e.learner_id), percentile_cont(0.5) WITHIN GROUP (ORDER BY {IDLE}) {ALONE} AND {STALLED}",
        by_course(STALLED),
    ),
    "at-risk": (
        f"""SELECT {NAME}, {TEAM_NAME}, p.title, {PROGRESS}, e.last_activity_at, {IDLE} AS idle, e.due_on,
        e.due_on - {{today}} AS rest {FROM} AND {AT_RISK} ORDER BY rest NULLS LAST, idle DESC, {ORDER}""",
        f"""SELECT count(*), count(DISTINCT e.learner_id), count(*) FILTER (WHERE {IDLE} >= 14),
        count(*) FILTER (WHERE {SOON}) {ALONE} AND {AT_RISK}""",
        by_course(AT_RISK),
    ),
    "overdue": (
        f"""SELECT {NAME}, {TEAM_NAME}, p.title, e.due_on, {{today}} - e.due_on AS late, {PROGRESS}, e.last_activity_at {FROM}
        AND {OVERDUE} ORDER BY late DESC, {ORDER}""",
        f"""SELECT count(*), count(DISTINCT e.learner_id), percentile_cont(0.5) WITHIN GROUP (ORDER BY {{today}} - e.due_on),
        max({{today}} - e.due_on) {ALONE} AND {OVERDUE}""",
        by_course(OVERDUE, ", percentile_cont(0.5) WITHIN GROUP (ORDER BY {today} - e.due_on)"),
    ),
    "time-to-completion": (
        f"""SELECT {NAME}, {TEAM_NAME}, p.title, e.enrolled_at, e.completed_at, {TAKEN} AS taken {FROM}
        AND e.status = 'completed' ORDER BY taken DESC, {ORDER}""",
        f"""SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY {TAKEN}), avg({TAKEN}), max({TAKEN}) {ALONE}
        AND e.status = 'completed'""",
        by_course(
            "e.status = 'completed'",
            f", percentile_cont(0.5) WITHIN GROUP (ORDER BY {TAKEN}), min({TAKEN}), max({TAKEN})",
        ),
    ),
    "enrollment-funnel": (
        f"""SELECT e.course_key, min(p.title), count(*), count(*) FILTER (WHERE {STARTED}), count(*) FILTER (WHERE {HALF}),
        {DONE}, count(*) FILTER (WHERE e.status IN ('withdrawn', 'expired')), {RATE} {TITLED}
        GROUP BY e.course_key ORDER BY 3 DESC, 2""",
        f"SELECT count(*), count(*) FILTER (WHERE {STARTED}), count(*) FILTER (WHERE {HALF}), {DONE} {ALONE}",
    ),
    "weekly-activity": (
        f"""SELECT date_trunc('week', a.day)::date, count(DISTINCT e.learner_id), sum(a.hits), sum(a.seconds) {RUNS}
        GROUP BY 1 ORDER BY 1""",
        f"SELECT count(*), count(DISTINCT e.learner_id), sum(a.hits), sum(a.seconds) {RUNS}",
    ),
    "activity-by-run": (
        f"""SELECT e.course_key, min(p.title), c.uuid, min(c.name), count(*), sum(e.hits), sum(e.clicks),
        count(*) FILTER (WHERE e.hits > 0), count(*) FILTER (WHERE upper(e.outcome) = 'DISTINCTION'),
        count(*) FILTER (WHERE upper(e.outcome) = 'PASS'), count(*) FILTER (WHERE upper(e.outcome) = 'FAIL'),
        count(*) FILTER (WHERE upper(e.outcome) = 'WITHDRAWN')
        FROM learning_enrollment e JOIN wagtailcore_page p ON p.id = e.course_id {COHORTS}
        WHERE e.enrolled_at IS NOT NULL AND {{mine}} GROUP BY e.course_key, c.uuid ORDER BY 2, 4""",
        f"SELECT count(*), count(*) FILTER (WHERE e.hits > 0), sum(e.hits), sum(e.clicks) {ALONE}",
    ),
}
