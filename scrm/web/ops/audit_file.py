"""The audit trail as a CSV file, made while it goes out: all of it, however long it is."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from accounts.selectors import audit_entries_behind
from exchange.error_file import safe_cell
from scrm.web.audit_words import sentence, told
from tenants.models import Tenant

AT_ONCE: Final = 1000


def pieces(entries: QuerySet[AuditEntry], *, tenant: Tenant, language: str) -> Iterator[bytes]:
    """The file, some lines at a time.

    Each piece enters its tenant, zone and language and leaves them again: the request is over by then, and the server
    may ask for the next piece from another thread, whose connection is elsewhere.
    """
    last: AuditEntry | None = None
    while True:
        with tenant_context(tenant), timezone.override(ZoneInfo(tenant.zone)), translation.override(language):
            found = audit_entries_behind(entries, last, limit=AT_ONCE)
            lines = [_cells(entry) for entry in found]
            # With the mark, without which Excel reads Chinese as Latin.
            piece = _written(lines).encode() if last else _written([_heads(), *lines]).encode("utf-8-sig")
        yield piece
        if len(found) < AT_ONCE:
            return
        last = found[-1]


def _heads() -> Sequence[str]:
    return (_("When"), _("Who"), _("What"), _("Verb"), _("Subject"), _("Details"), _("Address"), _("Request"))


def _cells(entry: AuditEntry) -> Sequence[str]:
    cells = (
        localtime(entry.at).isoformat(timespec="seconds"),
        entry.actor_label,
        sentence(entry.action, entry.details),
        entry.action,
        f"{entry.subject_type} {entry.subject_id}".strip(),
        "; ".join(f"{name}: {text}" for name, text in told(entry.details)),
        entry.ip or "",
        entry.request_id,
    )
    return [safe_cell(cell) for cell in cells]


def _written(lines: Sequence[Sequence[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(lines)
    return text.getvalue()
