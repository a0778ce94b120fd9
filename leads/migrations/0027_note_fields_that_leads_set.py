from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0026_await_first_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='leadarrival',
            name='fields_set',
            field=models.JSONField(blank=True, editable=False, null=True, verbose_name='fields that it set'),
        ),
    ]
