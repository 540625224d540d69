from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('learning', '0004_results_were_earned'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('is_by_hand', True), models.Q(('earned_max_score', models.F('max_score')), ('earned_score', models.F('score'))), _connector='OR'), name='learning_result_counts_what_was_earned'),
        ),
    ]
