# allowed: drop: no page and no import ever wrote it, and only the administration read it

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0016_log_outcomes_files_and_corrections'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='opportunity',
            name='stage',
        ),
    ]
