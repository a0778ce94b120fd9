import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('leads', '0019_remember_ratings'),
    ]

    operations = [
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='opportunity',
            index=models.Index(fields=['stage', 'expected_on'], name='opportunity_stage'),
        ),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='opportunity',
            index=models.Index(condition=models.Q(('company__isnull', False)), fields=['company'], name='opportunity_company'),
        ),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='interaction',
            index=models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='interaction_deleted'),
        ),
    ]
