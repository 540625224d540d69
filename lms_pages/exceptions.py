"""What can go wrong with pages."""


class PagesError(Exception):
    """Base of all errors about pages; its text is a sentence for a person."""


class CourseRefused(PagesError):
    """A course was not imported; the site is as it was before."""
