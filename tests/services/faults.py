"""The axes of the fault matrix: in which state a worker is killed, and what the mail server does; and what must come of it."""

from dataclasses import dataclass, field

from tests.notifications.smtp_server import DROP, HANG, TAKEN

# Where SIGKILL strikes, once, in the order of a mail's way.
NEVER = "never"
DUE = "due, before the claim"
RENDERING = "rendering"
RENDERED = "rendered, before the commit"
READY = "ready"
DELIVERING = "delivering, before the commit"
QUEUED = "in the outbox"
SENDING = "sending, before the hand-over"
TRANSMITTING = "sending, before the final dot"
ANSWERED = "after the answer, before the commit"
RECORDED = "after the commit"
STATES = (
    NEVER, DUE, RENDERING, RENDERED, READY, DELIVERING, QUEUED, SENDING, TRANSMITTING, ANSWERED, RECORDED,
)  # fmt: skip
# Whom each of two rival instructors teaches.
LEARNERS = {"ivo@example.com": ("Ada Able", "Abe Ash", "Amy Abbot"), "ira@example.com": ("Ben Brook", "Bea Birch")}


@dataclass(frozen=True)
class Fault:
    """``script`` is what the server does at a first attempt; later ones meet a good server, unless it is ``lasting``.

    ``outcome`` is what the delivery comes to when no worker dies.
    """

    name: str
    outcome: str
    script: dict[str, str] = field(default_factory=dict)
    server: dict[str, object] = field(default_factory=dict)
    is_reachable: bool = True
    is_lasting: bool = False

    @property
    def transmits(self) -> bool:
        """Whether the text of the mail is on its way at some attempt."""
        if self.is_lasting or self.name in (TAKEN_OFF,):
            return False
        return self.outcome != "failed" or "final" in self.script


def smtp(stage: str, answer: str, outcome: str, **server: object) -> Fault:
    return Fault(f"{stage} {answer}", outcome, {stage: answer}, server)


TAKEN_OFF = "taken off the list in between"
DISK_FULL = "disk full at the first rendering"
FAULTS = (
    Fault("none", "sent"),
    Fault(DISK_FULL, "sent"),
    Fault(TAKEN_OFF, "suppressed"),
    Fault("connection refused", "sent", is_reachable=False),
    Fault("connection refused, every time", "failed", is_reachable=False, is_lasting=True),
    smtp("greeting", "421 busy", "sent"),
    smtp("greeting", DROP, "sent"),
    smtp("greeting", HANG, "sent"),
    smtp("ehlo", DROP, "sent"),
    smtp("ehlo", HANG, "sent"),
    Fault("starttls not offered", "sent", {}, {"use_starttls": True}),
    Fault(
        "auth 535 wrong password",
        "sent",
        {"auth": "535 wrong", "ehlo": "250-scripted\r\n250 AUTH PLAIN"},
        {"username": "site", "password": "secret"},
    ),
    smtp("mail", "451 later", "sent"),
    smtp("mail", "550 unknown sender", "failed"),
    smtp("mail", HANG, "sent"),
    smtp("rcpt", "450 greylisted", "sent"),
    smtp("rcpt", "550 no such user", "failed"),
    smtp("rcpt", HANG, "sent"),
    smtp("data", "451 later", "sent"),
    smtp("data", "554 no", "failed"),
    smtp("data", HANG, "sent"),
    smtp("final", "451 try again", "sent"),
    smtp("final", "554 spam", "failed"),
    smtp("final", HANG, "unknown"),
    smtp("final", DROP, "unknown"),
    smtp("final", TAKEN, "unknown"),
)


def expected(state: str, fault: Fault) -> str:
    """A worker that dies while it speaks for a mail leaves "unknown"; anywhere else its death changes nothing."""
    if state in (SENDING, ANSWERED) or (state == TRANSMITTING and fault.transmits):
        return "unknown"
    return fault.outcome


def address_of(state: str, fault: Fault) -> str:
    return f"s{STATES.index(state)}.f{FAULTS.index(fault)}@example.com"


def cell_of(address: str) -> tuple[str, Fault]:
    state, fault = address.partition("@")[0].split(".")
    return STATES[int(state[1:])], FAULTS[int(fault[1:])]
