"""Makes room for webhooks in and out."""

# allowed: index: the release before writes no row of these tables, so they are empty
# allowed: not-null: the release before writes no row of these tables, so nothing is refused
# allowed: validation: the release before writes no row of these tables, so there is nothing to check

import django.contrib.postgres.fields
import django.db.models.deletion
import exchange.models.endpoints
import scrm.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0003_limit_and_rotate_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event_type', models.CharField(max_length=60, verbose_name='event type')),
                ('data', models.JSONField(default=dict, help_text='Ids and words; never personal data.', verbose_name='what is told')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Delivered'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='state')),
                ('occurred_at', models.DateTimeField(verbose_name='occurred at')),
                ('give_up_at', models.DateTimeField(verbose_name='given up at')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due at')),
                ('attempt', models.PositiveSmallIntegerField(default=0, verbose_name='attempt')),
                ('log', models.JSONField(blank=True, default=list, verbose_name='calls')),
                ('answer', models.BinaryField(null=True, verbose_name='last answer')),
            ],
            options={
                'verbose_name': 'webhook delivery',
                'verbose_name_plural': 'webhook deliveries',
                'ordering': ['-occurred_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('code', models.CharField(default=exchange.models.endpoints._new_code, editable=False, max_length=40, unique=True, verbose_name='code')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('live', 'Live'), ('paused', 'Paused')], default='draft', max_length=8, verbose_name='state')),
                ('preset', models.CharField(blank=True, max_length=20, verbose_name='kind of sender')),
                ('source', models.CharField(blank=True, max_length=80, verbose_name='source')),
                ('mapping', models.JSONField(blank=True, default=dict, verbose_name='mapping')),
                ('start_sops', models.BooleanField(default=True, verbose_name='starts SOPs')),
                ('scheme', models.CharField(choices=[('none', 'None: whoever knows the address may send'), ('token', 'A fixed token in a header'), ('hmac_hex', 'HMAC-SHA256, hexadecimal'), ('hmac_base64', 'HMAC-SHA256, base64')], default='none', max_length=12, verbose_name='signature')),
                ('signature_header', models.CharField(blank=True, max_length=60, verbose_name='header of the signature')),
                ('timestamp_header', models.CharField(blank=True, max_length=60, verbose_name='header of the time')),
                ('event_header', models.CharField(blank=True, max_length=60, verbose_name="header of the event's id")),
                ('secret', models.BinaryField(null=True, verbose_name='secret')),
                ('secret_hint', models.CharField(blank=True, editable=False, max_length=4, verbose_name='secret ends with')),
                ('previous_secret', models.BinaryField(null=True, verbose_name='previous secret')),
                ('previous_until', models.DateTimeField(editable=False, null=True, verbose_name='previous secret until')),
                ('sample', models.BinaryField(null=True, verbose_name='sample')),
                ('sample_type', models.CharField(blank=True, editable=False, max_length=40, verbose_name='content type of the sample')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
            ],
            options={
                'verbose_name': 'webhook in',
                'verbose_name_plural': 'webhooks in',
                'ordering': ['name', 'created_at'],
            },
        ),
        migrations.RemoveIndex(
            model_name='inboxmessage',
            name='inbox_due',
        ),
        migrations.AddField(
            model_name='inboxmessage',
            name='content_type',
            field=models.CharField(blank=True, max_length=40, verbose_name='content type'),
        ),
        migrations.AddField(
            model_name='inboxmessage',
            name='is_named',
            field=models.BooleanField(default=True, verbose_name='named by its sender'),
        ),
        migrations.AddField(
            model_name='inboxmessage',
            name='lead_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None, verbose_name='leads'),
        ),
        migrations.AddField(
            model_name='inboxmessage',
            name='outcome',
            field=models.JSONField(blank=True, default=dict, verbose_name='outcome'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='closed_until',
            field=models.DateTimeField(editable=False, null=True, verbose_name='not called before'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='failing_since',
            field=models.DateTimeField(editable=False, null=True, verbose_name='failing since'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='failures',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='failures in a row'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='paused_for',
            field=models.CharField(blank=True, editable=False, max_length=12, verbose_name='paused for'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='personal',
            field=models.BooleanField(default=False, verbose_name='with personal data'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='previous_secret',
            field=models.BinaryField(null=True, verbose_name='previous secret'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='previous_until',
            field=models.DateTimeField(editable=False, null=True, verbose_name='previous secret until'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='token',
            field=models.UUIDField(editable=False, null=True, verbose_name='token'),
        ),
        migrations.AlterField(
            model_name='inboxmessage',
            name='state',
            field=models.CharField(choices=[('held', 'Held'), ('received', 'Received'), ('done', 'Done'), ('failed', 'Failed')], default='received', max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='webhook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='exchange.webhook', verbose_name='webhook'),
        ),
        migrations.AddField(
            model_name='webhookendpoint',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddField(
            model_name='inboxmessage',
            name='endpoint',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exchange.webhookendpoint', verbose_name='webhook in'),
        ),
        migrations.AddIndex(
            model_name='inboxmessage',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='inbox_next_due'),
        ),
        migrations.AddIndex(
            model_name='inboxmessage',
            index=models.Index(fields=['endpoint', '-received_at'], name='inbox_of_endpoint'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'due_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['webhook', '-occurred_at'], name='delivery_newest'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['occurred_at'], name='delivery_age'),
        ),
    ]
