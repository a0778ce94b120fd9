"""Reads an order as another system reports it, or says what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from commerce.enums import OrderStatus
from commerce.order_folding import Line
from commerce.services_orders import OrderReport, report_of
from contacts.custom.kinds import NO_KINDS, OwnKinds
from contacts.inputs import PersonInput
from contacts.lookup import AskedIdentity, read_identity
from contacts.normalise import InvalidValue
from leads.inputs import names_somebody
from scrm.api.errors import Refusal
from scrm.api.own_identities import own_identities_field, read_own_identities
from scrm.api.parsing import IdField, StrictSerializer, refuse_ancient

LINES_MOST: Final = 200
_IDENTITIES: Final = ("phone", "email", "external_id", "wecom_id")
_BUYER: Final = "order"
_SAID: Final = ("status", "amount", "refunded", "currency", "ordered_at", "paid_at")
_MOST: Final = Decimal("999999999999.99")


def _money(about: str = "", **more: Any) -> Any:
    return serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, max_value=_MOST, help_text=about, **more
    )


def _text(limit: int, about: Any = None, **more: Any) -> Any:
    return serializers.CharField(max_length=limit, help_text=about, **{"required": False, **more})


class OrderLineBody(StrictSerializer):
    product = _text(60, "The product's code at the platform; one that is new is added.", required=True)
    name = _text(120, allow_blank=True)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, default=1)
    amount = _money("What the line comes to.")
    refunded = _money("What went back of it.", required=False, default=Decimal(0))


class OrderBody(StrictSerializer):
    """What a platform says of one order. What it does not say stays as it was told before."""

    platform = _text(40, "Where it was sold.", required=True)
    number = _text(80, "The order's number there.", required=True)
    updated_at = serializers.DateTimeField(
        required=False,
        help_text="The moment of which this is true: of two reports the later one holds, whichever comes first. "
        "Else the latest of the moments in it.",
    )
    status = serializers.ChoiceField(choices=OrderStatus.choices, required=False)
    ordered_at = serializers.DateTimeField(required=False)
    paid_at = serializers.DateTimeField(required=False)
    amount = _money("What was to be paid; without it the sum of the lines.", required=False)
    refunded = _money("What went back; without it the sum of the lines'.", required=False)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="ISO 4217; else the business's.")
    lines = serializers.ListField(
        child=OrderLineBody(), required=False, max_length=LINES_MOST, help_text="All of them, if any is given."
    )
    contact_id = IdField(required=False)
    phone = _text(64)
    email = _text(254)
    external_id = _text(255)
    wecom_id = _text(255)
    identities: Any = own_identities_field()
    buyer_id = _text(200, "The buyer's id at the platform.")
    name = _text(120, "The buyer's name, for one who is not known yet.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        moments = [attrs[name] for name in ("updated_at", "ordered_at", "paid_at") if name in attrs]
        if not moments:
            raise serializers.ValidationError({"ordered_at": _("Give updated_at, ordered_at or paid_at.")})
        for moment in moments:
            refuse_ancient(moment)
        return attrs


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """A report, and whom it names."""

    report: OrderReport
    contact_id: UUID | None
    buyer: PersonInput | None


def read_order(data: Mapping[str, Any], *, region: str, kinds: OwnKinds = NO_KINDS) -> ReadOrder | list[Refusal]:
    """What `OrderBody` let in, as the room takes it; or what is wrong with its buyer."""
    identities, wrong = _identities(data, region)
    own, unfit = read_own_identities(data.get("identities", {}), kinds)
    identities, wrong = [*identities, *own], [*wrong, *unfit]
    if wrong:
        return wrong
    lines = data.get("lines")
    report = report_of(
        data["platform"],
        data["number"],
        at=data.get("updated_at"),
        said={name: data[name] for name in _SAID if name in data},
        lines=None if lines is None else [_line(line) for line in lines],
    )
    buyer: PersonInput | None = PersonInput(tuple(identities), name=data.get("name", ""), provenance="order")
    # Who is named by nothing that tells them stays unknown, and the order waits for them.
    buyer = buyer if names_somebody(identities, kinds) else None
    return ReadOrder(report, data.get("contact_id"), buyer)


def _identities(data: Mapping[str, Any], region: str) -> tuple[list[AskedIdentity], list[Refusal]]:
    found, wrong = [], []
    for name in _IDENTITIES:
        if name in data:
            try:
                found.append(read_identity(name, data[name], region=region))
            except InvalidValue as error:
                wrong.append(Refusal(name, error.code, error.message, error.fix))
    if "buyer_id" in data:
        # Two platforms may call two people the same.
        known = f"{data['platform']}:{data['buyer_id']}"
        found.append(AskedIdentity(_BUYER, known, known))
    return found, wrong


def _line(line: Mapping[str, Any]) -> Line:
    return Line(line["product"], line["quantity"], line["amount"], line.get("name", ""), line["refunded"])
