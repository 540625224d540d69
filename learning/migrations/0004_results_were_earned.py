from django.db import migrations
from django.db.models import F


def say_what_was_earned(apps, schema_editor):
    """Until now, every result was earned."""
    apps.get_model("learning", "Result").objects.update(
        earned_score=F("score"), earned_max_score=F("max_score"), earned_passed=F("passed")
    )


class Migration(migrations.Migration):

    dependencies = [
        ("learning", "0003_what_was_earned"),
    ]

    operations = [
        migrations.RunPython(say_what_was_earned, migrations.RunPython.noop),
    ]
