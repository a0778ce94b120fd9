# allowed: drop: there was no release before, so no running code reads them

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0007_publish_forms_as_versions'),
    ]

    operations = [
        *(
            migrations.RemoveField(model_name='form', name=name)
            for name in (
                *('intro', 'ask_name', 'ask_phone', 'ask_email', 'ask_city', 'questions', 'consent_text', 'thanks'),
            )
        ),
        migrations.AlterField(
            model_name='form',
            name='active',
            field=models.BooleanField(default=False, verbose_name='published'),
        ),
        migrations.AlterField(
            model_name='form',
            name='title',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
    ]
