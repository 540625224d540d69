"""A draft as the flat fields of a form, and back: `columns-0-label` is the heading of the first column.

What a form sends is never trusted to be whole: names nobody knows are left alone, rows need not be numbered without gaps.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from django.utils.translation import gettext as _

from reports.drafts.shape import Comparison, Draft, Group
from reports.exceptions import InvalidSpec
from reports.spec import DEEPEST

# Far more than any form of ours has; beyond it somebody else wrote the request.
DEEPEST_NAME = 40
MOST_CONDITIONS = 300
Tree = dict[str, Any]
Shape = TypeVar("Shape")


def read_draft(lists: Iterable[tuple[str, list[str]]]) -> Draft:
    """The draft in the fields of a form, each with all its values. InvalidSpec for one that no form of ours could hold."""
    draft = read(Draft, tree_of(lists))
    groups = [draft.conditions, *(figure.conditions for figure in draft.figures)]
    if (count := sum(len(group.leaves()) for group in groups)) > MOST_CONDITIONS:
        raise InvalidSpec(
            [_("A report has at most %(most)d conditions, and this one has %(count)d.") % {"most": 100, "count": count}]
        )
    return draft


def tree_of(lists: Iterable[tuple[str, list[str]]]) -> Tree:
    tree: Tree = {}
    for name, values in lists:
        *steps, last = name.split("-")
        if len(steps) > DEEPEST_NAME:
            raise InvalidSpec(
                [
                    _("Conditions lie at most %(deepest)d deep in one another, and these go deeper.")
                    % {"deepest": DEEPEST}
                ]
            )
        place: Any = tree
        for step in steps:
            place = place.setdefault(step, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.setdefault(last, values)
    return tree


def read(shape: type[Shape], tree: Tree) -> Shape:
    hints = get_type_hints(shape)
    return shape(**{name: read_value(kind, tree[name]) for name, kind in hints.items() if name in tree})


def read_value(kind: Any, value: Any) -> Any:
    if kind is str:
        return value[-1] if isinstance(value, list) and value else ""
    if kind == list[str]:
        return list(value) if isinstance(value, list) else []
    if shapes := [entry for entry in get_args(kind) if is_dataclass(entry)]:
        if kind == shapes[0] | None:
            return read(shapes[0], value) if isinstance(value, dict) else None
        return [read(shape_of(shapes, row), row) for row in rows_of(value)]
    if entries := get_args(kind):
        # A list of either of two shapes: conditions and groups of them.
        return [read(shape_of(get_args(entries[0]), row), row) for row in rows_of(value)]
    return read(kind, value if isinstance(value, dict) else {})


def shape_of(shapes: Any, row: Tree) -> Any:
    return shapes[0] if len(shapes) == 1 else Group if "match" in row else Comparison


def rows_of(value: Any) -> list[Tree]:
    """The rows by their numbers, in order."""
    if not isinstance(value, dict):
        return []
    numbered = [(int(name), row) for name, row in value.items() if name.isascii() and name.isdigit() and len(name) < 6]
    return [row for _number, row in sorted(numbered, key=lambda entry: entry[0]) if isinstance(row, dict)]


def write_draft(draft: Any, prefix: str = "") -> list[tuple[str, str]]:
    """The fields that `read_draft` makes ``draft`` of, as pairs."""
    found: list[tuple[str, str]] = []
    for entry in fields(draft):
        name, value = f"{prefix}{entry.name}", getattr(draft, entry.name)
        if isinstance(value, str):
            found.append((name, value))
        elif is_dataclass(value):
            found += write_draft(value, f"{name}-")
        elif value:
            for number, row in enumerate(value):
                found += [(name, row)] if isinstance(row, str) else write_draft(row, f"{name}-{number}-")
    return found
