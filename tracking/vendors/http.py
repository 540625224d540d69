"""One POST to an analytics service, and what is certain after it. No key ever stands in what is said or logged."""

import base64
import io
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, quote_plus

import requests
import urllib3
from django.utils.translation import gettext as _

from tracking.vendors import base
from tracking.vendors.base import Outcome, Verdict

LONGEST_PAUSE = timedelta(hours=1)
# More of an answer is not read: 2000 refused events with a sentence each fit into it.
LONGEST_ANSWER = 2**20


@dataclass(frozen=True)
class Answer:
    """What a service answered. ``text`` holds no key that was sent."""

    status: int
    text: str
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class Lost:
    """There is no answer. Unless ``is_sent``, the service surely did not get the whole request."""

    sentence: str
    is_sent: bool


class _WithoutKeys(logging.Filter):
    """urllib3 logs the path of each request at DEBUG, and of odd answers at WARNING; Google wants the key in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                re.sub(r"(api_secret=)[^&\s]*", r"\1…", part) if isinstance(part, str) else part for part in record.args
            )
        return True


for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_WithoutKeys())


def post(
    address: str,
    payload: bytes,
    *,
    label: str,
    params: Mapping[str, str] | None = None,
    user: str | None = None,
    secrets: Sequence[str] = (),
) -> Answer | Lost:
    """Send ``payload``, which is JSON, once. ``user`` signs in without a password. Raises nothing."""
    # A file is read only once the line stands, so its place says whether everything was handed over.
    body = io.BytesIO(payload)
    try:
        with requests.post(
            address,
            params=params,
            data=body,
            headers={"Content-Type": "application/json"},
            auth=None if user is None else (user.encode(), b""),  # type: ignore[arg-type]
            timeout=base.TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            text = b""
            for piece in response.iter_content(2**16):
                text += piece
                if len(text) >= LONGEST_ANSWER:
                    break
            return Answer(
                response.status_code,
                _without(secrets, text[:LONGEST_ANSWER].decode("utf-8", "replace")),
                pause(response.headers.get("Retry-After", "")),
            )
    # Whatever else an address can be got wrong by comes as a ValueError; a broken line may also be an OSError.
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        is_sent = body.tell() == len(payload)
        return Lost(_loss(error, label, is_sent), is_sent)


def words_of(text: str) -> str:
    """A service's words as harmless text of bounded length."""
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= 300 else text[:299] + "…"


def pause(header: str) -> timedelta | None:
    """What a Retry-After header asks for, an hour at most: a number of seconds or a date."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, IndexError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - datetime.now(UTC), timedelta(0)), LONGEST_PAUSE)


def judged(answer: Answer, label: str) -> Outcome:
    """What an answer's status alone says about everything that was sent."""
    values = {"label": label, "status": answer.status, "words": words_of(answer.text)}
    if 200 <= answer.status <= 299:
        return Outcome(Verdict.ACCEPTED)
    if answer.status == 429:
        return Outcome(Verdict.RETRY, _("%(label)s asks to be sent less for a while.") % values, answer.retry_after)
    if answer.status >= 500:
        sentence = _("%(label)s is out of order for now (status %(status)s).") % values
        return Outcome(Verdict.RETRY, sentence, answer.retry_after)
    if 300 <= answer.status <= 399:
        sentence = _("%(label)s points to another address (status %(status)s). Check the address in the settings.")
        return Outcome(Verdict.REFUSED, sentence % values)
    if not values["words"]:
        return Outcome(Verdict.REFUSED, _("%(label)s refused the request (status %(status)s).") % values)
    return Outcome(Verdict.REFUSED, _("%(label)s refused the request (status %(status)s): “%(words)s”.") % values)


def _without(secrets: Sequence[str], text: str) -> str:
    """``text`` with every key taken out, in each form that it was sent in."""
    for secret in filter(None, secrets):
        signed_in = base64.b64encode(f"{secret}:".encode()).decode()
        for form in (secret, quote(secret), quote_plus(secret), signed_in):
            text = text.replace(form, "…")
    return text


def _loss(error: BaseException, label: str, is_sent: bool) -> str:
    """Why there is no answer. In our own words only: those of the libraries hold the address with its keys."""
    values = {"label": label}
    if is_sent:
        if isinstance(error, requests.Timeout):
            return _("%(label)s was sent the events and did not answer in time.") % values
        return _("%(label)s was sent the events and closed the connection without an answer.") % values
    if isinstance(error, requests.exceptions.ProxyError):
        return _("The proxy on the way to %(label)s cannot be used.") % values
    if isinstance(error, requests.exceptions.SSLError):
        return _("No encrypted connection to %(label)s could be made. Check the address in the settings.") % values
    if isinstance(error, requests.Timeout):
        return _("%(label)s did not answer in time. Nothing was sent.") % values
    if isinstance(error, requests.ConnectionError):
        return _("No connection to %(label)s could be made. Check the address in the settings.") % values
    return _("The address of %(label)s in the settings is not one that can be asked.") % values
