"""Values of conditions: what fits a column, and the sentence for what does not."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from reports.columns import Column, Operator, Type
from reports.exceptions import WrongValue
from reports.relative_dates import Relative
from reports.values import clean_value

KEY = "6f1c8c4e-9a7a-4a3e-8d0a-3a9d4b5f2c11"


def column(kind: Type) -> Column:
    return Column(label="Things", type=kind, expression="x", choices=(("a", "Apple"), (1, "One")))


@pytest.mark.parametrize(
    ("kind", "operator", "value", "clean"),
    [
        (Type.TEXT, Operator.CONTAINS, "Ada", "Ada"),
        (Type.TEXT, Operator.ANY_OF, "Ada, Ben", ["Ada", "Ben"]),
        (Type.NUMBER, Operator.AT_LEAST, "12", Decimal(12)),
        (Type.PERCENT, Operator.BETWEEN, [0, 50.5], (Decimal(0), Decimal("50.5"))),
        (Type.NUMBER, Operator.BETWEEN, "3..7", (Decimal(3), Decimal(7))),
        (Type.DATE, Operator.IS, "2026-11-23", dt.date(2026, 11, 23)),
        (Type.DATETIME, Operator.BETWEEN, "2026-11-01..2026-11-30", (dt.date(2026, 11, 1), dt.date(2026, 11, 30))),
        (Type.DATE, Operator.WITHIN, {"relative": "last", "unit": "week"}, Relative(relative="last", unit="week")),
        (Type.CHOICE, Operator.ANY_OF, ["a", "1"], ["a", 1]),
        (Type.REFERENCE, Operator.NONE_OF, KEY, [uuid.UUID(KEY)]),
        (Type.BOOLEAN, Operator.TRUE, None, None),
        (Type.BOOLEAN, Operator.IS, "no", False),
        (Type.BOOLEAN, Operator.IS, True, True),
        (Type.TEXT, Operator.EMPTY, "", None),
    ],
)
def test_what_fits(kind, operator, value, clean):
    assert clean_value(column(kind), operator, value) == clean


@pytest.mark.parametrize(
    ("kind", "operator", "value", "sentence"),
    [
        (Type.NUMBER, Operator.IS, "many", "“many” is no number, and “Things” needs one."),
        (Type.NUMBER, Operator.IS, True, "“True” is no number, and “Things” needs one."),
        (Type.NUMBER, Operator.IS, "nan", "“nan” is no number, and “Things” needs one."),
        (Type.NUMBER, Operator.IS, 1e300, "“1e+300” is no number, and “Things” needs one."),
        (Type.NUMBER, Operator.BETWEEN, [7, 3], "“Things”: the first value is larger than the second."),
        (Type.NUMBER, Operator.BETWEEN, 7, "“Things” needs two values, from and to."),
        (Type.DATE, Operator.IS, "23.11.2026", "“23.11.2026” is no day, and “Things” needs one, written like 2026-11-23."),
        (Type.DATE, Operator.IS, "9999-12-31", "“9999-12-31” is too far away for “Things”: write a day of the years 1000 to 9000."),
        (Type.DATETIME, Operator.AFTER, dt.date(1, 1, 1), "“0001-01-01” is too far away for “Things”: write a day of the years 1000 to 9000."),
        (Type.DATE, Operator.WITHIN, "last week", "“Things” needs a stretch of time, such as the last 2 full weeks."),
        (Type.CHOICE, Operator.ANY_OF, ["b"], "“b” is not among the values of “Things”: a, 1."),
        (Type.CHOICE, Operator.ANY_OF, [], "“Things” needs at least one value."),
        (Type.REFERENCE, Operator.ANY_OF, ["7; DROP TABLE"], "“7; DROP TABLE” is no key that “Things” could have."),
        (Type.REFERENCE, Operator.ANY_OF, [KEY] * 1001, "“Things” has 1001 values, and at most 1000 are allowed."),
        (Type.TEXT, Operator.IS, 7, "“Things” is compared with a text."),
        (Type.TEXT, Operator.IS, "x" * 501, "The value for “Things” is longer than 500 characters or holds signs that no text has."),
        (Type.TEXT, Operator.IS, "a\x00b", "The value for “Things” is longer than 500 characters or holds signs that no text has."),
        (Type.BOOLEAN, Operator.TRUE, "yes", "“Things” is compared with nothing here, so no value is needed."),
        (Type.BOOLEAN, Operator.IS, "perhaps", "“Things” is yes or no, and “perhaps” is neither."),
        (Type.BOOLEAN, Operator.IS, ["yes"], "“Things” is yes or no, and “['yes']” is neither."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(kind, operator, value, sentence):
    with pytest.raises(WrongValue) as error:
        clean_value(column(kind), operator, value)
    assert str(error.value) == sentence
