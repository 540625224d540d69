"""Text as strangers send it."""


def one_line(text: str) -> str:
    """``text`` on one line, with single spaces between its words, as a browser shows it."""
    return " ".join(text.split())


def plain_text(text: str, length: int | None = None) -> str:
    """``text`` without blanks around it and without NUL, which PostgreSQL refuses to store or look for; cut to ``length``."""
    return text.replace("\0", "").strip()[:length]
