from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('tagging', '0005_describe_tags_and_ask_rules_of_everybody'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='tagassignment',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='tag_assignment_ends'),
        ),
        AddIndexConcurrently(
            model_name='tagchange',
            index=models.Index(condition=models.Q(('rule__isnull', False)), fields=['rule', '-at'], name='tag_change_rule'),
        ),
    ]
