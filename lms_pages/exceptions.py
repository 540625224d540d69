"""What can go wrong with pages."""


class PagesError(Exception):
    """Base of all errors about pages; its text is a sentence for a person."""


class PublishingLost(PagesError):
    """Somebody else holds this work by now; whoever hears it leaves no trace."""


class CourseRefused(PagesError):
    """A course was not imported; the site is as it was before."""
