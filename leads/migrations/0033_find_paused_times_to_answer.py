from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('leads', '0032_pause_times_to_answer'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='responseclock',
            index=models.Index(condition=models.Q(('paused_at__isnull', False)), fields=['rule'], name='response_paused'),
        ),
    ]
