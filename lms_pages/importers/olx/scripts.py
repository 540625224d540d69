"""The variables of a problem's script, worked out once without running it.

A problem may draw numbers (``n = random.randint(1, 11)``) and write ``$n`` in its
text. Only plain assignments of numbers, texts and a few functions are followed; the
same problem always gets the same numbers. Whatever needs more is left unknown.
"""

import ast
import operator
import random
import re
from collections.abc import Callable
from typing import Any

OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs, "float": float, "int": int, "max": max, "min": min, "round": round, "str": str,
}  # fmt: skip
DRAWS = {"choice", "randint", "random", "uniform"}
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")


class Unknown(Exception):
    """The value cannot be told without running the script."""


def variables(script: str, seed: str) -> dict[str, str | None]:
    """Each name the script assigns, with its value as text; None where it cannot be told."""
    try:
        tree = ast.parse(script.strip("\n"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return dict.fromkeys(re.findall(r"^\s*([A-Za-z_]\w*)\s*=(?!=)", script, re.MULTILINE))
    draw = random.Random(seed)  # noqa: S311
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    unknown: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            try:
                value = value_of(statement.value, values, draw)
                text = str(value)
            except (Unknown, ArithmeticError, TypeError, ValueError, IndexError):
                unknown.update(names)
            else:
                unknown.difference_update(names)
                values.update(dict.fromkeys(names, value))
                texts.update(dict.fromkeys(names, text))
            continue
        unknown |= {
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    return {name: None if name in unknown else texts[name] for name in {*values, *unknown}}


def value_of(node: ast.expr, values: dict[str, Any], draw: random.Random) -> Any:
    match node:
        case ast.Constant(value=int() | float() | str() as value):
            return value
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [value_of(item, values, draw) for item in items]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value_of(operand, values, draw)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            one, other = value_of(left, values, draw), value_of(right, values, draw)
            if not isinstance(one, int | float) or not isinstance(other, int | float):
                raise Unknown
            return OPERATORS[type(op)](one, other)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*(value_of(arg, values, draw) for arg in args))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="random"), attr=name), args=args, keywords=[]) if (
            name in DRAWS
        ):
            return getattr(draw, name)(*(value_of(arg, values, draw) for arg in args))
    raise Unknown


def used(text: str, known: dict[str, str | None]) -> set[str]:
    """The script's variables that ``text`` shows."""
    return {name for name in VARIABLE.findall(text) if name in known}


def filled(text: str, known: dict[str, str | None]) -> str:
    """``text`` with the values in place of the variables."""
    return VARIABLE.sub(lambda match: known.get(match[1]) or match[0], text)
