"""Who is meant by a part of a name, a number, an address, an id or a company."""

import re
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from contacts.custom.kinds import read_own_id
from contacts.enums import IdentityKind, Spelling
from contacts.finding.asking import LAST, Way, ask, spellings
from contacts.models import Company, Identity
from contacts.normalise import InvalidValue, normalise_email, normalise_external_id, normalise_phone
from contacts.sealing import blind_of, blind_tail_of
from contacts.selectors.kinds import own_kinds_ever
from scrm.core.crypto import TenantKeys
from tenants.selectors import tenant_current, tenant_keys

_FOUR_DIGITS = re.compile(r"\d{4}")


_PHONE_LIKE = re.compile(r"\+?[\d\s()./-]{6,}")


_MEANT_MAX: Final = 1000


_COMPANIES_MAX: Final = 50


_IDS: Final = tuple(kind.value for kind in IdentityKind if kind not in (IdentityKind.PHONE, IdentityKind.EMAIL))


def contact_search(text: str, prefix: str = "") -> Q:
    """Who is meant by a part of a name, in characters, pinyin or initials, a whole phone, its last four digits,
    an e-mail, an id or a company; `prefix` leads to the contact."""
    text = " ".join(text.split())
    found = names_like(text, prefix)
    companies = list(Company.objects.filter(names_like(text)).values_list("pk", flat=True)[:_COMPANIES_MAX])
    if companies:
        found |= Q(**{f"{prefix}company__in": companies})
    # Asked first: the planner takes a subquery beside OR for half of the table.
    ids = list(identities_meant(text).values_list("contact", flat=True)[:_MEANT_MAX])
    return found | Q(**{f"{prefix}pk__in": ids}) if ids else found


def names_like(text: str, prefix: str = "") -> Q:
    """Rows whose name has what was typed in it; where that is a single letter, whose name begins with it."""
    asked = ask(text)
    if not asked.meant:
        return begins_with(text, prefix)
    return Q(*(Q(*(_way(way, prefix) for way in ways), _connector=Q.OR) for ways in asked.meant))


def begins_with(text: str, prefix: str = "") -> Q:
    """Rows whose name begins as it was typed; answered by the index on names whatever the collation sorts behind."""
    ranges = [Q(**{f"{prefix}name__gte": each, f"{prefix}name__lt": each + LAST}) for each in spellings(text)]
    return Q(*ranges, _connector=Q.OR) if ranges else Q(pk__in=[])


def _way(way: Way, prefix: str) -> Q:
    found = Q()
    if way.every:
        found &= Q(**{f"{prefix}search_keys__contains": list(way.every)})
    if len(way.one_of) == 1:
        found &= Q(**{f"{prefix}search_keys__contains": list(way.one_of)})
    elif way.one_of:
        found &= Q(**{f"{prefix}search_keys__overlap": list(way.one_of)})
    return found & Q(**{f"{prefix}name__icontains": way.holds}) if way.holds else found


def identities_meant(text: str) -> QuerySet[Identity]:
    """What a number, an address or an id finds, whoever's it is."""
    keys = tenant_keys()
    if _FOUR_DIGITS.fullmatch(text):
        tail = Q(blind_tail=blind_tail_of(text, keys))
        return Identity.objects.filter(Q(*(_is(*each, keys) for each in _own_meant(text)), tail, _connector=Q.OR))
    meant = [*_keys_meant(text), *_own_meant(text)]
    if not meant:
        return Identity.objects.none()
    return Identity.objects.filter(Q(*(_is(kind, key, keys) for kind, key in meant), _connector=Q.OR))


def _is(kind: str, key: str, keys: TenantKeys) -> Q:
    return Q(kind=kind, blind=blind_of(kind, key, keys))


def _own_meant(text: str) -> list[tuple[str, str]]:
    """What was typed as an id of each kind of the business, where it can be one."""
    found = []
    for kind in own_kinds_ever():
        if kind.spelling == Spelling.DIGITS and any(map(str.isalpha, text)):
            # A number in an address or behind a name is no id.
            continue
        with suppress(InvalidValue):
            found.append((kind.code, read_own_id(kind, text).key))
    return found


def _keys_meant(text: str) -> list[tuple[str, str]]:
    found = []
    try:
        if "@" in text:
            found.append((IdentityKind.EMAIL.value, normalise_email(text).key))
        elif _PHONE_LIKE.fullmatch(text):
            found.append((IdentityKind.PHONE.value, normalise_phone(text, region=tenant_current().region).key))
    except InvalidValue:
        pass
    try:
        external = normalise_external_id(text).key
    except InvalidValue:
        return found
    return [*found, *((kind, external) for kind in _IDS)]


def id_meant(text: str) -> UUID | None:
    """The id that was pasted, of whatever it is."""
    try:
        return UUID(text.strip()) if len(text.strip()) in (32, 36) else None
    except ValueError:
        return None
