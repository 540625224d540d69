"""What assessment does when pages change: open attempts end when their quiz closes."""

from wagtail.signals import page_published

from assessment.services import follow_quiz
from lms_pages.models import QuizPage


def on_page_published(sender, instance, **kwargs):
    if issubclass(sender, QuizPage):
        follow_quiz(quiz=instance)


def connect() -> None:
    page_published.connect(on_page_published, dispatch_uid="assessment.follow_quiz")
