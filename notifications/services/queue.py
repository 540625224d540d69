"""Writing mail into the outbox."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

AT_ONCE = 200


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


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A mail to one address that is to be written into the outbox.

    With a ``dedupe_key`` that was used before, no second mail is written. ``recipient`` is the person the address
    belongs to, where there is one. ``is_private`` hides the text from the admin and erases it after sending.
    """

    kind: str
    to: str
    subject: str
    text: str
    html: str = ""
    attachments: Iterable[Attachment] = ()
    dedupe_key: str = ""
    recipient: Any = None
    to_name: str = ""
    headers: Mapping[str, str] | None = None
    is_private: bool = False

    def mail(self) -> OutboxMail:
        """The mail as it would be stored. MailRefused, with a sentence, for an unusable address, subject or header."""
        mail_uuid = uuid.uuid4()
        key = self.dedupe_key or str(mail_uuid)
        if len(key) > 300:
            raise MailRefused(_("The key of a mail may have 300 characters at most."))
        name = self.to_name or (self.recipient.get_full_name() if self.recipient else "")
        return OutboxMail(
            uuid=mail_uuid,
            kind=self.kind,
            to_address=clean_address(self.to),
            to_name=clean_line(name, _("name"))[:200],
            recipient=self.recipient,
            subject=clean_line(self.subject, _("subject"))[:400],
            text=self.text,
            html=self.html,
            headers=clean_headers(self.headers),
            message_id=message_id_for(key),
            dedupe_key=key,
            is_private=self.is_private,
        )


def queue_mails(drafts: Sequence[Draft]) -> list[OutboxMail]:
    """Write mails, due at once, in the caller's transaction; returns them in the order of ``drafts``, and for a key
    that was used before the mail of then, as it stands.

    A few statements for each 200. MailRefused where one of them is unusable: then none is written.
    """
    written: list[OutboxMail] = []
    with transaction.atomic():
        for start in range(0, len(drafts), AT_ONCE):
            written += write_some(drafts[start : start + AT_ONCE])
    return written


def write_some(drafts: Sequence[Draft]) -> list[OutboxMail]:
    mails = [draft.mail() for draft in drafts]
    # Two who write with one key at the same moment: the second waits for the first, then finds its mail.
    OutboxMail.objects.bulk_create(mails, ignore_conflicts=True)
    keys = [mail.dedupe_key for mail in mails]
    stored = {mail.dedupe_key: mail for mail in OutboxMail.objects.filter(dedupe_key__in=keys)}
    files = [
        store_attachment(stored[mail.dedupe_key], attachment)
        for draft, mail in zip(drafts, mails, strict=True)
        if stored[mail.dedupe_key].uuid == mail.uuid
        for attachment in draft.attachments
    ]
    OutboxAttachment.objects.bulk_create(files)
    return [stored[key] for key in keys]


def queue_mail(**fields: Any) -> OutboxMail:
    """Write one mail to one address; ``fields`` are those of `Draft`, and what `queue_mails` says holds here too."""
    return queue_mails([Draft(**fields)])[0]


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
