"""The one signal of our own: event rows have been committed.

Receivers get ``events``, the rows as they were written together, and change none of them. A ring may be lost with the
process: whoever derives something from events also looks for those it missed.
"""

from django.dispatch import Signal

events_recorded = Signal()
