"""The questions of leaderboards, asked by hand: SQL that knows nothing of the selectors, in Berlin, late on a Thursday."""

from datetime import UTC, date, datetime

from django.db import connection

from gamification.boards import Among, Board, Metric, Period, Place

# 23:30 on Thursday in Berlin, where the next hour is another day.
NOW = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)

# What Berlin's calendar makes of the periods, as UTC.
SPANS = {
    Period.DAY: ("2026-11-25 23:00:00", "2026-11-26 23:00:00"),
    Period.WEEK: ("2026-11-22 23:00:00", "2026-11-29 23:00:00"),
    Period.MONTH: ("2026-10-31 23:00:00", "2026-11-30 23:00:00"),
    Period.QUARTER: ("2026-09-30 22:00:00", "2026-12-31 23:00:00"),
    Period.ALL: ("1000-01-01 00:00:00", "9000-01-01 00:00:00"),
    Period.DATES: ("2026-03-28 23:00:00", "2026-10-25 23:00:00"),
}
OWN_DATES = {"first": date(2026, 3, 29), "last": date(2026, 10, 25)}
VALUES = {
    Metric.POINTS: """
        SELECT u.id, SUM(x.points) FROM gamification_pointentry x JOIN accounts_user u ON u.id = x.learner_id
        WHERE x.kind IN ('earned', 'reversed', 'adjusted') AND x.at >= %s AND x.at < %s AND {among} AND {listed}
        GROUP BY u.id HAVING SUM(x.points) > 0""",
    Metric.COMPLETIONS: """
        SELECT u.id, COUNT(DISTINCT x.course_key) FROM learning_enrollment x JOIN accounts_user u ON u.id = x.learner_id
        WHERE x.completed_at IS NOT NULL AND x.completed_at >= %s AND x.completed_at < %s AND {among} AND {listed}
        GROUP BY u.id""",
    Metric.QUIZ: """
        SELECT id, SUM(best) FROM (
          SELECT u.id AS id, a.quiz_key,
            MAX(CAST(FLOOR(ROUND(CAST(a.score * 100.0 / a.max_score AS numeric), 6)) AS integer)) AS best
          FROM assessment_attempt a JOIN learning_enrollment x ON x.id = a.enrollment_id
          JOIN accounts_user u ON u.id = x.learner_id
          WHERE a.state = 'graded' AND a.max_score > 0 AND a.submitted_at >= %s AND a.submitted_at < %s AND {among} AND {listed}
          GROUP BY u.id, a.quiz_key) bests
        GROUP BY id HAVING SUM(best) > 0""",
}
LISTED = """
    u.is_active AND NOT EXISTS (
      SELECT 1 FROM gamification_learnerprofile p WHERE p.learner_id = u.id AND NOT p.on_leaderboards)"""
NO_STAFF = """
    AND NOT u.is_superuser AND NOT EXISTS (SELECT 1 FROM lms_pages_coursestaff s WHERE s.user_id = u.id)
    AND NOT EXISTS (
      SELECT 1 FROM accounts_user_groups g JOIN auth_group_permissions gp ON gp.group_id = g.group_id
      JOIN auth_permission r ON r.id = gp.permission_id WHERE g.user_id = u.id AND r.codename = 'access_admin')
    AND NOT EXISTS (
      SELECT 1 FROM accounts_user_user_permissions up JOIN auth_permission r ON r.id = up.permission_id
      WHERE up.user_id = u.id AND r.codename = 'access_admin')"""
AMONG = {
    Among.SITE: "1 = 1",
    Among.COURSE: "x.course_key = '{key}'",
    Among.TOPIC: """x.course_key IN (
        SELECT p.translation_key FROM wagtailcore_page p JOIN lms_pages_coursepage_topics t ON t.coursepage_id = p.id
        WHERE t.topic_id = {key})""",
    Among.COHORT: """x.course_key = (SELECT c.course_key FROM learning_cohort c WHERE c.uuid = '{key}') AND u.id IN (
        SELECT e.learner_id FROM learning_cohortmembership m JOIN learning_enrollment e ON e.id = m.enrollment_id
        JOIN learning_cohort c ON c.id = m.cohort_id WHERE c.uuid = '{key}' AND m.until IS NULL)""",
    Among.TEAM: """u.id IN (
        SELECT m.user_id FROM accounts_teammembership m JOIN accounts_team t ON t.id = m.team_id
        WHERE t.uuid = '{key}' AND m.since <= '2026-11-26' AND (m.until IS NULL OR m.until >= '2026-11-26'))""",
}


def by_hand(board: Board, *, with_staff: bool = False) -> list[tuple[int, int]]:
    key = board.key.hex if hasattr(board.key, "hex") and connection.vendor == "sqlite" else board.key
    sql = VALUES[board.metric].format(
        among=AMONG[board.among].format(key=key), listed=LISTED + ("" if with_staff else NO_STAFF)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql + " ORDER BY 2 DESC, 1", SPANS[board.period])
        return [(person, int(value)) for person, value in cursor.fetchall()]


def placed(rows: list[tuple[int, int]]) -> list[Place]:
    return [
        Place(person, value, 1 + sum(other > value for _person, other in rows), place)
        for place, (person, value) in enumerate(rows, 1)
    ]
