"""A mail server that follows a script: at any stage it may refuse, fall silent, hang up or talk nonsense."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field

DROP = "(drop)"
HANG = "(hang)"
# Only of the final dot: the mail is taken, and the line is cut before anybody is told.
TAKEN = "(taken)"


@dataclass
class ScriptedServer:
    """Answers as a good server does, except at the stages of ``faults``: a reply line, DROP, HANG or TAKEN.

    ``accepted`` holds the messages it acknowledged, ``read`` those it read up to the final dot.
    """

    faults: dict[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    accepted: list[bytes] = field(default_factory=list)
    read: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __enter__(self):
        self.closing = threading.Event()
        self.listener = socket.socket()
        if "body" in self.faults:
            # A small window, so that a reader who stops reading stops the writer soon.
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(32)
        self.host, self.port = self.listener.getsockname()
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()
        return self

    def __exit__(self, *exc):
        self.closing.set()
        socket.create_connection((self.host, self.port)).close()  # Wakes accept().
        for thread in self.threads:
            thread.join(5)
        self.listener.close()

    def accept(self):
        while True:
            connection, _address = self.listener.accept()
            if self.closing.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as lines, contextlib.suppress(ConnectionError, EOFError):
            self.talk(connection, lines)

    def say(self, connection, stage, good):
        """Reply for ``stage``; EOFError when the script ends the conversation here."""
        reply = self.faults.get(stage, good)
        if reply == HANG:
            self.closing.wait(10)
            raise EOFError
        if reply in (DROP, TAKEN):
            # Linger 0: the other side gets a reset, as from a process that was killed.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise EOFError
        connection.sendall(reply.encode() + b"\r\n")

    def talk(self, connection, lines):
        self.say(connection, "greeting", "220 scripted")
        while line := lines.readline():
            verb, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            verb = verb.upper()
            self.commands.append(f"{verb} {rest}".strip())
            if verb == "EHLO":
                names = ["scripted", *self.features]
                good = "\r\n".join(f"250{'-' if name != names[-1] else ' '}{name}" for name in names)
                self.say(connection, "ehlo", good)
            elif verb == "HELO":
                self.say(connection, "helo", "250 scripted")
            elif verb == "STARTTLS":
                self.say(connection, "starttls", "220 go on\r\nthis is not a TLS handshake")
            elif verb == "AUTH":
                self.say(connection, "auth", "235 welcome")
            elif verb == "MAIL":
                self.say(connection, "mail", "250 sender fine")
            elif verb == "RCPT":
                self.say(connection, "rcpt", "250 recipient fine")
            elif verb == "DATA":
                self.say(connection, "data", "354 go ahead")
                if not self.faults.get("data", "354").startswith("354"):
                    continue
                if self.faults.get("body") in (DROP, HANG):
                    self.say(connection, "body", "")
                pieces = []
                while (line := lines.readline()) != b".\r\n":
                    if not line:
                        return
                    pieces.append(line[1:] if line.startswith(b".") else line)
                body = b"".join(pieces)
                self.read.append(body)
                if self.faults.get("final") == TAKEN:
                    self.accepted.append(body)
                self.say(connection, "final", "250 queued")
                if self.faults.get("final", "250 ").startswith("250 "):
                    self.accepted.append(body)
            elif verb == "QUIT":
                self.say(connection, "quit", "221 bye")
                return
            else:
                connection.sendall(b"500 what\r\n")
