"""What is certain after a server refuses, hangs, drops or talks nonsense, at each stage of one transaction."""

import socket
import ssl
import subprocess
from contextlib import ExitStack

import pytest

from notifications.smtp import Envelope, Server, Stage, Verdict, deliver, words_of
from tests.notifications.smtp_server import DROP, HANG, ScriptedServer

ENVELOPE = Envelope("site@example.com", "reader@example.com", b"Subject: Hello\r\n\r\n.dot\r\nText\r\n")
BIG = Envelope("site@example.com", "reader@example.com", b"Subject: Big\r\n\r\n" + (b"x" * 998 + b"\r\n") * 16_000)
SIGN_IN = {"username": "site", "password": "secret"}

RETRY, REFUSED, UNKNOWN, SENT = Verdict.RETRY, Verdict.REFUSED, Verdict.UNKNOWN, Verdict.SENT
MAYBE = "handed over in full, so it may or may not have arrived. Ask its reader before you send it again."


def attempt(faults, *, features=(), envelope=ENVELOPE, **extra):
    with ScriptedServer(faults, features) as server:
        # Short only where silence is waited for: a busy machine answers late.
        patience = 0.25 if HANG in faults.values() else 10
        values = {"timeout": patience, "final_timeout": patience, **extra}
        outcome = deliver(server=Server(server.host, server.port, **values), envelope=envelope)
    return outcome, server


# stage, fault, verdict, code, part of the sentence; PLACE stands for host:port.
FAULTS = [
    ("greeting", "421 busy", RETRY, 421, "asked to wait while waiting for the greeting: “421 busy”."),
    ("greeting", "554 not you", RETRY, 554, "refused while waiting for the greeting: “554 not you”."),
    (
        "greeting",
        "SSH-2.0-OpenSSH",
        RETRY,
        None,
        "does not speak SMTP (while waiting for the greeting). Check EMAIL_URL.",
    ),
    ("greeting", DROP, RETRY, None, "closed the connection while waiting for the greeting."),
    ("greeting", HANG, RETRY, None, "fell silent while waiting for the greeting."),
    ("ehlo", "421 later", RETRY, 421, "asked to wait while introducing ourselves: “421 later”."),
    ("ehlo", DROP, RETRY, None, "closed the connection while introducing ourselves."),
    ("ehlo", HANG, RETRY, None, "fell silent while introducing ourselves."),
    ("mail", "451 later", RETRY, 451, "asked to wait while naming the sender: “451 later”."),
    (
        "mail",
        "550 unknown sender",
        REFUSED,
        550,
        "refuses our sender address: “550 unknown sender”. Check DEFAULT_FROM_EMAIL.",
    ),
    ("mail", "530 sign in first", RETRY, 530, "wants us to sign in: “530 sign in first”. Put a user name and password"),
    ("mail", DROP, RETRY, None, "closed the connection while naming the sender."),
    ("mail", HANG, RETRY, None, "fell silent while naming the sender."),
    ("rcpt", "450 greylisted", RETRY, 450, "asked to wait while naming the recipient: “450 greylisted”."),
    ("rcpt", "550 5.1.1 no such user", REFUSED, 550, "refuses this address: “550 5.1.1 no such user”. Check it"),
    ("rcpt", DROP, RETRY, None, "closed the connection while naming the recipient."),
    ("rcpt", HANG, RETRY, None, "fell silent while naming the recipient."),
    ("data", "451 later", RETRY, 451, "asked to wait while announcing the text: “451 later”."),
    ("data", "554 no", REFUSED, 554, "refused while announcing the text: “554 no”."),
    ("data", "250 odd", RETRY, 250, "asked to wait while announcing the text: “250 odd”."),
    ("data", DROP, RETRY, None, "closed the connection while announcing the text."),
    ("data", HANG, RETRY, None, "fell silent while announcing the text."),
    ("final", "451 try again", RETRY, 451, "asked to wait while waiting for the receipt: “451 try again”."),
    ("final", "554 spam", REFUSED, 554, "refused while waiting for the receipt: “554 spam”."),
    ("final", "hm?", UNKNOWN, None, "answered something that is no receipt"),
    ("final", "354 more", UNKNOWN, 354, "no receipt (“more”). The mail may or may not have arrived."),
    ("final", "250-" + "x" * 9000, UNKNOWN, None, "answered something that is no receipt (“Line too long.”)."),
    ("final", "99999 what", UNKNOWN, None, "no receipt (“9 what”)."),
    ("final", DROP, UNKNOWN, None, "closed the connection while waiting for the receipt. The mail was " + MAYBE),
    ("final", HANG, UNKNOWN, None, "fell silent while waiting for the receipt. The mail was " + MAYBE),
]


@pytest.mark.parametrize(("stage", "fault", "verdict", "code", "words"), FAULTS)
def test_each_stage(stage, fault, verdict, code, words):
    outcome, server = attempt({stage: fault})
    assert (outcome.stage, outcome.verdict, outcome.code) == (Stage(stage), verdict, code)
    assert words in outcome.sentence
    assert server.accepted == []
    if stage != "final":
        assert server.read == []


@pytest.mark.parametrize(("fault", "words"), [(DROP, "closed the connection"), (HANG, "fell silent")])
def test_lost_in_the_middle_of_the_text_is_surely_not_sent(fault, words):
    outcome, server = attempt({"body": fault}, envelope=BIG)
    assert (outcome.stage, outcome.verdict) == (Stage.BODY, RETRY)
    assert outcome.sentence.endswith(f"{words} while transmitting the text.")
    assert server.read == []


@pytest.mark.parametrize("fault", [DROP, HANG, "500 no"])
def test_a_bad_goodbye_changes_nothing(fault):
    outcome, server = attempt({"quit": fault})
    assert (outcome.verdict, outcome.code) == (SENT, 250)
    assert server.accepted == [ENVELOPE.message]


def test_sent_with_leading_dots_kept():
    outcome, server = attempt({})
    assert (outcome.stage, outcome.verdict, outcome.code) == (Stage.FINAL, SENT, 250)
    assert outcome.sentence == f"The mail server at 127.0.0.1:{server.port} took the mail over."
    assert server.accepted == [ENVELOPE.message]
    assert server.commands[-1] == "QUIT"


def test_big_mail_arrives_whole():
    outcome, server = attempt({}, envelope=BIG, timeout=20, final_timeout=20)
    assert outcome.verdict == SENT
    assert server.accepted == [BIG.message]


def test_old_server_without_ehlo():
    outcome, server = attempt({"ehlo": "502 what"})
    assert outcome.verdict == SENT
    assert server.commands[1].startswith("HELO")


def test_ehlo_and_helo_refused():
    outcome, _server = attempt({"ehlo": "502 what", "helo": "550 no"})
    assert (outcome.stage, outcome.verdict, outcome.code) == (Stage.EHLO, RETRY, 550)


AUTH_FAULTS = [
    (
        "535 wrong",
        535,
        "did not accept the user name or password of EMAIL_URL: “535 wrong”. Correct them; waiting mail",
    ),
    ("454 later", 454, "did not accept the user name or password"),
    (DROP, None, "closed the connection while signing in."),
    (HANG, None, "fell silent while signing in."),
]


@pytest.mark.parametrize(("fault", "code", "words"), AUTH_FAULTS)
def test_signing_in(fault, code, words):
    outcome, server = attempt({"auth": fault}, features=("AUTH PLAIN",), **SIGN_IN)
    assert (outcome.stage, outcome.verdict, outcome.code) == (Stage.AUTH, RETRY, code)
    assert words in outcome.sentence
    assert "secret" not in outcome.sentence
    assert server.read == []


def test_signing_in_not_offered():
    outcome, _server = attempt({}, **SIGN_IN)
    assert (outcome.stage, outcome.verdict) == (Stage.AUTH, RETRY)
    assert "offers no way to sign in" in outcome.sentence
    assert "EMAIL_URL" in outcome.sentence


def test_password_beyond_ascii():
    outcome, _server = attempt({}, features=("AUTH PLAIN",), username="site", password="päss")
    assert (outcome.stage, outcome.verdict) == (Stage.AUTH, RETRY)
    assert outcome.sentence == "The user name and password in EMAIL_URL may hold only plain (ASCII) characters."


def test_signed_in():
    outcome, server = attempt({}, features=("AUTH PLAIN",), **SIGN_IN)
    assert outcome.verdict == SENT
    assert server.commands[1] == "AUTH PLAIN AHNpdGUAc2VjcmV0"


TLS_FAULTS = [
    ((), {}, None, "does not offer encryption (STARTTLS), so nothing was sent to it."),
    (("STARTTLS",), {"starttls": "454 no certificate"}, 454, "asked to wait while starting encryption"),
    (("STARTTLS",), {"starttls": DROP}, None, "closed the connection while starting encryption."),
    (("STARTTLS",), {"starttls": HANG}, None, "fell silent while starting encryption."),
    (("STARTTLS",), {}, None, "No encrypted connection to the mail server at"),
]


@pytest.mark.parametrize(("features", "faults", "code", "words"), TLS_FAULTS)
def test_encryption_that_fails_sends_nothing_in_the_clear(features, faults, code, words):
    outcome, server = attempt(faults, features=(*features, "AUTH PLAIN"), use_starttls=True, **SIGN_IN)
    assert (outcome.stage, outcome.verdict, outcome.code) == (Stage.STARTTLS, RETRY, code)
    assert words in outcome.sentence
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        outcome = deliver(server=Server("127.0.0.1", port, timeout=1), envelope=ENVELOPE)
    assert (outcome.stage, outcome.verdict) == (Stage.CONNECT, RETRY)
    assert outcome.sentence == f"No mail server can be reached at 127.0.0.1:{port}. Check EMAIL_URL, and that it runs."


def test_nobody_picks_up():
    """A full queue of callers: the connection itself hangs."""
    with socket.socket() as listener, ExitStack() as callers:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _number in range(4):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(address)
        outcome = deliver(server=Server(*address, timeout=0.2), envelope=ENVELOPE)
    assert (outcome.stage, outcome.verdict) == (Stage.CONNECT, RETRY)
    assert "Nothing answered" in outcome.sentence


def test_name_not_found(monkeypatch):
    def lookup(*args):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    outcome = deliver(server=Server("mail.invalid", 25, timeout=1), envelope=ENVELOPE)
    assert (outcome.stage, outcome.verdict) == (Stage.CONNECT, RETRY)
    assert outcome.sentence == "The mail server “mail.invalid” was not found. Check the name in EMAIL_URL."


def test_too_big_for_the_server_is_refused_before_anything_is_sent():
    outcome, server = attempt({}, features=("SIZE 1000000",), envelope=BIG)
    assert (outcome.stage, outcome.verdict) == (Stage.MAIL, REFUSED)
    assert "The mail has 16.0 MB" in outcome.sentence
    assert "takes at most 1.0 MB" in outcome.sentence
    assert not any(command.startswith("MAIL") for command in server.commands)


def test_size_is_announced():
    _outcome, server = attempt({}, features=("SIZE 1000000",))
    assert server.commands[1] == f"MAIL FROM:<site@example.com> SIZE={len(ENVELOPE.message)}"


def test_address_beyond_ascii():
    envelope = Envelope("site@example.com", "jörg@example.com", ENVELOPE.message)
    outcome, _server = attempt({}, envelope=envelope)
    assert (outcome.stage, outcome.verdict) == (Stage.MAIL, REFUSED)
    assert "Give this person another address." in outcome.sentence
    outcome, server = attempt({}, features=("SMTPUTF8", "8BITMIME"), envelope=envelope)
    assert outcome.verdict == SENT
    assert "RCPT TO:<jörg@example.com>" in server.commands


def test_words_of_a_hostile_reply():
    assert words_of(b"no\x1b[31m \x00 way\r\nMAIL \xff") == "no [31m way MAIL \ufffd"
    assert len(words_of(b"x" * 9000)) == 300


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that signs itself."""
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("The openssl command is not installed, so no certificate can be made.")
    return folder


@pytest.fixture(params=["starttls", "tls"])
def encrypted(request, certificate):
    """A real server that speaks TLS, one way or the other, and how to reach it."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Message

    class Keep(Message):
        kept = []

        def handle_message(self, message):
            self.kept.append(message)

    Keep.kept = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    extra = {"tls_context": context} if request.param == "starttls" else {"ssl_context": context}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    class OverTls(Controller):
        def _trigger_server(self):
            """A bare knock: the library's own does not trust our certificate."""
            socket.create_connection((self.hostname, self.port)).close()

    controller = OverTls(Keep(), hostname="127.0.0.1", port=port, **extra)
    controller.start()
    yield (
        Server("localhost", port, timeout=5, use_starttls=request.param == "starttls", use_tls=request.param == "tls"),
        Keep.kept,
    )
    controller.stop(no_assert=True)


def test_encrypted(encrypted, certificate, monkeypatch):
    server, kept = encrypted
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    outcome = deliver(server=server, envelope=ENVELOPE)
    assert outcome.verdict == SENT
    assert [message["Subject"] for message in kept] == ["Hello"]


def test_certificate_that_nobody_vouches_for(encrypted):
    server, kept = encrypted
    outcome = deliver(server=server, envelope=ENVELOPE)
    assert outcome.verdict == RETRY
    assert outcome.sentence == (
        f"No encrypted connection to the mail server at localhost:{server.port}: self-signed certificate. "
        "Check the server's certificate, and whether EMAIL_URL names the right port."
    )
    assert kept == []
