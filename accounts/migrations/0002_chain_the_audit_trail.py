import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='ip',
            field=models.GenericIPAddressField(blank=True, null=True, verbose_name='address'),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='request_id',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='request'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who'),
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.BinaryField(max_length=32)),
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.auditentry', verbose_name='audit entry')),
            ],
            options={
                'verbose_name': 'audit seal',
                'verbose_name_plural': 'audit seals',
            },
        ),
        migrations.CreateModel(
            name='UnsealedEntry',
            fields=[
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='accounts.auditentry')),
            ],
            options={
                'verbose_name': 'unsealed audit entry',
                'verbose_name_plural': 'unsealed audit entries',
            },
        ),
        migrations.CreateModel(
            name='AuditAnchor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.UUIDField(verbose_name='whose chain')),
                ('number', models.BigIntegerField(verbose_name='number')),
                ('hash', models.BinaryField(max_length=32, verbose_name='hash')),
                ('mark', models.BinaryField(max_length=16, verbose_name='mark')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'audit anchor',
                'verbose_name_plural': 'audit anchors',
                'constraints': [models.UniqueConstraint(fields=('owner', 'number'), name='audit_anchor_once')],
            },
        ),
    ]
