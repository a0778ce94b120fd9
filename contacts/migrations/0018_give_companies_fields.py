from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0017_let_former_owners_read_on'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='customfield',
            options={'ordering': ['position', 'created_at'], 'verbose_name': 'field of the business', 'verbose_name_plural': 'fields of the business'},
        ),
        migrations.AddField(
            model_name='customfield',
            name='subject',
            field=models.CharField(choices=[('contact', 'Contacts'), ('lead', 'Leads'), ('company', 'Companies')], db_default='contact', default='contact', editable=False, max_length=8, verbose_name='of'),
        ),
        migrations.AddField(
            model_name='company',
            name='fields',
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False, verbose_name='fields of the business'),
        ),
    ]
