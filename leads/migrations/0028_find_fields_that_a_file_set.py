from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('leads', '0027_note_fields_that_leads_set'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='leadarrival',
            index=models.Index(condition=models.Q(('fields_set__isnull', False), ('job__isnull', False)), fields=['job', 'id'], name='arrival_set_fields'),
        ),
    ]
