import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
        ("events", "0002_drop_doubled_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="contacts.contact",
                verbose_name="contact",
            ),
        ),
    ]
