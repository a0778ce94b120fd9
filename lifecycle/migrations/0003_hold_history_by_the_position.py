import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
        ("lifecycle", "0002_drop_doubled_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="position",
            name="lifecycle",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="positions",
                to="lifecycle.lifecycle",
                verbose_name="lifecycle",
            ),
        ),
        migrations.AlterField(
            model_name="stagetransition",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stage_transitions",
                to="contacts.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            model_name="stagetransition",
            name="lifecycle",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="lifecycle.lifecycle",
                verbose_name="lifecycle",
            ),
        ),
        migrations.AlterField(
            model_name="stagetransition",
            name="to_stage",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lifecycle.stage",
                verbose_name="to",
            ),
        ),
    ]
