# allowed: validation: new columns without a value have nothing to be checked, and PostgreSQL knows it
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import scrm.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0017_let_former_owners_read_on'),
        ('lifecycle', '0005_hand_over_by_stage'),
    ]

    operations = [
        migrations.AddField(
            model_name='position',
            name='next_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next deadline at'),
        ),
        migrations.AddField(
            model_name='stage',
            name='colour',
            field=models.CharField(blank=True, choices=[('blue', 'Blue'), ('teal', 'Teal'), ('green', 'Green'), ('amber', 'Amber'), ('red', 'Red'), ('pink', 'Pink'), ('violet', 'Violet'), ('gray', 'Gray')], db_default='', default='', max_length=10, verbose_name='colour'),
        ),
        migrations.AddField(
            model_name='stage',
            name='moves_to',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, db_default=[], default=list, size=None, verbose_name='where one goes from here'),
        ),
        migrations.AddField(
            model_name='stage',
            name='replan_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='deadlines planned anew from'),
        ),
        migrations.AddField(
            model_name='stage',
            name='replanned_to',
            field=models.BigIntegerField(blank=True, editable=False, null=True, verbose_name='planned anew as far as'),
        ),
        migrations.AlterField(
            model_name='stagetransition',
            name='source',
            field=models.CharField(choices=[('hand', 'By hand'), ('rule', 'Rule'), ('import', 'File'), ('arrival', 'New lead'), ('sop', 'SOP'), ('api', 'API'), ('deadline', 'Deadline')], max_length=10, verbose_name='source'),
        ),
        migrations.CreateModel(
            name='LossReason',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('lifecycle', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='loss_reasons', to='lifecycle.lifecycle', verbose_name='lifecycle')),
            ],
            options={
                'verbose_name': 'loss reason',
                'verbose_name_plural': 'loss reasons',
                'ordering': ['lifecycle', 'position', 'name'],
            },
        ),
        migrations.AddField(
            model_name='stagetransition',
            name='loss_reason',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.lossreason', verbose_name='loss reason'),
        ),
        migrations.CreateModel(
            name='StageDeadline',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('after', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='after')),
                ('unit', models.CharField(choices=[('hours', 'hours'), ('days', 'days')], default='days', max_length=5, verbose_name='unit')),
                ('working', models.BooleanField(default=False, verbose_name='count working time only')),
                ('action', models.CharField(choices=[('remind', 'Remind the owner'), ('task', 'Give the owner a task'), ('move', 'Move to another stage'), ('lose', 'Count as lost')], default='remind', max_length=6, verbose_name='then')),
                ('text', models.CharField(blank=True, max_length=120, verbose_name='what to do')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('loss_reason', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.lossreason', verbose_name='reason')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deadlines', to='lifecycle.stage', verbose_name='stage')),
                ('to_stage', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lifecycle.stage', verbose_name='move to')),
            ],
            options={
                'verbose_name': 'stage deadline',
                'verbose_name_plural': 'stage deadlines',
                'ordering': ['stage', 'created_at'],
            },
        ),
        migrations.AddField(
            model_name='position',
            name='deadline',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='lifecycle.stagedeadline', verbose_name='next deadline'),
        ),
        migrations.AddConstraint(
            model_name='lossreason',
            constraint=models.UniqueConstraint(fields=('lifecycle', 'name'), name='loss_reason_once'),
        ),
    ]
