from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("assessment", "0002_attempts_and_grades"),
    ]

    operations = [
        migrations.AddField(
            model_name="attemptquestion",
            name="unfinished",
            field=models.JSONField(null=True, verbose_name="unfinished answer"),
        ),
    ]
