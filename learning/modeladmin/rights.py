"""Whose courses a list's rows belong to, asked once a request and not once a row."""

from typing import Any

from learning.policies import answers_for_all, taught_keys


def keeps_course(user: Any, row: Any) -> bool:
    """Whether ``user`` keeps the course of ``row``, as `learning.policies.may_teach` says it for one course."""
    if not hasattr(user, "_taught_course_keys"):
        user._taught_course_keys = set(taught_keys(user).values_list("course__translation_key", flat=True))
    return answers_for_all(user) or row.course_key in user._taught_course_keys
