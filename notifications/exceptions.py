"""What can be wrong about a mail."""


class MailError(Exception):
    """A request about mail that was refused; the first argument is a sentence for people."""


class MailRefused(MailError, ValueError):
    """The mail cannot be written as asked: its address, a header or an attachment is unusable."""


class ResendRefused(MailError):
    """The mail cannot be sent again in the state it is in."""
