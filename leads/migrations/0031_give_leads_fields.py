from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0030_find_who_is_in_the_pool'),
    ]

    operations = [
        migrations.AddField(
            model_name='lead',
            name='fields',
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False, verbose_name='fields of the business'),
        ),
    ]
