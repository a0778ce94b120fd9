"""Finds a person in what is sealed or lies in files: by phones, addresses and ids, however they are written."""

import contextlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import structlog

from contacts.custom.sealing import open_field
from contacts.enums import IdentityKind
from contacts.merge_records import open_record
from contacts.models import Identity
from contacts.sealing import open_identity
from exchange.services import open_message
from leads.arrival_payloads import open_payload
from leads.held_payloads import open_held
from leads.services.attachments import open_attachment
from scrm.core.crypto import CryptoError
from scrm.flows.personal.inventory import FIELDS
from scrm.flows.personal.queries import Found, searched_rows
from tenants.selectors import tenant_keys

log = structlog.get_logger(__name__)

_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[\s().\-/]+(?=\d)")
_SHORTEST: Final = 6
"""An id of fewer characters stands in too many texts to tell anybody by it."""
_NATIONAL: Final = 9
"""So many last digits tell a phone, with its country's code or without."""


def _text(payload: bytes) -> str:
    return payload.decode("utf-8", "replace")


OPENERS: Final[Mapping[tuple[str, str], Callable[[Any], str]]] = {
    ("contacts_identity", "sealed"): lambda row: open_identity(row.sealed, pk=row.pk, keys=tenant_keys()),
    ("contacts_sealedvalue", "sealed"): lambda row: str(open_field(row.sealed, pk=row.pk, keys=tenant_keys())),
    ("contacts_contactmerge", "sealed"): lambda row: _text(open_record(row).as_bytes()),
    ("leads_leadarrival", "payload"): open_payload,
    ("leads_attachment", "sealed"): lambda row: b64encode(open_attachment(row)).decode(),
    ("leads_heldlead", "payload"): lambda row: _text(open_held(row)),
    ("exchange_inboxmessage", "payload"): lambda row: _text(open_message(row)),
}
"""How each sealed column of the inventory is opened, given its row."""


class Person:
    """By what somebody is recognised in a text."""

    def __init__(self, known_by: Iterable[tuple[str, str]]) -> None:
        self._needles = {needle for kind, value in known_by for needle in _needles(kind, value)}

    def __bool__(self) -> bool:
        return bool(self._needles)

    def is_in(self, text: str) -> bool:
        plain = _plain(text)
        return any(needle in plain for needle in self._needles)


def person_of(contact_id: UUID) -> Person:
    keys, known_by = tenant_keys(), []
    for row in Identity.objects.filter(contact=contact_id).order_by("pk"):
        try:
            known_by.append((row.kind, open_identity(row.sealed, pk=row.pk, keys=keys)))
        except CryptoError:
            # Nobody can find by it any more; the rest of the person still goes.
            log.error("identity.unreadable", identity=str(row.pk))
    return Person(known_by)


def found_sealed(person: Person) -> Found:
    """The rows whose sealed column names the person."""
    found: Found = {}
    if not person:
        return found
    for table in FIELDS.of_persons():
        if not table.searched:
            continue
        opened = OPENERS[table.name, table.searched]
        for row in searched_rows(table):
            try:
                if person.is_in(opened(row)):
                    found.setdefault(table.name, []).append(row.pk)
            except CryptoError:
                log.error("row.unreadable", table=table.name, row=str(row.pk))
    return found


def _needles(kind: str, value: str) -> Iterable[str]:
    if kind == IdentityKind.PHONE:
        digits = re.sub(r"\D", "", value)
        return [digits[-_NATIONAL:]] if len(digits) >= _SHORTEST else []
    plain = _plain(value)
    return [plain] if len(plain) >= _SHORTEST else []


def _plain(text: str) -> str:
    """As it is compared: without what is written between digits, capitals, or JSON's spelling of letters."""
    if "\\u" in text:
        with contextlib.suppress(ValueError):
            text = json.dumps(json.loads(text), ensure_ascii=False)
    return _BETWEEN_DIGITS.sub("", text).casefold()
