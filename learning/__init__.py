"""Who did what: enrollment, progress, and the event log."""
