import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0006_code_why_a_lane_is_closed'),
    ]

    operations = [
        migrations.AddField(
            model_name='enrollment',
            name='archived_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='archived at'),
        ),
        migrations.AlterField(
            model_name='reptask',
            name='touchpoint',
            field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='task', to='campaigns.touchpoint', verbose_name='touchpoint'),
        ),
    ]
