"""Writing a mail: addresses, headers and parts. Nothing a person typed can become a header of its own."""

import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from django.utils.translation import gettext as _

from notifications.exceptions import MailRefused

CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
HEADER_NAME = re.compile(r"^[!-9;-~]+$")
# The outbox writes these itself.
OWN_HEADERS = {
    "from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "auto-submitted",
    "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """An attached file, ready to go."""

    name: str
    content_type: str
    content: bytes


class _Policy(EmailPolicy):
    """SMTP's line ends, with plain headers left in one line.

    The library breaks a long address in List-Unsubscribe into encoded words, which mail programs cannot follow.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        line = f"{name}: {value}"
        if line.isascii() and len(line) < 900 and not CONTROL.search(line):
            return (line + self.linesep).encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def clean_address(address: str) -> str:
    """The bare address, its domain as mail servers spell it (xn--…). MailRefused for what is none."""
    address = str(address).strip()
    sentence = _("“%(address)s” is not an e-mail address.") % {"address": CONTROL.sub(" ", address)[:100]}
    if (
        CONTROL.search(address)
        or address.count("@") != 1
        or len(address) > 254
        or re.search(r"[\s<>,;()\"\\]", address)
    ):
        raise MailRefused(sentence)
    local, _at, domain = address.partition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
        if local and domain:
            return Address(username=local, domain=domain).addr_spec
    except (UnicodeError, ValueError, HeaderParseError, IndexError) as error:
        raise MailRefused(sentence) from error
    raise MailRefused(sentence)


def split_address(value: str) -> tuple[str, str]:
    """Name and bare address of ``Name <address>``. MailRefused where there is no usable address."""
    if CONTROL.search(value):
        raise MailRefused(_("A mail's address may not hold line breaks."))
    name, address = parseaddr(value)
    return name, clean_address(address)


def header_address(name: str, address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def clean_line(value: str, what: str) -> str:
    """``value`` if it is one line; MailRefused otherwise."""
    value = str(value)
    if CONTROL.search(value):
        raise MailRefused(_("The %(what)s of a mail must be one line.") % {"what": what})
    return value


def clean_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Extra headers, each one line and none that the outbox writes itself. MailRefused otherwise."""
    cleaned = {}
    for name, value in (headers or {}).items():
        if not HEADER_NAME.match(name) or name.lower() in OWN_HEADERS:
            raise MailRefused(_("A mail may not set the header “%(name)s”.") % {"name": CONTROL.sub(" ", name)[:60]})
        cleaned[name] = clean_line(value, name)
    return cleaned


def write_message(
    *,
    sender: str,
    to_address: str,
    to_name: str,
    subject: str,
    text: str,
    html: str,
    headers: Mapping[str, str],
    message_id: str,
    written_at: datetime,
    files: Iterable[File] = (),
) -> bytes:
    """The mail as bytes with CRLF. ``written_at`` is aware; the same arguments make the same Message-ID and date."""
    # Not every server takes eight bits, so the parts are encoded.
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    name, address = split_address(sender)
    message["From"] = header_address(name, address)
    message["To"] = header_address(to_name, to_address)
    message["Subject"] = subject
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = message_id
    # Out-of-office programs answer only mail that lacks this line.
    message["Auto-Submitted"] = "auto-generated"
    for header, value in headers.items():
        message[header] = value
    message.set_content(text or " ")
    if html:
        message.add_alternative(html, subtype="html")
    for file in files:
        kind = file.content_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        main, _slash, sub = kind.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub or "octet-stream", filename=file.name)
    # An address beyond ASCII cannot be encoded, only sent as it is (SMTPUTF8).
    is_plain = address.isascii() and to_address.isascii()
    return message.as_bytes(policy=POLICY if is_plain else POLICY.clone(utf8=True))
