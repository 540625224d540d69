"""Writing mail into the outbox."""

import uuid
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.exceptions import MailRefused
from notifications.message import clean_address, clean_headers, clean_line
from notifications.models import MailKind, OutboxAttachment, OutboxMail
from operations.selectors.site import site_settings


class Attachment(NamedTuple):
    """A file for a mail: a ``path`` that is already in the private storage, or ``content`` to be stored there.

    A stored file may go with many mails; the outbox never changes or deletes it.
    """

    name: str
    content_type: str = "application/octet-stream"
    path: str = ""
    content: bytes = b""


def message_id_for(dedupe_key: str) -> str:
    """The same for the same happening on the same site: some mailboxes drop a repeat they can recognize."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{settings.WAGTAILADMIN_BASE_URL}#{dedupe_key}')}@{host}>"


def store_attachment(mail: OutboxMail, attachment: Attachment) -> OutboxAttachment:
    name = PurePath(clean_line(attachment.name, _("file name"))).name or "file"
    path = attachment.path or storages["private"].save(f"mail/{mail.uuid}/{name}", ContentFile(attachment.content))
    return OutboxAttachment(mail=mail, name=name[:200], content_type=attachment.content_type, path=path)


def queue_mail(
    *,
    kind: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Iterable[Attachment] = (),
    dedupe_key: str = "",
    recipient: Any = None,
    to_name: str = "",
    headers: Mapping[str, str] | None = None,
    is_private: bool = False,
) -> OutboxMail:
    """Write one mail to one address, due at once, in the caller's transaction.

    With a ``dedupe_key`` that was used before, the mail of then is returned as it stands and nothing is written.
    ``recipient`` is the person the address belongs to, where there is one. ``is_private`` hides the text from the
    admin and erases it after sending. MailRefused, with a sentence, for an unusable address, subject, header or file.
    """
    mail_uuid = uuid.uuid4()
    key = dedupe_key or str(mail_uuid)
    if len(key) > 300:
        raise MailRefused(_("The key of a mail may have 300 characters at most."))
    values = {
        "uuid": mail_uuid,
        "kind": kind,
        "to_address": clean_address(to),
        "to_name": clean_line(to_name or (recipient.get_full_name() if recipient else ""), _("name"))[:200],
        "recipient": recipient,
        "subject": clean_line(subject, _("subject"))[:400],
        "text": text,
        "html": html,
        "headers": clean_headers(headers),
        "message_id": message_id_for(key),
        "is_private": is_private,
    }
    with transaction.atomic():
        mail, is_new = OutboxMail.objects.get_or_create(dedupe_key=key, defaults=values)
        if is_new:
            OutboxAttachment.objects.bulk_create([store_attachment(mail, item) for item in attachments])
    return mail


def send_test_mail(*, to: str, actor: Any = None) -> OutboxMail:
    """Write a test mail that names the site and the time, so that its reader knows which attempt arrived."""
    now = date_format(timezone.localtime(), "DATETIME_FORMAT")
    values = {
        "site": site_settings().name,
        "address": settings.WAGTAILADMIN_BASE_URL,
        "time": now,
        "name": actor.name if actor else "",
    }
    lines = [
        _("This is a test mail from %(site)s (%(address)s), written on %(time)s.") % values,
        _("%(name)s asked for it.") % values if actor else "",
        _("If you can read this, the site can send mail."),
    ]
    is_own = actor is not None and actor.email.lower() == to.strip().lower()
    return queue_mail(
        kind=MailKind.TEST,
        to=to,
        subject=_("Test mail from %(site)s") % values,
        text="\n\n".join(line for line in lines if line) + "\n",
        recipient=actor if is_own else None,
    )
