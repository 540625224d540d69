"""The right answers of typed responses: numbers with a tolerance, texts with their other spellings."""

import ast
import re
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from lms_pages.importers.olx.polls import Unaskable

INTERVAL = re.compile(r"^\s*([\[(])\s*([^,;]+)\s*[,;]\s*([^,;]+)\s*([\])])\s*$")
PLAIN_PATTERN = re.compile(r"^[^\\.+*?{}\[\]()^$]*$")
ENDINGS = {"%": Decimal("0.01"), "k": Decimal(1000), "M": Decimal(1_000_000), "G": Decimal(1_000_000_000),
           "m": Decimal("0.001"), "u": Decimal("0.000001"), "n": Decimal("0.000000001")}  # fmt: skip
MAX_EXPRESSION = 200
# The digits that Open edX's own arithmetic is sure of.
ROUNDED = Context(prec=15)
# Open edX's grader forgives this share of the right answer where the author says nothing.
DEFAULT_TOLERANCE = Decimal("0.00001")


@dataclass(frozen=True)
class Number:
    answer: Decimal
    tolerance: Decimal


def number(text: str) -> Decimal:
    """A number as Open edX writes one: 1.5, 1e3, 2*3/4, 2^3, 10%, 5k. Raises Unaskable for anything else."""
    text = text.strip().replace("−", "-")
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = calculated(text)
    if not value.is_finite() or (value and abs(value.adjusted()) > 30):
        raise Unaskable(_("Its right answer is not a plain number."))
    digits = value.as_tuple().exponent
    return ROUNDED.plus(value).normalize() if isinstance(digits, int) and digits < -15 else value


def calculated(text: str) -> Decimal:
    unknown = Unaskable(_("Its right answer is a formula, and Lectern compares numbers only."))
    if len(text) > MAX_EXPRESSION:
        raise unknown
    factor = ENDINGS.get(text[-1:], Decimal(1))
    if factor != 1:
        text = text[:-1]
    try:
        return value_of(ast.parse(text.replace("^", "**"), mode="eval").body) * factor
    except (SyntaxError, ValueError, TypeError, DecimalException, RecursionError, MemoryError):
        raise unknown from None


def value_of(node: ast.expr) -> Decimal:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Decimal(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value_of(operand)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = value_of(left), value_of(right)
            match op:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
                case ast.Div():
                    return one / other
                case ast.Pow() if abs(other) <= 100:
                    return one**other
    raise ValueError("not a number")


def numerical(response: etree._Element) -> tuple[Number, str]:
    """What is right, and a remark on what is judged a little differently here ("" for nothing).

    Further answers stand in elements of their own and count without a tolerance, as in Open edX.
    """
    text = (response.get("answer") or "").strip()
    if not text:
        raise Unaskable(_("It has no right answer."))
    if interval := INTERVAL.match(text):
        low, high = number(interval[2]), number(interval[3])
        if low > high:
            raise Unaskable(_("The range of its right answers is empty."))
        open_ended = interval[1] == "(" or interval[4] == ")"
        remark = _("The ends of the range count as right here.") if open_ended else ""
        return Number((low + high) / 2, (high - low) / 2), remark
    answer = number(text)
    tolerance = abs(answer) * DEFAULT_TOLERANCE
    parameter = next((p for p in response.iter("responseparam") if p.get("type") == "tolerance"), None)
    if parameter is not None and (given := (parameter.get("default") or "").strip()):
        tolerance = abs(answer) * number(given[:-1]) / 100 if given.endswith("%") else number(given)
    return Number(answer, abs(tolerance)), ""


def accepted_texts(response: etree._Element) -> tuple[list[str], bool]:
    """Every accepted answer, and whether upper and lower case matter."""
    kinds = (response.get("type") or "").lower().split()
    answer = response.get("answer") or ""
    if "_or_" in answer:
        # As courses wrote it before there were additional answers; Open edX reads no pattern in these.
        kinds, texts = [kind for kind in kinds if kind != "regexp"], answer.split("_or_")
    else:
        texts = [answer]
    for more in response.iter("additional_answer"):
        texts.append(more.get("answer") or "".join(more.itertext()))
    texts = [text.strip() for text in texts if text.strip()]
    if "regexp" in kinds:
        texts = [plain for text in texts for plain in plain_alternatives(text)]
    if not texts:
        raise Unaskable(_("It has no right answer."))
    return list(dict.fromkeys(texts)), "ci" not in kinds


def plain_alternatives(pattern: str) -> list[str]:
    """The texts a simple pattern stands for: ``^(color|colour)$``. Raises Unaskable for a real pattern."""
    body = pattern.removeprefix("^").removesuffix("$")
    if body.startswith("(") and body.endswith(")"):
        body = body[1:-1].removeprefix("?:")
    parts = [part.strip() for part in body.split("|")]
    if not all(PLAIN_PATTERN.match(part) for part in parts):
        raise Unaskable(_("Its right answer is a pattern, and Lectern compares texts only."))
    return parts
