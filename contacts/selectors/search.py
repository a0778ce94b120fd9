"""Who is meant by a name, a number or an address."""

import re

from django.db.models import Q, QuerySet

from contacts.enums import IdentityKind
from contacts.models import Identity
from contacts.normalise import InvalidValue, normalise_email, normalise_phone
from contacts.sealing import blind_of, blind_tail_of
from tenants.selectors import tenant_current, tenant_keys

_FOUR_DIGITS = re.compile(r"\d{4}")


_MEANT_MAX = 1000


_PHONE_LIKE = re.compile(r"\+?[\d\s()./-]{6,}")


def contact_search(text: str, prefix: str = "") -> Q:
    """Who is meant by a name, a whole phone, its last four digits or an e-mail; `prefix` leads to the contact."""
    text = " ".join(text.split())
    found = Q(**{f"{prefix}name__icontains": text})
    identities = _identities_meant(text)
    if identities is None:
        return found
    # Asked first: the planner takes a subquery beside OR for half of the table.
    ids = list(identities.values_list("contact", flat=True)[:_MEANT_MAX])
    return found | Q(**{f"{prefix}pk__in": ids})


def _identities_meant(text: str) -> QuerySet[Identity] | None:
    keys = tenant_keys()
    if _FOUR_DIGITS.fullmatch(text):
        return Identity.objects.filter(blind_tail=blind_tail_of(text, keys))
    try:
        if "@" in text:
            kind, key = IdentityKind.EMAIL, normalise_email(text).key
        elif _PHONE_LIKE.fullmatch(text):
            kind, key = IdentityKind.PHONE, normalise_phone(text, region=tenant_current().region).key
        else:
            return None
    except InvalidValue:
        return None
    return Identity.objects.filter(kind=kind, blind=blind_of(kind, key, keys))
