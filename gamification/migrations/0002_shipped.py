"""The levels, rules, badges and rewards that a new site begins with."""

import uuid

from django.db import migrations
from django.utils import timezone

from gamification.shipped import BADGES, LEVELS, REWARDS, RULES


def bring(apps, schema_editor):
    model, now = lambda name: apps.get_model("gamification", name).objects, timezone.now()
    for name, points in LEVELS:
        model("Level").create(name=name, points=points)
    for name, verb, terms in RULES:
        rule = model("PointRule").create(name=name, verb=verb)
        model("PointRuleVersion").create(rule=rule, since=None, **terms)
    for name, drawing, rarity, is_hidden, description, blocks in BADGES:
        badge = model("Badge").create(
            name=name,
            drawing=drawing,
            rarity=rarity,
            is_hidden=is_hidden,
            description=description,
            first_published_at=now,
            last_published_at=now,
        )
        # The field of a migration knows no blocks and would drop them all; an update writes what it is told.
        stored = [{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in blocks]
        model("Badge").filter(pk=badge.pk).update(criteria=stored)
    for name, drawing, cost, stock, per_person, needs_approval, description, note in REWARDS:
        model("Reward").create(
            name=name,
            drawing=drawing,
            cost=cost,
            stock=stock,
            per_person=per_person,
            needs_approval=needs_approval,
            description=description,
            note=note,
        )


def take_away(apps, schema_editor):
    """What was brought goes, unless somebody has earned or asked for it: then the migration stops by PROTECT."""
    model = lambda name: apps.get_model("gamification", name).objects  # noqa: E731
    model("Reward").filter(name__in=[row[0] for row in REWARDS]).delete()
    model("Badge").filter(name__in=[row[0] for row in BADGES]).delete()
    model("PointRule").filter(name__in=[row[0] for row in RULES]).delete()
    model("Level").filter(name__in=[row[0] for row in LEVELS]).delete()


class Migration(migrations.Migration):
    dependencies = [("gamification", "0001_initial")]
    operations = [migrations.RunPython(bring, take_away)]
