# allowed: validation: a new column without a value has nothing to be checked, and PostgreSQL knows it

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0014_say_that_a_person_was_erased'),
        ('contacts', '0007_keep_who_was_in_charge'),
        ('leads', '0020_find_deleted_talks_and_deals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='reptask',
            name='interaction',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to='leads.interaction', verbose_name='agreed on in'),
        ),
        migrations.AddField(
            model_name='reptask',
            name='remind_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='reminded at'),
        ),
    ]
