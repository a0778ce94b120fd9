# allowed: validation: a new column without a value has nothing to be checked, and PostgreSQL knows it
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lifecycle', '0007_find_due_deadlines'),
    ]

    operations = [
        migrations.AddField(
            model_name='stagerule',
            name='from_stage',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lifecycle.stage', verbose_name='only from'),
        ),
        migrations.AddField(
            model_name='stagerule',
            name='look_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='looked for at'),
        ),
        migrations.AlterField(
            model_name='stagerule',
            name='event_type',
            field=models.CharField(blank=True, help_text='The code of an event type.', max_length=60, verbose_name='when this happens'),
        ),
    ]
