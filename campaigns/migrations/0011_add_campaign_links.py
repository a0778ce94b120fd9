from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0010_shut_a_channel_whose_provider_fails'),
        ('leads', '0005_add_entry_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='CampaignLink',
            fields=[
                ('link', models.OneToOneField(db_index=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='campaign_link', serialize=False, to='leads.entrylink', verbose_name='entry link')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='campaigns.campaign', verbose_name='campaign')),
            ],
            options={
                'verbose_name': 'link of a campaign',
                'verbose_name_plural': 'links of campaigns',
            },
        ),
    ]
