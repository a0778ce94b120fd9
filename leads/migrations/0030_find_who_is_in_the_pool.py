from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('leads', '0029_pool_customers'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='lead',
            index=models.Index(condition=models.Q(('owner__isnull', True), ('status__in', ['new', 'assigned', 'working'])), fields=['-updated_at', '-id'], name='lead_pool'),
        ),
    ]
