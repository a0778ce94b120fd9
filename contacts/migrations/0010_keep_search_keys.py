import contacts.models.finding
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_keep_requests_reveals_and_texts")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="search_keys",
            field=contacts.models.finding.NameKeys(
                base_field=models.TextField(), db_default=[], default=list, editable=False, size=None
            ),
        )
        for model in ("company", "contact")
    ]
