import django.core.validators
import django.db.models.deletion
import scrm.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0015_say_why_they_went_to_the_pool'),
        ('leads', '0028_find_fields_that_a_file_set'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PoolPolicy',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('claims_a_day', models.PositiveIntegerField(blank=True, default=20, help_text='For each person. Empty: as many as they like.', null=True, verbose_name='claims a day at most')),
                ('most_unworked', models.PositiveIntegerField(blank=True, default=10, help_text='Whoever has so many with whom they have done nothing yet claims no more. Empty: no limit.', null=True, verbose_name='customers held unworked at most')),
                ('barred_days', models.PositiveSmallIntegerField(default=14, help_text='From the day on which it left them for the pool.', validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days until somebody may claim again what they had')),
                ('effective_days', models.PositiveSmallIntegerField(default=30, help_text='Until then a customer is not taken back, however quiet it is.', validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days that an effective communication protects')),
                ('across_departments', models.BooleanField(default=False, help_text='Otherwise what comes from a department is offered to its own people and those above it.', verbose_name='one pool for all departments')),
                ('next_look_at', models.DateTimeField(editable=False, null=True, verbose_name='next look at')),
                ('looked_to', models.UUIDField(editable=False, null=True, verbose_name='looked as far as')),
            ],
            options={
                'verbose_name': 'rules of the pool',
                'verbose_name_plural': 'rules of the pool',
            },
        ),
        migrations.CreateModel(
            name='PoolRule',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(365)], verbose_name='days untouched')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
            ],
            options={
                'verbose_name': 'rule of taking back',
                'verbose_name_plural': 'rules of taking back',
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='PoolWarning',
            fields=[
                ('contact', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='pool_warning', serialize=False, to='contacts.contact', verbose_name='contact')),
                ('due_at', models.DateTimeField(verbose_name='due at')),
            ],
            options={
                'verbose_name': 'warning before the pool',
                'verbose_name_plural': 'warnings before the pool',
                'ordering': ['due_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='poolpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='pool_policy_once'),
        ),
        migrations.AddField(
            model_name='poolrule',
            name='source',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pool_rule', to='leads.source', verbose_name='source'),
        ),
        migrations.AddField(
            model_name='poolwarning',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pool_warnings', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddConstraint(
            model_name='poolrule',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('source__isnull', True)), name='pool_rule_of_others_once'),
        ),
        migrations.AddIndex(
            model_name='poolwarning',
            index=models.Index(fields=['due_at'], name='pool_warning_due'),
        ),
    ]
