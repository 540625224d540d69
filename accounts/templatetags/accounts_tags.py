"""What templates ask about accounts."""

from django import template

from accounts.selectors import sign_up_rule

register = template.Library()


@register.simple_tag
def sign_up_is_open() -> bool:
    """Whether somebody may make an account alone."""
    return sign_up_rule().is_open
