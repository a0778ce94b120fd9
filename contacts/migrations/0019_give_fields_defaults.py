from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0018_give_companies_fields'),
    ]

    operations = [
        migrations.AddField(
            model_name='customfield',
            name='default',
            field=models.JSONField(blank=True, editable=False, null=True, verbose_name='default'),
        ),
    ]
