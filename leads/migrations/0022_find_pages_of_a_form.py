from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('leads', '0021_know_where_pages_were_sent'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='spentpage',
            index=models.Index(fields=['form', 'spent_at'], name='spent_page_of_form'),
        ),
    ]
