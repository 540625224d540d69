"""What templates may ask about points, levels and badges."""

from django import template

from gamification.models import GamificationSettings
from gamification.selectors.ledger import earned_in
from gamification.selectors.news import News
from gamification.selectors.people import badges_earned_in
from gamification.selectors.site import switches
from gamification.selectors.standing import Standing, profile_of, standing_of
from gamification.services.news import take_news

register = template.Library()


@register.simple_tag
def gamification_switches() -> GamificationSettings:
    """Which parts are on."""
    return switches()


@register.simple_tag(takes_context=True)
def news(context) -> News | None:
    """What the reader earned since the last page, told once. Previews and error pages tell nothing."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "is_preview", False):
        return None
    return take_news(learner=user)


@register.simple_tag(takes_context=True)
def own_standing(context) -> Standing | None:
    """Where the reader stands; None while points are switched off."""
    return standing_of(profile_of(context["request"].user)) if switches().points else None


@register.simple_tag
def points_earned_in(enrollment) -> int:
    """Points that a run has earned its learner; 0 while points are switched off."""
    return earned_in(enrollment.learner, enrollment) if switches().points else 0


@register.simple_tag
def badges_of_run(enrollment) -> list:
    """The badges whose criteria came true while a run went on; none while badges are switched off."""
    return badges_earned_in(enrollment) if switches().badges else []
