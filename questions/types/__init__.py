"""Question types by name. A new type is one module here and one template: modules are found, classes with a name registered."""

import importlib
import pkgutil
from collections.abc import Iterable

from questions.exceptions import UnknownQuestionType
from questions.types.base import Answer, Choice, Grade, Part, QuestionType, Values, submitted


def _with_subclasses(kind: type[QuestionType]) -> Iterable[type[QuestionType]]:
    yield kind
    for subclass in kind.__subclasses__():
        yield from _with_subclasses(subclass)


def find_types(package: str, paths: Iterable[str]) -> dict[str, QuestionType]:
    """Import every module below ``paths`` and give one instance of each type defined there, by name, in their order."""
    modules = {f"{package}.{module.name}" for module in pkgutil.iter_modules(paths)}
    for module in sorted(modules):
        importlib.import_module(module)
    kinds = [kind() for kind in _with_subclasses(QuestionType) if "name" in vars(kind) and kind.__module__ in modules]
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: (kind.order, kind.name))}


QUESTION_TYPES: dict[str, QuestionType] = find_types(__name__, __path__)


def question_type(name: str) -> QuestionType:
    try:
        return QUESTION_TYPES[name]
    except KeyError:
        raise UnknownQuestionType(f"There is no question type “{name}”.") from None


__all__ = [
    "QUESTION_TYPES",
    "Answer",
    "Choice",
    "Grade",
    "Part",
    "QuestionType",
    "Values",
    "find_types",
    "question_type",
    "submitted",
]
