"""Sessions that open only in the tenant that began them, in whatever store their rows lie."""

from accounts.session_store import RowStore
from tenants.selectors import tenant_mark


class SessionStore(RowStore):
    """Rows of the host's own, in the tenant's own table; what stands in a row is signed for its tenant besides.

    A row that came from another tenant, or from a deleted one of the same name, holds nothing.
    """

    @property
    def key_salt(self) -> str:
        return f"scrm.session:{tenant_mark()}"
