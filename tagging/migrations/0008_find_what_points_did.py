from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('tagging', '0007_find_tags_by_points'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='tagchange',
            index=models.Index(condition=models.Q(('source', 'points')), fields=['tag', '-at'], name='tag_change_points'),
        ),
    ]
