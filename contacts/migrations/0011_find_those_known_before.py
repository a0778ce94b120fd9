"""Those who were here before names had keys are found too."""

from typing import Any

from django.db import migrations, transaction

BATCH = 5000


def give_keys(apps: Any, editor: Any) -> None:
    from contacts.finding.keys import keys_of
    from scrm.core.bulk import update_columns

    for name in ("Company", "Contact"):
        model = apps.get_model("contacts", name)
        rows = model.objects.select_for_update(no_key=True).filter(search_keys=[]).exclude(name="").order_by("pk")
        last = None
        while True:
            with transaction.atomic(using=editor.connection.alias):
                found = list((rows.filter(pk__gt=last) if last else rows)[:BATCH].values_list("pk", "name"))
                columns = {"id": [pk for pk, _ in found], "search_keys": [keys_of(name) for _, name in found]}
                update_columns(model, columns)
            if len(found) < BATCH:
                break
            last = found[-1][0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0010_keep_search_keys")]

    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]
