# allowed: validation: a new column without a value has nothing to be checked, and PostgreSQL knows it

import django.core.validators
import django.db.models.deletion
import scrm.core.ids
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0007_keep_who_was_in_charge'),
        ('leads', '0017_drop_the_free_stage'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='opportunity',
            name='company',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='opportunities', to='contacts.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='note',
            field=models.TextField(blank=True, db_default='', default='', max_length=4000, verbose_name='note'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='why it was won or lost'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='settled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='won or lost at'),
        ),
        migrations.AddField(
            model_name='opportunity',
            name='updated_at',
            field=models.DateTimeField(null=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='opportunity',
            name='amount',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='amount'),
        ),
        migrations.CreateModel(
            name='OpportunityStage',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4, verbose_name='kind')),
                ('probability', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='probability in percent')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'stage of opportunities',
                'verbose_name_plural': 'stages of opportunities',
                'ordering': ['position', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('probability__lte', 100)), name='opportunity_stage_probability')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityMove',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('opportunity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='leads.opportunity', verbose_name='opportunity')),
                ('from_stage', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.opportunitystage', verbose_name='from')),
                ('to_stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.opportunitystage', verbose_name='to')),
            ],
            options={
                'verbose_name': 'move of an opportunity',
                'verbose_name_plural': 'moves of opportunities',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='opportunity',
            name='stage',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='leads.opportunitystage', verbose_name='stage'),
        ),
        migrations.AddIndex(
            model_name='opportunitymove',
            index=models.Index(fields=['opportunity', '-at'], name='opportunity_move_newest'),
        ),
    ]
