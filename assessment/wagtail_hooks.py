"""What answers add to Wagtail."""

from assessment.modeladmin import ResponseAdmin

ResponseAdmin().register_with_wagtail()
