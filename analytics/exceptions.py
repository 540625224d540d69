"""What can stand in the way of taking in and adding up."""


class Held(Exception):
    """Somebody else takes this feed in, or adds it up, right now."""
