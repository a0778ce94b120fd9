import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('tenants', '0002_prove_domains')]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='key_uuid',
            field=models.UUIDField(editable=False, null=True, verbose_name='key identifier'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='leaves_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='deleted from'),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='status',
            field=models.CharField(choices=[('active', 'Active'), ('paused', 'Paused'), ('suspended', 'Suspended'), ('leaving', 'To be deleted'), ('removing', 'Being deleted'), ('template', 'Template')], default='active', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifier'),
        ),
    ]
