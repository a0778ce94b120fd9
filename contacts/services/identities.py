"""Show an identity in clear."""

from datetime import datetime

from accounts.models import User
from accounts.services import record_audit
from contacts.models import Identity
from contacts.sealing import open_identity
from tenants.selectors import tenant_keys


def reveal_identity(*, identity: Identity, by: User, now: datetime) -> str:
    """An identity in clear, and an audit entry of who asked."""
    details = {"kind": identity.kind, "identity": str(identity.pk)}
    record_audit(action="identity.revealed", actor=by, subject=identity.contact, details=details, now=now)
    return open_identity(identity.sealed, pk=identity.pk, keys=tenant_keys())
