from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('campaigns', '0007_note_what_is_archived'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='enrollment',
            index=models.Index(condition=models.Q(('archived_at__isnull', True), ('ended_at__isnull', False)), fields=['ended_at'], name='enrollment_to_archive'),
        ),
    ]
