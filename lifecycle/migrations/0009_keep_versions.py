# allowed: validation: new columns without a value have nothing to be checked, and PostgreSQL knows it
import django.db.models.deletion
import scrm.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lifecycle', '0008_let_rules_wait_for_no_event'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='lifecycle',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version in force'),
        ),
        migrations.AddField(
            model_name='stage',
            name='heir',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='lifecycle.stage', verbose_name='who takes its people'),
        ),
        migrations.AddField(
            model_name='stage',
            name='retired_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='gone since'),
        ),
        migrations.AddField(
            model_name='stagetransition',
            name='version',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='version of the lifecycle'),
        ),
        migrations.AlterField(
            model_name='stagetransition',
            name='source',
            field=models.CharField(choices=[('hand', 'By hand'), ('rule', 'Rule'), ('import', 'File'), ('arrival', 'New lead'), ('sop', 'SOP'), ('api', 'API'), ('deadline', 'Deadline'), ('version', 'New version')], max_length=10, verbose_name='source'),
        ),
        migrations.CreateModel(
            name='LifecycleVersion',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(blank=True, null=True, verbose_name='number')),
                ('plan', models.JSONField(verbose_name='stages and who moves')),
                ('revision', models.PositiveIntegerField(default=0, verbose_name='changes')),
                ('undoes', models.PositiveIntegerField(blank=True, null=True, verbose_name='takes back')),
                ('led', models.JSONField(blank=True, default=list, verbose_name='what led elsewhere before')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('lifecycle', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='lifecycle.lifecycle', verbose_name='lifecycle')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'version of a lifecycle',
                'verbose_name_plural': 'versions of lifecycles',
                'ordering': ['lifecycle', '-number'],
                'constraints': [models.UniqueConstraint(fields=('lifecycle', 'number'), name='lifecycle_version_once'), models.UniqueConstraint(condition=models.Q(('number__isnull', True)), fields=('lifecycle',), name='lifecycle_draft_once')],
            },
        ),
    ]
