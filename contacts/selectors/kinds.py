"""Kinds of identity: what each is called, which ones the business added, and how somebody is known by them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from contacts.custom.kinds import OwnKind, OwnKinds
from contacts.enums import IdentityKind
from contacts.models import CustomKind, Identity
from contacts.sealing import open_identity
from tenants.selectors import tenant_keys

BUILT_IN: Final = frozenset(IdentityKind.values)


class KnownBy(NamedTuple):
    """One way in which somebody is known, for a reader: what it is called and what shows of it.

    `is_plain`: the business lets it be seen in clear, and `shown` is all of it.
    """

    pk: UUID
    kind: str
    name: str
    shown: str
    is_plain: bool = False


def kind_rows() -> QuerySet[CustomKind]:
    """Those by which somebody may come in."""
    return CustomKind.objects.filter(archived=False)


def kind_list(*, archived: bool = False) -> list[CustomKind]:
    """Those that the business added."""
    return list(CustomKind.objects.filter(archived=archived))


def kind_get(pk: UUID) -> CustomKind | None:
    return CustomKind.objects.filter(pk=pk).first()


def own_kinds() -> list[OwnKind]:
    """Those of the business by which somebody may come in."""
    return [kind.own for kind in kind_rows()]


def own_kinds_ever() -> list[OwnKind]:
    """The archived ones too: whom they named is still known by them."""
    return [kind.own for kind in CustomKind.objects.all()]


def own_kinds_coded(codes: Collection[str]) -> OwnKinds:
    """By code, whether they are archived or not."""
    return {kind.code: kind.own for kind in CustomKind.objects.filter(code__in=codes)} if codes else {}


def kind_choices() -> list[tuple[str, str]]:
    """Every kind of identity with what it is called; those of the business behind those that everybody has."""
    return [
        *((value, str(label)) for value, label in IdentityKind.choices),
        *((kind.code, kind.name) for kind in CustomKind.objects.all()),
    ]


def kind_names(kinds: Iterable[str]) -> dict[str, str]:
    """What these kinds are called. The database is asked only where one is the business's own."""
    return {kind: str(_name(kind, own)) for own, asked in [_with_own(kinds)] for kind in asked}


def identities_shown(rows: Sequence[Identity]) -> list[KnownBy]:
    """How these identities show, masked unless the business lets their kind be seen; in the order given."""
    own, _asked = _with_own(row.kind for row in rows)
    clear = _opened([row.pk for row in rows if row.kind in own and not own[row.kind].masked])
    return [
        KnownBy(row.pk, row.kind, _name(row.kind, own), clear.get(row.pk, row.hint), row.pk in clear) for row in rows
    ]


def _with_own(kinds: Iterable[str]) -> tuple[dict[str, CustomKind], set[str]]:
    asked = set(kinds)
    added = asked - BUILT_IN
    return ({kind.code: kind for kind in CustomKind.objects.filter(code__in=added)} if added else {}), asked


def _name(kind: str, own: dict[str, CustomKind]) -> str:
    if kind in BUILT_IN:
        return str(IdentityKind(kind).label)
    return own[kind].name if kind in own else kind


def _opened(identity_ids: Collection[UUID]) -> dict[UUID, str]:
    if not identity_ids:
        return {}
    keys, rows = tenant_keys(), Identity.objects.filter(pk__in=identity_ids).values_list("pk", "sealed")
    return {pk: open_identity(sealed, pk=pk, keys=keys) for pk, sealed in rows}
