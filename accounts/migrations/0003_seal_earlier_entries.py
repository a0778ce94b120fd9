from django.db import migrations


class Migration(migrations.Migration):
    """What was written before there was a chain waits for its link too."""

    dependencies = [
        ('accounts', '0002_chain_the_audit_trail'),
    ]

    operations = [
        migrations.RunSQL(
            'INSERT INTO accounts_unsealedentry (entry_id) SELECT id FROM accounts_auditentry',
            migrations.RunSQL.noop,
        ),
    ]
