import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('tenants', '0001_initial')]

    operations = [
        migrations.CreateModel(
            name='ReleasedDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=253, unique=True, verbose_name='host')),
                ('tenant_uuid', models.UUIDField(verbose_name='was of')),
                ('released_at', models.DateTimeField(verbose_name='released at')),
            ],
            options={
                'verbose_name': 'released domain',
                'verbose_name_plural': 'released domains',
                'ordering': ['-released_at'],
            },
        ),
        migrations.AddField(
            model_name='domain',
            name='checked_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='checked at'),
        ),
        migrations.AddField(
            model_name='domain',
            name='problem',
            field=models.CharField(blank=True, choices=[('missing', 'There is no such TXT record yet. A new record can take an hour to be seen.'), ('other', 'There is a TXT record, but it says something else.'), ('silent', 'No name server answered. Try again in a minute.'), ('taken', 'Another tenant has proved this host, or gave it up less than 90 days ago.')], editable=False, max_length=10, verbose_name='problem'),
        ),
        migrations.AddField(
            model_name='domain',
            name='proof',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='proof'),
        ),
        # Hosts that are there were set up by the platform: they stay.
        migrations.AddField(
            model_name='domain',
            name='status',
            field=models.CharField(choices=[('pending', 'Waiting for proof'), ('verified', 'Verified'), ('failed', 'Proof not found')], default='verified', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='domain',
            name='status',
            field=models.CharField(choices=[('pending', 'Waiting for proof'), ('verified', 'Verified'), ('failed', 'Proof not found')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='domain',
            name='domain',
            field=models.CharField(db_index=True, max_length=253, verbose_name='host'),
        ),
        migrations.AlterField(
            model_name='domain',
            name='is_primary',
            field=models.BooleanField(default=False, verbose_name='primary'),
        ),
        migrations.AlterField(
            model_name='domain',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'verified')), fields=('domain',), name='domain_of_one_tenant'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(fields=('tenant', 'domain'), name='domain_claimed_once'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('tenant',), name='domain_one_is_primary'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.CheckConstraint(condition=models.Q(('is_primary', False), ('status', 'verified'), _connector='OR'), name='domain_primary_is_verified'),
        ),
    ]
