from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("lifecycle", "0006_name_reasons_and_deadlines"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="position",
            index=models.Index(condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="position_due"),
        ),
    ]
