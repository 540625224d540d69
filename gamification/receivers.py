"""What gamification does when learning events are written: their learners are settled, in the response that they get."""

from gamification.selectors.happenings import VERBS
from gamification.services.boards import mark_changed
from gamification.services.settling import has_taken_in, settle_learners
from learning.signals import events_recorded
from learning.verbs import Verb

# Work of many at once, by staff or from a file, waits for the sweep that runs every minute.
AT_ONCE = 5
# What leaderboards count straight from its own table, settled or not.
ON_BOARDS = (Verb.COURSE_COMPLETED, Verb.QUIZ_GRADED)


def on_events_recorded(sender, events, **kwargs):
    counted = [event for event in events if event.verb in VERBS and event.learner_id]
    learners = {event.learner_id for event in counted}
    if 0 < len(learners) <= AT_ONCE and events[0].source == "web" and not has_taken_in([event.pk for event in counted]):
        settle_learners(learner_ids=learners)
    # A demo's history is settled as a whole in the end.
    elif events[0].source != "demo":
        mark_changed({event.learner_id for event in events if event.verb in ON_BOARDS and event.learner_id})


def connect() -> None:
    events_recorded.connect(on_events_recorded, dispatch_uid="gamification.settle")
