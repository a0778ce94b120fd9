from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0014_give_contacts_fields'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ownerchange',
            name='reason',
            field=models.CharField(blank=True, choices=[('unreachable', "They can't be reached"), ('no_need', 'No need for now'), ('not_mine', 'Not my region or product'), ('no_time', 'No time for them'), ('other', 'Another reason'), ('untouched', 'Nobody did anything for too long'), ('unanswered', 'Not answered in time')], db_default='', default='', max_length=12, verbose_name='why they went to the pool'),
        ),
    ]
