"""The audit log: Wagtail's log of pages and its log of everything else, read as one."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet, Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry, PageLogEntry

LOGS = (ModelLogEntry, PageLogEntry)


def audit_entries(*, filters: dict[str, Any]) -> QuerySet:
    """Keys of the entries that match, newest first: dicts with ``log``, ``pk`` and ``timestamp``.

    ``filters``: person (words of a name or address of who did it), object (part of its name), action, since and
    until (days in the active zone, both included).
    """
    found = [narrowed(model, filters).order_by().annotate(log=Value(place)) for place, model in enumerate(LOGS)]
    keys = [queryset.values("pk", "timestamp", "log") for queryset in found]
    return keys[0].union(keys[1], all=True).order_by("-timestamp", "-pk")


def narrowed(model: Any, filters: dict[str, Any]) -> QuerySet:
    queryset = model.objects.all()
    for word in (filters.get("person") or "").split():
        queryset = queryset.filter(
            Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word) | Q(user__email__icontains=word)
        )
    if filters.get("object"):
        queryset = queryset.filter(label__icontains=filters["object"])
    if filters.get("action"):
        queryset = queryset.filter(action=filters["action"])
    if filters.get("since"):
        queryset = queryset.filter(timestamp__gte=midnight(filters["since"]))
    if filters.get("until"):
        queryset = queryset.filter(timestamp__lt=midnight(filters["until"] + timedelta(days=1)))
    return queryset


def midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Entry:
    """One line of the log in words. ``url`` leads to the record, where there is one that the reader may open."""

    at: datetime
    who: str
    did: str
    kind: str
    label: str
    detail: str
    url: str


def load_entries(*, rows: Any, finder: Any) -> list[Entry]:
    """The entries behind keys of `audit_entries`: a fixed number of queries for each kind of record on the page."""
    loaded: dict[tuple[int, int], Entry] = {}
    rows = list(rows)
    for place, model in enumerate(LOGS):
        keys = [row["pk"] for row in rows if row["log"] == place]
        queryset = model.objects.filter(pk__in=keys).select_related("user")
        for entry, instance in queryset.with_instances():
            loaded[place, entry.pk] = in_words(entry, finder.get_edit_url(instance) if instance else "")
    return [loaded[row["log"], row["pk"]] for row in rows if (row["log"], row["pk"]) in loaded]


def in_words(entry: Any, url: str | None) -> Entry:
    formatter = registry.get_formatter(entry)
    kind = ContentType.objects.get_for_id(entry.content_type_id).name if entry.content_type_id else ""
    # Where nobody is named, the site itself did it, or somebody who is gone.
    who = entry.user.name if entry.user else (_("somebody who is gone") if entry.user_id else _("the site"))
    return Entry(
        at=entry.timestamp,
        who=who,
        did=str(formatter.format_message(entry) if formatter else entry.action),
        kind=capfirst(kind),
        label=entry.label,
        detail=str(formatter.format_comment(entry) if formatter else ""),
        url=url or "",
    )


def action_choices() -> list[tuple[str, str]]:
    """The actions that are in the log, by their label."""
    used: set[str] = set()
    for model in LOGS:
        used |= model.objects.all().get_actions()
    labels = dict(registry.get_choices())
    return sorted(((action, str(labels.get(action, action))) for action in used), key=lambda pair: pair[1].lower())
