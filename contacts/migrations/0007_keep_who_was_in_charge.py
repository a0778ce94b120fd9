import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0006_find_who_was_erased'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnerChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('why', models.CharField(choices=[('arrival', 'With an enquiry'), ('lead', 'With a lead'), ('hand_over', 'Handed over'), ('rule', 'By a rule'), ('pool', 'From or to the public pool'), ('stage', 'With a stage')], max_length=10, verbose_name='why')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('after', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to')),
                ('before', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='from')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='owner_changes', to='contacts.contact', verbose_name='contact')),
            ],
            options={
                'verbose_name': 'change of owner',
                'verbose_name_plural': 'changes of owners',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['contact', '-at'], name='owner_change_contact')],
            },
        ),
    ]
