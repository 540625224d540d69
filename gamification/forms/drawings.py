"""Choosing one of the drawings that come with the site by looking at them."""

from typing import Any

from django import forms


class DrawingSelect(forms.RadioSelect):
    """One radio button for each drawing of the static folder ``folder``, with its picture and its name."""

    template_name = "gamification/admin/drawings.html"

    def __init__(self, *args: Any, folder: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = folder

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "picture": f"img/{self.folder}/{value}.svg"}
