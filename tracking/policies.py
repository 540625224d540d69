"""Who may see what is noted of how the site is used."""

from typing import Any

from django.db.models import QuerySet

from tracking.models import Collected, Consent, Dispatch, PageView, Reading

SEND_TEST = "tracking.send_test_event"
ABOUT_THE_WORK = (Collected, Dispatch, PageView, Reading)


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """Events for services and page views, which bear nobody's name: for whoever may see the list of events. A consent: its
    own person's alone. KeyError for a model without a rule."""
    if queryset.model not in (*ABOUT_THE_WORK, Consent):
        raise KeyError(queryset.model)
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    if queryset.model is Consent:
        return queryset.filter(person=viewer)
    return queryset if viewer.has_perm("tracking.view_dispatch") else queryset.none()
