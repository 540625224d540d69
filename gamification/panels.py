"""What stands in the editor of a badge beside its fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from wagtail.admin.panels import Panel

from gamification.selectors.badges import words_of_criteria


class CriteriaWordsPanel(Panel):
    """What the criteria come to in words: as they were saved, and then as they are built."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "gamification/admin/criteria_words.html"

        @property
        def media(self) -> forms.Media:
            return forms.Media(js=[forms.Script("js/admin/criteria.js", type="module")])

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            return {**context, "words": words_of_criteria(self.instance.criteria)}
