from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('leads', '0014_spend_pages_and_hold_leads'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='leadarrival',
            index=models.Index(condition=models.Q(('job__isnull', False), ('outcome', 'created')), fields=['job', 'id'], name='arrival_created_by_job'),
        ),
    ]
