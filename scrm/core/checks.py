"""What `manage.py check --deploy` says of settings that are for a laptop."""

from typing import Any

from django.conf import settings
from django.core import checks


def check_outgoing(**_given: Any) -> list[checks.CheckMessage]:
    """Webhooks to this machine would let a business knock at what listens here."""
    if not settings.SCRM_OUTGOING_LOOPBACK:
        return []
    return [checks.Error("SCRM_OUTGOING_LOOPBACK lets webhooks reach this machine: for a laptop only.", id="scrm.E002")]
