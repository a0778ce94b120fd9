from django.db import migrations

from audiences.bit_triggers import drop_functions, make_functions, unwatch, watch

WATCHED = {
    'contacts_contact': ['owner_id', 'erased_at'],
    'tagging_tagassignment': ['contact_id', 'tag_id', 'expires_at'],
    'lifecycle_position': ['contact_id', 'stage_id'],
    'leads_lead': ['contact_id', 'source_id', 'captured_at'],
}


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0002_keep_bits'),
        ('contacts', '0017_let_former_owners_read_on'),
        ('leads', '0030_find_who_is_in_the_pool'),
        ('lifecycle', '0005_hand_over_by_stage'),
        ('tagging', '0004_score_contacts'),
    ]

    operations = [
        migrations.RunSQL(make_functions(), drop_functions()),
        *(migrations.RunSQL(watch(table, columns), unwatch(table)) for table, columns in WATCHED.items()),
    ]
