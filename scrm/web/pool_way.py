"""Whether a customer's page offers the way into the public pool, or out of it."""

from typing import Any

from accounts.models import User
from contacts.enums import PUT_BACK_BY_HAND
from contacts.models import Contact
from leads.enums import OPEN_STATUSES
from leads.models import Lead
from leads.selectors import pool_policy


def way_to_pool(viewer: User, contact: Contact, *leads: Lead) -> dict[str, Any]:
    """What a template asks: of a customer whose open leads are among these."""
    if not viewer.may("pool.claim"):
        return {"can_release": False, "can_claim": False}
    theirs = any(lead.status in OPEN_STATUSES and lead.owner_id == contact.owner_id for lead in leads)
    is_owned = contact.owner_id is not None
    return {
        "can_release": theirs and is_owned,
        "can_claim": theirs and not is_owned,
        "put_back_reasons": PUT_BACK_BY_HAND,
        "barred_days": pool_policy().barred_days if theirs and is_owned else 0,
    }
