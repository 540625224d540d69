"""Events for analytics services in every state, for the pictures."""

import uuid
from datetime import timedelta
from functools import cache

from django.utils import timezone

from tracking.models import Dispatch, DispatchState

EVENTS = (
    ("page_view", {"page_title": "Fire safety at work", "page_kind": "course", "page_location": "http://127.0.0.1/"}),
    ("search", {"search_term": "ladders", "results": 3}),
    (
        "lesson_completed",
        {"lesson": "Doors and ladders", "course": "Fire safety at work", "completed": 3, "required": 9},
    ),
    ("video_progress", {"video": "How to hold an extinguisher", "percent": 75}),
)
WHY = {
    DispatchState.REFUSED: "Mixpanel does not know the token. Correct it in the settings.",
    DispatchState.FAILED: "Given up after 8 tries. Google Analytics is out of order for now (status 503).",
    DispatchState.UNKNOWN: "Google Analytics was sent the events and did not answer in time.",
}


@cache
def told_events() -> None:
    """Twelve rows; the newest is unknown."""
    now, pseudonym = timezone.now(), uuid.uuid4().hex
    states = [DispatchState.SENT] * 6 + list(DispatchState)
    for number, state in enumerate(states):
        name, params = EVENTS[number % len(EVENTS)]
        at = now - timedelta(minutes=7 * (len(states) - number))
        has_ended = state not in (DispatchState.WAITING, DispatchState.SENDING)
        Dispatch.objects.create(
            vendor="mixpanel" if state == DispatchState.REFUSED or number in (1, 4, 7) else "ga4",
            uuid=uuid.uuid4(),
            name=name,
            at=at,
            pseudonym=pseudonym,
            visit=int(now.timestamp()),
            params=params,
            state=state,
            # Nothing of it is for a worker: what waits waits for tomorrow.
            due_at=now + timedelta(days=1),
            lease_until=now + timedelta(days=1) if state == DispatchState.SENDING else None,
            tries=1,
            sentence=WHY.get(state, ""),
            ended_at=at + timedelta(minutes=1) if has_ended else None,
        )
