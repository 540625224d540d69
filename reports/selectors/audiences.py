"""Whom reports are shared with, in words."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

from accounts.models import Team
from accounts.policies import visible_to as visible_people
from accounts.roles import ROLES
from learning.models import Cohort
from lms_pages.models import CoursePage
from reports.models import Audience, ReportShare
from reports.policies import ALL_ROWS

Share = tuple[str, str]


def person_by_email(email: str, viewer: Any) -> Any:
    """Who has this address, for a ``viewer`` who sees everybody's rows or knows them; None where nobody has."""
    people = get_user_model().objects.active().with_address(email)
    return (people if viewer.has_perm(ALL_ROWS) else visible_people(viewer, people)).first()


def share_names(shares: Iterable[ReportShare]) -> dict[Share, str]:
    """Who each share is for, in words. At most four queries, however many shares."""
    keys: dict[str, set[str]] = defaultdict(set)
    for share in shares:
        keys[share.audience].add(share.key)
    roles = {role.name: str(role.label) for role in ROLES}
    names: dict[Share, str] = {(Audience.EVERYONE, ""): str(Audience.EVERYONE.label)}
    names |= {(Audience.ROLE, key): roles.get(key, key) for key in keys[Audience.ROLE]}
    named = {
        Audience.TEAM: (Team.objects, "uuid", "name"),
        Audience.COHORT: (Cohort.objects, "uuid", "name"),
        Audience.COURSE_STAFF: (CoursePage.objects, "translation_key", "title"),
    }
    for audience, (rows, key, label) in named.items():
        if wanted := uuids(keys[audience]):
            found = rows.filter(**{f"{key}__in": wanted}).values_list(key, label)
            names |= {(audience, str(value)): name for value, name in found}
    if wanted := uuids(keys[Audience.PERSON]):
        people = get_user_model().objects.filter(uuid__in=wanted)
        names |= {(Audience.PERSON, str(person.uuid)): person.name for person in people}
    return names


def uuids(keys: Iterable[str]) -> list[uuid.UUID]:
    found = []
    for key in keys:
        try:
            found.append(uuid.UUID(key))
        except ValueError:
            continue
    return found


def emails_of(shares: Iterable[ReportShare]) -> dict[str, str]:
    """The address of each person reports are shared with, by their uuid as text."""
    wanted = uuids(share.key for share in shares if share.audience == Audience.PERSON)
    if not wanted:
        return {}
    return {
        str(key): email for key, email in get_user_model().objects.filter(uuid__in=wanted).values_list("uuid", "email")
    }
