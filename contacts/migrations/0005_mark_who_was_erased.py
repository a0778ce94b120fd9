from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0004_seal_to_the_row'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased at'),
        ),
        migrations.AddField(
            model_name='contact',
            name='was_reachable',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='had a phone or an e-mail'),
        ),
    ]
