"""Captions of each form become WebVTT; what is said becomes the transcript."""

import json

import pytest

from lms_pages.importers.captions import CaptionsUnreadable, as_vtt, spoken

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello <there>\n\n00:01:00.000 --> 01:00:00.000\nBye & thanks\n"


def test_srt():
    srt = "\ufeff1\r\n00:00:01,000 --> 00:00:02,5\r\nHello <there>\r\n\r\n2\r\n01:00.000 --> 1:00:00.000\r\nBye & thanks\r\n"
    assert as_vtt(srt, "srt") == VTT


def test_sjson():
    data = {
        "start": [1000, 60000, 70000],
        "end": [2500, 3600000, 80000],
        "text": ["Hello <there>", "Bye &amp; thanks", ""],
    }
    assert as_vtt(json.dumps(data), "sjson") == VTT


def test_vtt_stays():
    assert as_vtt(VTT, "vtt") == VTT


def test_words_of_a_caption_cannot_start_another():
    assert as_vtt("1\n00:00:01,000 --> 00:00:02,000\na\nb --> c\n", "srt").count("-->") == 1


def test_spoken():
    assert (
        spoken(as_vtt("1\n00:00:01,000 --> 00:00:02,000\n<i>Hello</i>\nthere &amp; back\n", "srt"))
        == "Hello there & back"
    )


@pytest.mark.parametrize(
    ("text", "extension"),
    [("", "srt"), ("no captions", "srt"), ("no captions", "vtt"), ("{", "sjson"), ("[]", "sjson"),
     ('{"start": [1], "end": [], "text": []}', "sjson"), ('{"start": ["x"], "end": [1], "text": ["a"]}', "sjson")],
)  # fmt: skip
def test_what_is_no_caption_is_refused(text, extension):
    with pytest.raises(CaptionsUnreadable):
        as_vtt(text, extension)
