"""What changes in tracking, one verb each."""

from tracking.services.collecting import collect
from tracking.services.consent import agree, decline
from tracking.services.forgetting import forget, let_go
from tracking.services.noting import Opening, note_opening, tell
from tracking.services.reading import count_reading, read_ticket, tell_of_video, write_ticket
from tracking.services.sending import replay, send_due, send_test_event

__all__ = [
    "Opening",
    "agree",
    "collect",
    "count_reading",
    "decline",
    "forget",
    "let_go",
    "note_opening",
    "read_ticket",
    "replay",
    "send_due",
    "send_test_event",
    "tell",
    "tell_of_video",
    "write_ticket",
]
