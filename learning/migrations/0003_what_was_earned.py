from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learning', '0002_assessment_verbs'),
    ]

    operations = [
        migrations.AddField(
            model_name='result',
            name='is_by_hand',
            field=models.BooleanField(default=False, verbose_name='set by hand'),
        ),
        migrations.AddField(
            model_name='result',
            name='earned_score',
            field=models.DecimalField(decimal_places=4, max_digits=9, null=True, verbose_name='earned'),
        ),
        migrations.AddField(
            model_name='result',
            name='earned_max_score',
            field=models.DecimalField(decimal_places=4, max_digits=9, null=True, verbose_name='earned of'),
        ),
        migrations.AddField(
            model_name='result',
            name='earned_passed',
            field=models.BooleanField(null=True, verbose_name='passed as earned'),
        ),
    ]
