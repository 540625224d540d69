"""The one signal of our own: an event row has been committed. Receivers get its id and nothing else."""

from django.dispatch import Signal

event_recorded = Signal()
