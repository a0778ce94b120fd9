from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0004_judge_late_touches'),
    ]

    operations = [
        ValidateConstraint(model_name='lane', name='lane_catch_up_has_a_turn'),
    ]
