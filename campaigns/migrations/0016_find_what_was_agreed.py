from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('campaigns', '0015_remind_of_what_was_agreed'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='reptask',
            index=models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='task_remind'),
        ),
        AddIndexConcurrently(
            model_name='reptask',
            index=models.Index(condition=models.Q(('interaction__isnull', False)), fields=['interaction'], name='task_interaction'),
        ),
    ]
