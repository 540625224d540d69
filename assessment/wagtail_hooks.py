"""What answers add to Wagtail."""

from wagtail.snippets.models import register_snippet

from assessment.modeladmin import ResponseAdmin
from assessment.viewsets import UsedQuestionViewSet

ResponseAdmin().register_with_wagtail()
register_snippet(UsedQuestionViewSet)
