from django.db import migrations

from audiences.bit_triggers import unwatch, watch

TABLE = 'commerce_tierplace'


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0006_remove_the_older_tiers'),
        ('commerce', '0006_let_tiers_follow_rules'),
    ]

    operations = [migrations.RunSQL(watch(TABLE, ['contact_id', 'tier_id']), unwatch(TABLE))]
