"""Whom reports are shared with and sent to: who that is, in words and as people."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from accounts.models import Team, TeamMembership
from accounts.policies import visible_to as visible_people
from accounts.roles import ROLES
from learning.models import Cohort, CohortMembership
from lms_pages.models import CoursePage, CourseStaff
from reports.columns import Choice
from reports.models import Audience, AudienceEntry, ReportShare
from reports.policies import ALL_ROWS, MAY_READ
from reports.registries import sources

Share = tuple[str, str]


def person_by_email(email: str, viewer: Any) -> Any:
    """Who has this address, for a ``viewer`` who sees everybody's rows or knows them; None where nobody has."""
    people = get_user_model().objects.active().with_address(email)
    return (people if viewer.has_perm(ALL_ROWS) else visible_people(viewer, people)).first()


def share_names(shares: Iterable[AudienceEntry]) -> dict[Share, str]:
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


# Whom schedules send to ---------------------------------------------------------------


def people_of(entries: Iterable[AudienceEntry]) -> QuerySet:
    """The people with access who are in at least one of ``entries`` now, each once; one query."""
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        keys[entry.audience].add(entry.key)
    people = get_user_model().objects
    found = Q(pk__in=[])
    if keys[Audience.EVERYONE]:
        readers = people.with_perm(MAY_READ, backend="django.contrib.auth.backends.ModelBackend")
        found |= Q(pk__in=readers.order_by().values("pk"))
    if roles := keys[Audience.ROLE]:
        found |= Q(pk__in=people.filter(groups__name__in=roles).order_by().values("pk"))
    if teams := uuids(keys[Audience.TEAM]):
        found |= Q(pk__in=TeamMembership.objects.current().filter(team__uuid__in=teams).values("user"))
        found |= Q(pk__in=Team.managers.through.objects.filter(team__uuid__in=teams).values("user"))
    if cohorts := uuids(keys[Audience.COHORT]):
        members = CohortMembership.objects.filter(cohort__uuid__in=cohorts, until=None)
        found |= Q(pk__in=members.values("enrollment__learner"))
    if courses := uuids(keys[Audience.COURSE_STAFF]):
        found |= Q(pk__in=CourseStaff.objects.filter(course__translation_key__in=courses).values("user"))
    if persons := uuids(keys[Audience.PERSON]):
        found |= Q(uuid__in=persons)
    return people.active().filter(found)


def known_audiences(viewer: Any) -> dict[str, list[Choice]]:
    """The audiences ``viewer`` may name, by their kind: the teams, cohorts and courses they know, and of those who see
    everybody's rows every one there is, with roles and everyone. Who sends to people knows them."""
    columns = sources["enrollments"].columns
    found: dict[str, list[Choice]] = {Audience.EVERYONE: [], Audience.ROLE: []}
    if viewer.has_perm(ALL_ROWS):
        found[Audience.EVERYONE] = [Choice("", str(Audience.EVERYONE.label))]
        found[Audience.ROLE] = [Choice(role.name, str(role.label)) for role in ROLES]
    named = {Audience.TEAM: "team", Audience.COHORT: "cohort", Audience.COURSE_STAFF: "course"}
    for audience, name in named.items():
        candidates = columns[name].candidates
        found[audience] = candidates(viewer) if candidates else []
    return found


def beyond_reach(viewer: Any, entries: Sequence[AudienceEntry]) -> list[AudienceEntry]:
    """Those of ``entries`` that ``viewer`` may not name."""
    if not entries or viewer.has_perm(ALL_ROWS):
        return []
    known: Mapping[str, set[str]] = {
        audience: {choice.value for choice in choices} for audience, choices in known_audiences(viewer).items()
    }
    return [entry for entry in entries if entry.key not in known.get(entry.audience, ())]
