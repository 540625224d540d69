from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("assessment", "0003_overrides_count"),
    ]

    operations = [
        migrations.AddField(
            model_name="attemptquestion",
            name="unfinished",
            field=models.JSONField(null=True, verbose_name="unfinished answer"),
        ),
    ]
