from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contacts', '0015_say_why_they_went_to_the_pool'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='ownerchange',
            index=models.Index(condition=models.Q(('after__isnull', False), ('why', 'pool')), fields=['after', 'at'], name='owner_change_claims'),
        ),
    ]
