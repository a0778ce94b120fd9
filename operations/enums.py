"""The words of running an installation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What can be wrong with an installation."""

    LATE = "late", _("Work is late")
    UNKNOWN = "unknown", _("Messages whose outcome is unknown")
    CHANNEL = "channel", _("A provider takes no messages")
    BEAT = "beat", _("Nothing ticks")
    WORKER = "worker", _("No worker works")
    REDIS = "redis", _("Redis does not answer")
    DISK = "disk", _("The disk is nearly full")
    JOBS = "jobs", _("Jobs have failed")
    MIGRATIONS = "migrations", _("Tables are not up to date")
    CLOCK = "clock", _("Clocks differ")


ADVICE = {
    Kind.LATE: _(
        "Look at the workers' logs and the machine's load; start more workers. What is late is sent by each SOP's "
        "own rule."
    ),
    Kind.UNKNOWN: _(
        "Open the tenant's touchpoints with the state “Unknown”, ask the provider what became of them, and decide. "
        "Nothing is sent again by itself."
    ),
    Kind.CHANNEL: _(
        "Ask the provider, and look for channel.down in the workers' logs. Nothing is lost: one message at a time "
        "tries again, and the others follow as soon as one is taken."
    ),
    Kind.BEAT: _("Start beat again and look at its log. Nothing is lost: what is due stands in PostgreSQL."),
    Kind.WORKER: _(
        "Start the workers again and look at their logs. Nothing is lost: what is due stands in PostgreSQL."
    ),
    Kind.REDIS: _("Start Redis again. Nothing is lost: it only rings the bell."),
    Kind.DISK: _("Make room, or give the volume more: old backups and logs first. A full disk stops all writing."),
    Kind.JOBS: _("Open the tenant's jobs in its administration: each says why it failed."),
    Kind.MIGRATIONS: _("Run migrate_all; it names the schema that fails, and goes on where it was."),
    Kind.CLOCK: _("Let the machines' clocks be set by NTP. Times come from the database, so it is the one to trust."),
}
"""What an operator does about it."""
