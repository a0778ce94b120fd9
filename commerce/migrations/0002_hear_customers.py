import django.db.models.deletion
import scrm.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commerce', '0001_initial'),
        ('contacts', '0007_keep_who_was_in_charge'),
        ('leads', '0020_find_deleted_talks_and_deals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='VoiceTopic',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'topic of voices',
                'verbose_name_plural': 'topics of voices',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='OpportunityItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('quantity', models.PositiveIntegerField(default=1, verbose_name='quantity')),
                ('opportunity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='leads.opportunity', verbose_name='opportunity')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commerce.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'product of an opportunity',
                'verbose_name_plural': 'products of opportunities',
                'constraints': [models.UniqueConstraint(fields=('opportunity', 'product'), name='opportunity_item_once')],
            },
        ),
        migrations.CreateModel(
            name='Voice',
            fields=[
                ('id', models.UUIDField(default=scrm.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField(max_length=2000, verbose_name='what they said')),
                ('wish', models.CharField(blank=True, max_length=120, verbose_name='what they wish for')),
                ('sentiment', models.CharField(choices=[('good', 'Pleased'), ('neutral', 'Neutral'), ('bad', 'Displeased')], default='neutral', max_length=8, verbose_name='mood')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='voices', to='contacts.contact', verbose_name='contact')),
                ('interaction', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='voices', to='leads.interaction', verbose_name='interaction')),
                ('product', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='voices', to='commerce.product', verbose_name='product')),
                ('topics', models.ManyToManyField(related_name='voices', to='commerce.voicetopic', verbose_name='topics')),
            ],
            options={
                'verbose_name': 'voice of a customer',
                'verbose_name_plural': 'voices of customers',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['contact', '-at'], name='voice_contact'), models.Index(fields=['-at', '-id'], name='voice_newest')],
            },
        ),
    ]
