"""What the templates of record listings need."""

from django import template

register = template.Library()


@register.simple_tag
def split_buttons(buttons: list[dict]) -> dict[str, list[dict]]:
    """Row buttons that stand in the row, and those that fold into its menu."""
    return {
        "shown": [button for button in buttons if button.get("prominent")],
        "folded": [button for button in buttons if not button.get("prominent")],
    }
