"""Identities of the business's own kinds in a body: by the codes of their kinds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from contacts.custom.kinds import NO_KINDS, OwnKinds
from contacts.lookup import AskedIdentity, read_own
from contacts.normalise import InvalidValue
from contacts.selectors.kinds import own_kinds
from scrm.api.errors import Refusal
from scrm.api.parsing import TextField


def own_identities_field() -> serializers.DictField:
    return serializers.DictField(
        child=TextField(max_length=255),
        required=False,
        help_text="Ids of the business's own kinds by their codes, as GET /identity-kinds lists them.",
    )


def kinds_spoken_of(bodies: Iterable[Any]) -> OwnKinds:
    """The kinds by which somebody may come in; asked only where a body speaks of any."""
    if any(isinstance(body, Mapping) and body.get("identities") for body in bodies):
        return {kind.code: kind for kind in own_kinds()}
    return NO_KINDS


def unknown_kinds(said: Mapping[str, Any], kinds: OwnKinds) -> Iterator[Refusal]:
    for code in said:
        if code not in kinds:
            yield Refusal(f"identities.{code[:40]}", "unknown_kind", _("There is no such kind of identity."), "")


def read_own_identities(said: Mapping[str, str], kinds: OwnKinds) -> tuple[list[AskedIdentity], list[Refusal]]:
    """Those of a body, and what is wrong with the others."""
    found, wrong = [], list(unknown_kinds(said, kinds))
    for code, text in said.items():
        if code in kinds:
            try:
                found.append(read_own(kinds[code], text))
            except InvalidValue as error:
                wrong.append(Refusal(f"identities.{code}", error.code, error.message, error.fix))
    return found, wrong
