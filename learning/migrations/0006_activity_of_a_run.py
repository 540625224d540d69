from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learning', '0005_result_counts_what_was_earned'),
    ]

    operations = [
        migrations.AddField(
            model_name='enrollment',
            name='hits',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='visits'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='clicks',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='clicks'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='seconds',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='time spent'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='active_days',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='active days'),
        ),
    ]
