"""Text as strangers send it."""


def plain_text(text: str, length: int | None = None) -> str:
    """``text`` without blanks around it and without NUL, which PostgreSQL refuses to store or look for; cut to ``length``."""
    return text.replace("\0", "").strip()[:length]
