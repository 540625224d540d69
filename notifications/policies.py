"""Who may read the outbox, and who may send from it."""

from typing import Any

from django.db.models import Q, QuerySet

from notifications.models import MailAttempt, MailKind, OutboxAttachment, OutboxMail

PREFIXES: dict[type, str] = {OutboxMail: "", OutboxAttachment: "mail__", MailAttempt: "mail__"}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the mails ``viewer`` may see: all, only those that carry reports or tell of trouble with
    one, or none.

    KeyError for a model without a rule.
    """
    prefix = PREFIXES[queryset.model]
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    if viewer.has_perm("notifications.view_outboxmail"):
        return queryset
    if viewer.has_perm("notifications.view_report_mail"):
        return queryset.filter(Q(**{f"{prefix}kind__in": [MailKind.REPORT, MailKind.REPORT_NOTICE]}))
    return queryset.none()


def sees_outbox(viewer: Any) -> bool:
    return viewer.has_perm("notifications.view_outboxmail") or viewer.has_perm("notifications.view_report_mail")


def may_resend(viewer: Any) -> bool:
    """Whether ``viewer`` may send mail from the outbox: again, or a test."""
    return viewer.has_perm("notifications.resend_outboxmail")
