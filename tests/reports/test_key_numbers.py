"""Numbers in large type, against the period before."""

import pytest

from reports.columns import Type
from reports.key_numbers import number_against
from reports.results import KeyNumber, ResultColumn
from tests.factories.charts import BY_TEAM, BY_WEEK, COUNT, RATE, TEAM, WEEK, WEEKS, draw, table


def test_the_newest_whole_week_against_the_one_before():
    chart = draw("number", BY_WEEK, by="enrolled_week", measures=("records_count", "done_sum"))
    first, second = chart.numbers
    assert (first.name, first.label, first.row) == ("Enrollments", "30", 2)
    assert first.note == "Week of 16 November 2026: 10 more than before (20)"
    assert first.trend == (10, 20, 30)
    assert second.note == "Week of 16 November 2026: 1 more than before (1)"
    assert chart.description == (
        "Enrollments: 30 (Week of 16 November 2026: 10 more than before (20))."
        " Completed: 2 (Week of 16 November 2026: 1 more than before (1))."
    )


def test_less_equal_and_points():
    def note(column, *values):
        rows = list(zip(WEEKS, values, strict=False))
        return (
            draw("number", table(WEEK, column, rows=rows), by="enrolled_week", measures=(column.name,)).numbers[0].note
        )

    assert note(COUNT, 9, 4) == "Week of 9 November 2026: 5 less than before (9)"
    assert note(COUNT, 4, 4) == "Week of 9 November 2026: as many as before"
    assert note(RATE, 40.0, 42.5) == "Week of 9 November 2026: 2.5 points more than before (40\u00a0%)"
    assert note(RATE, None, 42.5) == "Week of 9 November 2026"
    assert note(COUNT, 4) == "Week of 2 November 2026"


def test_a_week_that_is_all_there_is_is_shown_though_it_runs():
    chart = draw("number", table(WEEK, COUNT, rows=[(WEEKS[3], 4)]), by="enrolled_week", measures=(COUNT.name,))
    assert chart.numbers[0].label == "4"


def test_the_only_row():
    chart = draw("number", table(RATE, rows=[(61.5,)]), measures=("rate",))
    assert [(entry.name, entry.label, entry.row) for entry in chart.numbers] == [("Completion rate", "61.5\u00a0%", 0)]


def test_of_many_rows_only_what_adds_up():
    assert draw("number", BY_TEAM, measures=("records_count",)).numbers[0].label == "60"
    assert draw("number", table(TEAM, RATE, rows=[("Sales", 1.0), ("IT", 2.0)]), measures=("rate",)) is None
    cut = table(TEAM, COUNT, rows=[("Sales", 4), ("IT", 5)], total=3)
    assert draw("number", cut, measures=("records_count",)) is None


def test_a_number_for_each_of_a_second_column():
    rows = [(day, team, place) for place, day in enumerate(WEEKS[:2]) for team in ("Sales", "IT")]
    chart = draw("number", table(WEEK, TEAM, COUNT, rows=rows), by="enrolled_week", measures=(COUNT.name,))
    assert [(entry.name, entry.label) for entry in chart.numbers] == [("Sales", "1"), ("IT", "1")]


def test_more_than_six_are_cut_and_the_chart_says_so():
    columns = [ResultColumn(f"n{place}", f"N{place}", Type.NUMBER) for place in range(8)]
    chart = draw("number", table(*columns, rows=[range(8)]), measures=tuple(column.name for column in columns))
    assert len(chart.numbers) == 6
    assert chart.note == "Showing 6 of 8 numbers."


@pytest.mark.parametrize(
    ("kind", "value", "before", "label", "note"),
    [
        (Type.NUMBER, 387, 346, "387", "41 more than in May (346)"),
        (Type.NUMBER, 5, 13, "5", "8 fewer than in May (13)"),
        (Type.NUMBER, 5, 5, "5", "as many as in May"),
        (Type.NUMBER, 5, 0, "5", "none in May"),
        (Type.NUMBER, 0, 0, "0", "none in May"),
        (Type.PERCENT, 40.0, 42.5, "40\u00a0%", "2.5 points less than in May (42.5\u00a0%)"),
        (Type.PERCENT, 40.0, 0.0, "40\u00a0%", "40 points more than in May (0\u00a0%)"),
        (Type.PERCENT, 40.0, None, "40\u00a0%", "nothing to compare with in May"),
        (Type.PERCENT, None, 40.0, "–", "40\u00a0% in May"),
        (Type.PERCENT, 40.0, 40.0, "40\u00a0%", "the same as in May"),
        (Type.DURATION, 90, 3690, "1 min 30 s", "1 h 0 min less than in May (1 h 1 min)"),
    ],
)
def test_a_key_number_against_the_stretch_before(kind, value, before, label, note):
    found = number_against("Some", KeyNumber("x", value, kind), KeyNumber("x", before, kind), "in May")
    assert (found.name, found.label, found.note) == ("Some", label, note)


def test_a_key_number_with_nothing_before():
    assert number_against("Some", KeyNumber("x", 5), None, "").note == ""
