"""Captions in the forms that exports hold, as WebVTT; and what is said in them as plain text."""

import html
import json
import re

TIME = re.compile(r"(?P<start>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*(?P<end>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
TAG = re.compile(r"<[^>]*>")


class CaptionsUnreadable(Exception):
    """Not captions in any form that is known."""


def as_vtt(text: str, extension: str) -> str:
    """WebVTT from .vtt, .srt or .sjson text. Raises CaptionsUnreadable."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\n ")
    if extension == "vtt":
        if not text.startswith("WEBVTT"):
            raise CaptionsUnreadable
        return f"{text}\n"
    cues = from_sjson(text) if extension in ("sjson", "json") else from_srt(text)
    if not cues:
        raise CaptionsUnreadable
    return "WEBVTT\n\n" + "\n\n".join(f"{start} --> {end}\n{line}" for start, end, line in cues) + "\n"


def from_srt(text: str) -> list[tuple[str, str, str]]:
    cues = []
    for part in re.split(r"\n\s*\n", text):
        lines = part.strip().split("\n")
        place = next((n for n, line in enumerate(lines) if TIME.search(line)), None)
        if place is None:
            continue
        found = TIME.search(lines[place])
        words = "\n".join(line.strip() for line in lines[place + 1 :] if line.strip())
        if found and words:
            cues.append((stamp(found["start"]), stamp(found["end"]), words.replace("-->", "→")))
    return cues


def stamp(time: str) -> str:
    """HH:MM:SS.mmm."""
    clock, _dot, thousandths = time.replace(",", ".").partition(".")
    parts = [int(part) for part in clock.split(":")]
    hours, minutes, seconds = [0] * (3 - len(parts)) + parts
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths.ljust(3, '0')}"


def from_sjson(text: str) -> list[tuple[str, str, str]]:
    """``{"start": [ms, …], "end": [ms, …], "text": […]}``."""
    try:
        data = json.loads(text)
        rows = list(zip(data["start"], data["end"], data["text"], strict=True))
        return [
            (clock(int(start)), clock(int(end)), words)
            for start, end, line in rows
            if (words := html.unescape(str(line)).strip().replace("-->", "→"))
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise CaptionsUnreadable from None


def clock(milliseconds: int) -> str:
    seconds, thousandths = divmod(max(0, milliseconds), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"


def spoken(vtt: str) -> str:
    """What is said, as one text without times."""
    said: list[str] = []
    for part in re.split(r"\n\s*\n", vtt)[1:]:
        lines = part.split("\n")
        place = next((n for n, line in enumerate(lines) if "-->" in line), None)
        if place is not None:
            said += [html.unescape(TAG.sub("", line)).strip() for line in lines[place + 1 :]]
    return " ".join(line for line in said if line)
