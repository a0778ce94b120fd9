from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The trail is filtered by person and by what was done."""

    atomic = False

    dependencies = [
        ('accounts', '0005_grant_support'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='auditentry',
            index=models.Index(fields=['actor', '-at'], name='audit_actor'),
        ),
        AddIndexConcurrently(
            model_name='auditentry',
            index=models.Index(fields=['action', '-at'], name='audit_action'),
        ),
    ]
