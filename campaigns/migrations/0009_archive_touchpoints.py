# allowed: index: the table is made here and empty
# allowed: validation: the table is made here and empty

from django.db import migrations

from campaigns.enums import TouchState as S

# A child of the ledger, without columns of its own: whoever reads `campaigns_touchpoint` reads both, and a column that
# comes or goes there comes or goes here. Keys and indexes are not inherited. The CHECK lets PostgreSQL leave it out
# where only waiting rows are asked for.
TABLE = "CREATE TABLE campaigns_touchpointarchive () INHERITS (campaigns_touchpoint)"
FINISHED = f"""
ALTER TABLE campaigns_touchpointarchive ADD CONSTRAINT touchpoint_archive_finished CHECK (
    state IN ({S.SENT:d}, {S.FAILED:d}, {S.SKIPPED:d}, {S.CANCELLED:d}, {S.EXPIRED:d}))
"""
KEYS = """
ALTER TABLE campaigns_touchpointarchive
    ADD CONSTRAINT touchpoint_archive_pkey PRIMARY KEY (id),
    ADD CONSTRAINT touchpoint_archive_once UNIQUE (enrollment_id, step_number, occurrence)
"""
REFERENCES = ";\n".join(
    f"ALTER TABLE campaigns_touchpointarchive ADD CONSTRAINT touchpoint_archive_{column} "
    f"FOREIGN KEY ({column}_id) REFERENCES {table} (id) DEFERRABLE INITIALLY DEFERRED"
    for column, table in {
        "enrollment": "campaigns_enrollment",
        "contact": "contacts_contact",
        "lane": "campaigns_lane",
        "step": "campaigns_step",
    }.items()
)
INDEXES = """
CREATE INDEX touchpoint_archive_contact ON campaigns_touchpointarchive (contact_id, due_at DESC);
CREATE INDEX touchpoint_archive_month ON campaigns_touchpointarchive USING brin (finished_at)
"""

# Back into the ledger: nothing is lost on the way down.
BACK = """
ALTER TABLE campaigns_touchpointarchive NO INHERIT campaigns_touchpoint;
INSERT INTO campaigns_touchpoint SELECT * FROM campaigns_touchpointarchive;
UPDATE campaigns_enrollment SET archived_at = NULL WHERE archived_at IS NOT NULL;
DROP TABLE campaigns_touchpointarchive
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_find_what_to_archive"),
    ]

    operations = [
        migrations.RunSQL(";\n".join([TABLE, KEYS, FINISHED, REFERENCES, INDEXES]), BACK),
    ]
