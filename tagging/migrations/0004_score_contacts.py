import django.core.validators
import django.db.models.deletion
import scrm.core.ids
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0007_keep_who_was_in_charge'),
        ('tagging', '0003_drop_doubled_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactScore',
            fields=[
                ('contact', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='score', serialize=False, to='contacts.contact', verbose_name='contact')),
                ('points', models.DecimalField(decimal_places=1, default=Decimal('0'), max_digits=8, verbose_name='points')),
                ('band', models.CharField(choices=[('hot', 'Hot'), ('warm', 'Warm'), ('cold', 'Cold')], default='cold', max_length=4, verbose_name='band')),
                ('parts', models.JSONField(default=list, verbose_name='parts')),
                ('computed_at', models.DateTimeField(null=True, verbose_name='computed at')),
                ('due_at', models.DateTimeField(null=True, verbose_name='due at')),
            ],
            options={
                'verbose_name': 'score of a contact',
                'verbose_name_plural': 'scores of contacts',
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='score_due'), models.Index(fields=['-points', '-contact'], name='score_highest')],
            },
        ),
        migrations.CreateModel(
            name='ScoreRule',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('event', 'Each event of a type'), ('tag', 'A tag'), ('condition', 'A condition that holds')], max_length=9, verbose_name='points for')),
                ('points', models.SmallIntegerField(help_text='May be below zero.', validators=[django.core.validators.MinValueValidator(-1000), django.core.validators.MaxValueValidator(1000)], verbose_name='points')),
                ('event_type', models.CharField(blank=True, max_length=60, verbose_name='when this happens')),
                ('most', models.PositiveSmallIntegerField(blank=True, help_text='The latest ones count. Empty: all of them.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='at most so many times')),
                ('condition', models.JSONField(blank=True, default=dict, verbose_name='while this holds')),
                ('half_life_days', models.PositiveSmallIntegerField(blank=True, help_text='After so many days half of the points are left. Empty: they stay.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='half-life in days')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('tag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='score_rules', to='tagging.tag', verbose_name='tag')),
            ],
            options={
                'verbose_name': 'score rule',
                'verbose_name_plural': 'score rules',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='ScoreScale',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('warm_from', models.SmallIntegerField(default=20, verbose_name='warm from')),
                ('hot_from', models.SmallIntegerField(default=50, verbose_name='hot from')),
            ],
            options={
                'verbose_name': 'scale of scores',
                'verbose_name_plural': 'scales of scores',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='score_scale_one'), models.CheckConstraint(condition=models.Q(('warm_from__lt', models.F('hot_from'))), name='score_scale_in_order')],
            },
        ),
    ]
