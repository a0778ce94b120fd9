from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contacts', '0005_mark_who_was_erased'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='contact',
            index=models.Index(condition=models.Q(('erased_at__isnull', False)), fields=['erased_at'], name='contact_erased'),
        ),
    ]
