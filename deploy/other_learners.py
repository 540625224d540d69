"""Learners for the pictures beside the demo's: one who has nothing yet, one far down the leaderboard, one who has it all."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from accounts.services import create_person
from deploy.earned_badges import draft, part
from deploy.one_of_each import published
from deploy.places import ADMINISTRATOR, LEARNER, first, model
from gamification.models import Badge, BadgeAward, PointEntry, PointRule, Visibility
from gamification.models.badges import Drawing, Rarity
from gamification.services.badges import give_badge, revoke_award
from gamification.services.points import RuleTerms, adjust_points, save_rule
from gamification.services.profiles import save_choices
from learning.services import enroll
from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage

NEWCOMER = "newcomer@example.com"
BEGINNER = "beginner@example.com"
VETERAN = "veteran@example.com"

COURSE = "Small steps"
# One more than there are pictures of a lesson that was just completed.
LESSONS = 8
NAMES = ("Helping hand", "Early bird", "Night owl", "Good question", "Steady hand", "Bridge builder", "Long breath")
OVER, REVOKED = "First aid at work", "Keeper of the keys of the archive and of all that lies in it"


@cache
def learners() -> dict[str, Any]:
    """The three, by address. All have the password of the demo."""
    people = get_user_model().objects
    password, actor = people.get(email=LEARNER).password, people.get(email=ADMINISTRATOR)

    def make(email: str, first_name: str, last_name: str) -> Any:
        return create_person(email=email, first_name=first_name, last_name=last_name, password_hash=password)

    found = {
        NEWCOMER: make(NEWCOMER, "Noor", "Haddad"),
        BEGINNER: make(BEGINNER, "Bartholomäus-Maximilian", "von Hohenstein-Wolfenbüttel"),
        VETERAN: make(VETERAN, "Konstantinos", "Papadopoulos-Christodoulopoulou"),
    }
    # Badges of the site are settled before any is given by hand.
    draft()
    adjust_points(learner=found[BEGINNER], points=1, reason="Welcome", actor=actor)
    adjust_points(learner=found[VETERAN], points=123_456, reason="Brought along from the old academy", actor=actor)
    save_choices(learner=found[VETERAN], visibility=Visibility.EVERYONE, on_leaderboards=True)
    give_many(found[VETERAN], actor)
    begin_course(found[BEGINNER])
    change_rule(actor)
    return found


def give_many(person: Any, actor: Any) -> None:
    """Every badge there is, some more, one that is over and one that was taken back."""
    days = itertools.count(100, 50)
    looks = itertools.cycle(itertools.product(Rarity.values, Drawing.values))
    for name in (*NAMES, OVER, REVOKED):
        rarity, drawing = next(looks)
        badge = Badge(
            name=name, description="For something done well.", rarity=rarity, drawing=drawing, live=False,
            valid_days=365 if name == OVER else None,
        )  # fmt: skip
        badge.criteria = badge.criteria.stream_block.to_python([part("streak", days=next(days))])
        badge.save()
        badge.save_revision().publish()
    for badge in Badge.objects.filter(live=True):
        at = timezone.now() - timedelta(days=700) if badge.name == OVER else None
        award = give_badge(badge=badge, learner=person, reason="Brought along", actor=actor, at=at)
        if badge.name == REVOKED:
            revoke_award(award=award, reason="The archive has moved, and the keys with it.", actor=actor)


def begin_course(person: Any) -> None:
    """A course of short lessons that begins with leaderboards, with a badge for it, and ``person`` on it."""
    course = published(
        CatalogPage.objects.live().first(), CoursePage(title=COURSE, summary="One a day.", visibility="hidden")
    )
    module = published(course, ModulePage(title=COURSE))
    for number in range(1, LESSONS + 1):
        lesson = LessonPage(title=f"Step {number}")
        if number == 1:
            boards = [
                {"title": "", "metric": "points", "among": "site", "period": "all", "rows": 3},
                {"title": "Your team", "metric": "completions", "among": "team", "period": "all", "rows": 5},
                {"title": "On this course", "metric": "quiz", "among": "course", "period": "month", "rows": 5},
            ]
            lesson.body = lesson.body.stream_block.to_python(
                [{"type": "leaderboard", "value": value} for value in boards]
            )
        published(module, lesson)
    badge = Badge(name="Six small steps", description="One a day, to the end.", drawing=Drawing.MOUNTAIN, live=False)
    badge.criteria = badge.criteria.stream_block.to_python([part("course", course=course.pk)])
    badge.save()
    badge.save_revision().publish()
    enroll(learner=person, course=course, source="staff")


def change_rule(actor: Any) -> None:
    """A rule that gave more once and was off for a while."""
    rule = PointRule.objects.get(name="Course begun")
    terms = rule.versions.get(until=None)
    for points, is_active in ((8, True), (8, False), (terms.points, True)):
        save_rule(rule=rule, terms=RuleTerms(points=points, once_per=terms.once_per, is_active=is_active), actor=actor)


def profile_of(address: str) -> str:
    return reverse("gamification:person", args=[learners()[address].uuid])


def for_them(name: str, query: str = "") -> Callable[[], str]:
    """A page that shows the person who signed in, once the three are there."""
    return lambda: learners() and reverse(name) + query


def step(number: int) -> str:
    learners()
    return first(LessonPage.objects.filter(title=f"Step {number}").order_by("-pk"), "short lesson").get_url()


def course_with_badges() -> str:
    learners()
    return first(CoursePage.objects.filter(title=COURSE).order_by("-pk"), "course of short lessons").get_url()


def badge_named(name: str) -> str:
    learners()
    return reverse("gamification:badge", args=[Badge.objects.get(name=name).uuid])


def award_in_admin(name: str) -> str:
    learners()
    row = BadgeAward.objects.get(badge__name=name, learner__email=VETERAN)
    return reverse("gamification_badgeaward_modeladmin_inspect", args=[row.pk])


def rule_with_past(action: str) -> str:
    learners()
    return reverse(f"gamification_pointrule_modeladmin_{action}", args=[PointRule.objects.get(name="Course begun").pk])


def ledger_line() -> str:
    rows = PointEntry.objects.filter(kind="earned", event__isnull=False).order_by("-pk")
    return reverse("gamification_pointentry_modeladmin_inspect", args=[first(rows, "line of the ledger").pk])


def gamification_settings() -> str:
    return reverse(
        "wagtailsettings:edit",
        args=["gamification", "gamificationsettings", model("gamification.GamificationSettings").load().pk],
    )
