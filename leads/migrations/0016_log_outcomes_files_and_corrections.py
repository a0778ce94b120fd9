# allowed: validation: a new column without a value has nothing to be checked, and PostgreSQL knows it

import django.core.serializers.json
import django.db.models.deletion
import scrm.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0007_keep_who_was_in_charge'),
        ('leads', '0015_find_what_a_file_brought'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('chat', 'Chat'), ('note', 'Note')], max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('effective', models.BooleanField(default=False, help_text='Unless whoever logs it says otherwise.', verbose_name='counts as effective communication')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'outcome',
                'verbose_name_plural': 'outcomes',
                'ordering': ['kind', 'position', 'name'],
            },
        ),
        migrations.AddField(
            model_name='interaction',
            name='deleted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='deleted at'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='edited_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='edited at'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='effective_why',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='why it was effective, or not'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='minutes',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='next_time',
            field=models.TimeField(blank=True, null=True, verbose_name='next time'),
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('content_type', models.CharField(max_length=80, verbose_name='type')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('sealed', models.BinaryField(verbose_name='sealed content')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='contacts.contact', verbose_name='contact')),
                ('interaction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='leads.interaction', verbose_name='interaction')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='InteractionEdit',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='before')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('interaction', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='leads.interaction', verbose_name='interaction')),
            ],
            options={
                'verbose_name': 'edit of an interaction',
                'verbose_name_plural': 'edits of interactions',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.UniqueConstraint(fields=('kind', 'name'), name='outcome_once'),
        ),
        migrations.AddField(
            model_name='interaction',
            name='outcome',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='interactions', to='leads.outcome', verbose_name='outcome'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['contact', '-at'], name='attachment_contact'),
        ),
        migrations.AddIndex(
            model_name='interactionedit',
            index=models.Index(fields=['interaction', '-at'], name='interaction_edit_newest'),
        ),
    ]
