"""One SMTP transaction for one mail, watched stage by stage, so that it is known whether the mail can have been sent.

Until the first byte of the final dot has left, a mail is surely not sent. From there until the server's answer
nobody can know: a lost connection or silence is ``unknown`` and must never be retried by a machine.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHUNK = 64 * 1024
# Answers that mean "sign in first", whichever command they come to: a matter of settings, not of this mail.
SIGN_IN_CODES = {530, 534, 535, 538}


class Stage(StrEnum):
    """How far a hand-over came. The first two happen on our side, before anything is said to a server."""

    CHECK = "check"
    MESSAGE = "message"
    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    FINAL = "final"


STAGE_LABELS = {
    Stage.CHECK: gettext_lazy("checking whether it may go"),
    Stage.MESSAGE: gettext_lazy("putting the mail together"),
    Stage.CONNECT: gettext_lazy("connecting"),
    Stage.GREETING: gettext_lazy("waiting for the greeting"),
    Stage.EHLO: gettext_lazy("introducing ourselves"),
    Stage.STARTTLS: gettext_lazy("starting encryption"),
    Stage.AUTH: gettext_lazy("signing in"),
    Stage.MAIL: gettext_lazy("naming the sender"),
    Stage.RCPT: gettext_lazy("naming the recipient"),
    Stage.DATA: gettext_lazy("announcing the text"),
    Stage.BODY: gettext_lazy("transmitting the text"),
    Stage.FINAL: gettext_lazy("waiting for the receipt"),
}


class Verdict(StrEnum):
    """What is certain after an attempt."""

    SENT = "sent"  # the server took the mail over
    RETRY = "retry"  # surely not sent; another try may work
    REFUSED = "refused"  # surely not sent; the server will not take this mail
    UNKNOWN = "unknown"  # handed over, but the receipt was lost
    SUPPRESSED = "suppressed"  # surely not sent; we held it back ourselves


@dataclass(frozen=True)
class Outcome:
    """The end of one attempt: where it ended, what is certain, and a sentence for people."""

    stage: Stage
    verdict: Verdict
    sentence: str
    code: int | None = None


@dataclass(frozen=True)
class Server:
    """A mail server and how to speak to it. Times in seconds, each for one step of the conversation."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    use_starttls: bool = False
    use_tls: bool = False
    timeout: float = 20
    # Servers look for viruses before they acknowledge; giving up early would make a sent mail look unknown.
    final_timeout: float = 120
    own_name: str = "localhost"

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Envelope:
    """What goes over the wire: bare addresses, and the message with CRLF line ends."""

    sender: str
    recipient: str
    message: bytes

    @property
    def needs_smtputf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


class _Ended(Exception):
    def __init__(self, outcome: Outcome):
        self.outcome = outcome


def words_of(reply: bytes | str) -> str:
    """A server's reply as harmless text of bounded length."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= 300 else text[:299] + "…"


class _Client(smtplib.SMTP):
    """Python's SMTP client with a connection made by us, so that each way to fail is seen where it happens."""

    sock: Any

    def __init__(self, server: Server):
        super().__init__(local_hostname=server.own_name, timeout=server.timeout)
        # STARTTLS verifies the server's certificate against this name.
        self._host = server.host


class _Conversation:
    """Runs through the stages and remembers the one it is in; any failure ends it with an Outcome."""

    def __init__(self, server: Server, envelope: Envelope):
        self.server, self.envelope = server, envelope
        self.stage = Stage.CONNECT
        self.client = _Client(server)
        self.is_listening = True

    # Each step ----------------------------------------------------------------

    def run(self) -> Outcome:
        try:
            self.connect()
            self.greet()
            if self.server.use_starttls:
                self.starttls()
            if self.server.username:
                self.sign_in()
            self.name_both()
            self.transmit()
            return self.await_receipt()
        except _Ended as end:
            return end.outcome
        except smtplib.SMTPResponseException as error:  # A reply longer than any server's.
            return self.outcome(Verdict.RETRY, self.said(error.smtp_code, error.smtp_error), error.smtp_code)
        except (OSError, UnicodeError) as error:  # smtplib's exceptions are OSErrors too.
            self.is_listening = False
            return self.outcome(Verdict.RETRY, self.loss(error))
        finally:
            self.hang_up()

    def connect(self) -> None:
        server, client = self.server, self.client
        client.sock = socket.create_connection((server.host, server.port), server.timeout)
        if server.use_tls:
            client.sock = ssl.create_default_context().wrap_socket(client.sock, server_hostname=server.host)
        self.stage = Stage.GREETING
        code, words = client.getreply()
        if code != 220:
            self.end(Verdict.RETRY, self.said(code, words), code)

    def greet(self) -> None:
        self.stage = Stage.EHLO
        code, words = self.client.ehlo()
        if code >= 500:
            code, words = self.client.helo()
        if code != 250:
            self.end(Verdict.RETRY, self.said(code, words), code)

    def starttls(self) -> None:
        self.stage = Stage.STARTTLS
        if not self.client.has_extn("starttls"):
            self.end(
                Verdict.RETRY,
                _(
                    "The mail server at %(place)s does not offer encryption (STARTTLS), so nothing was sent to it. "
                    "Use smtp+ssl:// in EMAIL_URL if it speaks TLS from the start, or smtp:// if it stands in your own network."
                )
                % {"place": self.server.place},
            )
        code, words = self.client.starttls(context=ssl.create_default_context())
        if code != 220:
            self.end(Verdict.RETRY, self.said(code, words), code)
        self.greet()

    def sign_in(self) -> None:
        self.stage = Stage.AUTH
        try:
            self.client.login(self.server.username, self.server.password)
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPAuthenticationError as error:
            self.end(Verdict.RETRY, self.bad_sign_in(error.smtp_code, error.smtp_error), error.smtp_code)
        except smtplib.SMTPResponseException as error:
            self.end(Verdict.RETRY, self.said(error.smtp_code, error.smtp_error), error.smtp_code)
        except UnicodeError:
            self.end(
                Verdict.RETRY, _("The user name and password in EMAIL_URL may hold only plain (ASCII) characters.")
            )
        except smtplib.SMTPException:
            self.end(
                Verdict.RETRY,
                _(
                    "The mail server at %(place)s offers no way to sign in that works here. "
                    "Leave the user name out of EMAIL_URL, or use smtp+tls:// so that it offers one."
                )
                % {"place": self.server.place},
            )

    def name_both(self) -> None:
        client, envelope = self.client, self.envelope
        self.stage = Stage.MAIL
        options = []
        limit = client.esmtp_features.get("size", "")
        if client.has_extn("size"):
            if limit.isdigit() and 0 < int(limit) < len(envelope.message):
                self.end(
                    Verdict.REFUSED,
                    _("The mail has %(size).1f MB, and the mail server at %(place)s takes at most %(limit).1f MB.")
                    % {"size": len(envelope.message) / 1e6, "limit": int(limit) / 1e6, "place": self.server.place},
                )
            options.append(f"SIZE={len(envelope.message)}")
        if envelope.needs_smtputf8:
            if not client.has_extn("smtputf8"):
                self.end(
                    Verdict.REFUSED,
                    _(
                        "The mail server at %(place)s takes only addresses of plain letters before the @. "
                        "Give this person another address."
                    )
                    % {"place": self.server.place},
                )
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        self.require(client.mail(envelope.sender, options))
        self.stage = Stage.RCPT
        self.require(client.rcpt(envelope.recipient))

    def transmit(self) -> None:
        client = self.client
        self.stage = Stage.DATA
        code, words = client.docmd("DATA")
        if code != 354:
            self.judge(code, words)
            self.end(Verdict.RETRY, self.said(code, words), code)
        self.stage = Stage.BODY
        body = re.sub(rb"(?m)^\.", b"..", self.envelope.message)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        # A socket's time limit covers one sendall as a whole, so a slow line gets one for each piece.
        for start in range(0, len(body), CHUNK):
            client.sock.sendall(body[start : start + CHUNK])

    def await_receipt(self) -> Outcome:
        """From here on only the server's answer is knowledge."""
        self.stage = Stage.FINAL
        code, words = 0, b""
        try:
            self.client.sock.settimeout(self.server.final_timeout)
            self.client.sock.sendall(b".\r\n")
            code, words = self.client.getreply()
        except smtplib.SMTPResponseException as error:  # Longer than any server's reply.
            words = str(error.smtp_error).encode()
        except OSError as error:  # Every exception of smtplib is one.
            self.is_listening = False
            return self.outcome(
                Verdict.UNKNOWN,
                self.loss(error)
                + " "
                + _(
                    "The mail was handed over in full, so it may or may not have arrived. "
                    "Ask its reader before you send it again."
                ),
            )
        self.judge(code, words)
        if 200 <= code <= 299:
            return self.outcome(
                Verdict.SENT, _("The mail server at %(place)s took the mail over.") % {"place": self.server.place}, code
            )
        return self.outcome(
            Verdict.UNKNOWN,
            _(
                "The mail server at %(place)s answered something that is no receipt (“%(words)s”). "
                "The mail may or may not have arrived. Ask its reader before you send it again."
            )
            % {"place": self.server.place, "words": words_of(words)},
            code,
        )

    def hang_up(self) -> None:
        """Say goodbye. The mail is decided, so a failure here means nothing."""
        try:
            if self.is_listening and self.client.sock is not None:
                self.client.sock.settimeout(min(self.server.timeout, 2))
                self.client.quit()
        except OSError:
            pass
        finally:
            self.client.close()

    # Judging ------------------------------------------------------------------

    def outcome(self, verdict: Verdict, sentence: str, code: int | None = None) -> Outcome:
        return Outcome(
            stage=self.stage, verdict=verdict, sentence=sentence, code=code if code in range(100, 600) else None
        )

    def end(self, verdict: Verdict, sentence: str, code: int | None = None) -> None:
        raise _Ended(self.outcome(verdict, sentence, code))

    def require(self, reply: tuple[int, bytes]) -> None:
        """Go on after a 2xx; anything that is neither yes nor no is worth another try."""
        code, words = reply
        if 200 <= code <= 299:
            return
        self.judge(code, words)
        self.end(Verdict.RETRY, self.said(code, words), code)

    def judge(self, code: int, words: bytes | str) -> None:
        """End on an answer that says no: for now (4xx) or for good (5xx)."""
        if code in SIGN_IN_CODES:
            self.end(Verdict.RETRY, self.bad_sign_in(code, words), code)
        if 400 <= code <= 499:
            self.end(Verdict.RETRY, self.said(code, words), code)
        if 500 <= code <= 599:
            self.end(Verdict.REFUSED, self.said(code, words), code)

    # Sentences ----------------------------------------------------------------

    def said(self, code: int, words: bytes | str) -> str:
        values = {"place": self.server.place, "stage": STAGE_LABELS[self.stage], "words": words_of(words), "code": code}
        if code < 0:
            return _("The server at %(place)s does not speak SMTP (while %(stage)s). Check EMAIL_URL.") % values
        if self.stage is Stage.RCPT and code >= 500:
            return (
                _("The mail server refuses this address: “%(code)s %(words)s”. Check it and send the mail again.")
                % values
            )
        if self.stage is Stage.MAIL and code >= 500:
            return (
                _("The mail server refuses our sender address: “%(code)s %(words)s”. Check DEFAULT_FROM_EMAIL.")
                % values
            )
        if code >= 500:
            return _("The mail server at %(place)s refused while %(stage)s: “%(code)s %(words)s”.") % values
        return _("The mail server at %(place)s asked to wait while %(stage)s: “%(code)s %(words)s”.") % values

    def bad_sign_in(self, code: int, words: bytes | str) -> str:
        values = {"place": self.server.place, "words": words_of(words), "code": code}
        if self.server.username:
            return (
                _(
                    "The mail server at %(place)s did not accept the user name or password of EMAIL_URL: "
                    "“%(code)s %(words)s”. Correct them; waiting mail then goes by itself."
                )
                % values
            )
        return (
            _(
                "The mail server at %(place)s wants us to sign in: “%(code)s %(words)s”. "
                "Put a user name and password into EMAIL_URL; waiting mail then goes by itself."
            )
            % values
        )

    def loss(self, error: BaseException) -> str:
        """Why the line is gone, in words. smtplib wraps what the socket said; the cause is what helps."""
        values = {"place": self.server.place, "host": self.server.host, "stage": STAGE_LABELS[self.stage]}
        cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__ else error
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            return _(
                "No encrypted connection to the mail server at %(place)s: %(reason)s. "
                "Check the server's certificate, and whether EMAIL_URL names the right port."
            ) % {**values, "reason": reason}
        if isinstance(cause, TimeoutError):
            if self.stage is Stage.CONNECT:
                return _("Nothing answered at %(place)s in time. Check EMAIL_URL and the firewall.") % values
            return _("The mail server at %(place)s fell silent while %(stage)s.") % values
        if self.stage is Stage.CONNECT:
            if isinstance(cause, socket.gaierror | UnicodeError):
                return _("The mail server “%(host)s” was not found. Check the name in EMAIL_URL.") % values
            return _("No mail server can be reached at %(place)s. Check EMAIL_URL, and that it runs.") % values
        return _("The mail server at %(place)s closed the connection while %(stage)s.") % values


def deliver(*, server: Server, envelope: Envelope) -> Outcome:
    """Hand one mail to ``server`` and say what is certain. Never raises for what a server or network does."""
    return _Conversation(server, envelope).run()
