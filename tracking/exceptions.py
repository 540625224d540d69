"""What goes wrong in tracking."""


class TrackingError(Exception):
    """Base of what this app raises."""


class BadBeacon(TrackingError):
    """A page tells of something that is not its own."""
