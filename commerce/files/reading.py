"""Reads a row of a file of orders by a mapping, or says what is wrong with its cells. Pure."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from commerce.enums import OrderStatus
from commerce.files.mapping import AMOUNT_TARGETS, DATED_TARGETS, IGNORE, PLATFORM_MAX, OrderMapping, is_identity
from commerce.files.readings import (
    plain_cell,
    read_amount,
    read_number,
    read_quantity,
    read_status,
    read_when,
    status_of,
)
from commerce.order_folding import Line
from contacts.custom.kinds import NO_KINDS, OwnKinds
from contacts.lookup import AskedIdentity, read_identity, read_own
from contacts.normalise import InvalidValue, normalise_name
from exchange.problems import Problem
from exchange.reader import SHOWN_CHARACTERS, Row
from leads.mapping import IDENTITY
from leads.readings import at_most, read_text

NUMBER_MAX: Final = 80
CODE_MAX: Final = 60
NAME_MAX: Final = 120
GROUP_MAX: Final = 60
BUYER: Final = "order"
_DIGITS_OF_A_LONG_NAME: Final = 10
# What platforms show of a phone or a name that they keep to themselves.
_MASK: Final = "*"


@dataclass(slots=True)
class OrderRow:
    """What one row says of an order: of the whole, of one line, and who bought.

    `number` is empty where the row names none. `at` is the moment of which it is true, if it says one.
    """

    row: int
    platform: str
    number: str = ""
    at: datetime | None = None
    said: dict[str, Any] = field(default_factory=dict)
    line: Line | None = None
    group: str = ""
    identities: tuple[AskedIdentity, ...] = ()
    name: str = ""

    @property
    def moment(self) -> datetime | None:
        """When what it says is true: as told, else the latest moment that it names."""
        told = [value for value in self.said.values() if isinstance(value, datetime)]
        return self.at or max(told, default=None)


def read_order_row(
    mapping: OrderMapping, row: Row, *, region: str, zone: ZoneInfo, kinds: OwnKinds = NO_KINDS
) -> OrderRow | list[Problem]:
    """One row, or what is wrong with it; `kinds` are the kinds of identity of the business that are mapped to."""
    reading = _Reading(mapping, row.number, region, zone, kinds)
    for name, text in row.values.items():
        column = mapping.columns.get(name)
        if column is not None and column.to != IGNORE:
            value = plain_cell(text)
            if value:
                reading.take(column.to, name, value, column.day_order)
    return reading.problems or reading.row()


class _Reading:
    """One row on its way into an order."""

    def __init__(self, mapping: OrderMapping, number: int, region: str, zone: ZoneInfo, kinds: OwnKinds) -> None:
        self._kinds = kinds
        self._mapping = mapping
        self._number = number
        self._region = region
        self._zone = zone
        self._values: dict[str, Any] = {}
        self._identities: dict[AskedIdentity, None] = {}
        self._currency = ""
        self.problems: list[Problem] = []

    def take(self, target: str, column: str, value: str, day_order: str) -> None:
        try:
            if target in DATED_TARGETS:
                # An order that nobody paid says so where others have the moment.
                if target != "paid_at" or status_of(value) != OrderStatus.PLACED:
                    self._values[target] = read_when(value, zone=self._zone, day_order=day_order)
            elif target in AMOUNT_TARGETS:
                amount = read_amount(value)
                self._values[target] = amount.value
                self._currency = self._currency or amount.currency
            elif is_identity(target):
                self._identify(target, value)
            elif target == "status" and value in self._mapping.states:
                self._values[target] = OrderStatus(self._mapping.states[value])
            elif target != "name" or _MASK not in value:
                self._values[target] = _READERS[target](value)
        except InvalidValue as error:
            shown = value[:SHOWN_CHARACTERS]
            self.problems.append(Problem(self._number, column, shown, error.message, error.fix))

    def _identify(self, target: str, value: str) -> None:
        if target == "buyer_id":
            self._values[target] = read_number(value, 200)
        elif target.startswith(IDENTITY):
            own = self._kinds[target[len(IDENTITY) :]]
            if not own.archived:
                self._identities[read_own(own, value)] = None
        elif _MASK not in value:
            self._identities[read_identity(target, value, region=self._region)] = None

    def row(self) -> OrderRow:
        values = self._values
        platform = values.get("platform", self._mapping.platform)
        if "buyer_id" in values:
            # Two platforms may call two people the same.
            known = f"{platform}:{values['buyer_id']}"
            self._identities[AskedIdentity(BUYER, known, known)] = None
        return OrderRow(
            self._number,
            platform,
            values.get("number", ""),
            values.get("updated_at"),
            self._said(),
            self._line(),
            values.get("product_group", ""),
            tuple(self._identities),
            values.get("name", ""),
        )

    def _said(self) -> dict[str, Any]:
        """What it says of the whole order; money that came in with a minus went back."""
        values = self._values
        said: dict[str, Any] = {name: values[name] for name in ("ordered_at", "paid_at", "currency") if name in values}
        if self._currency and "currency" not in said:
            said["currency"] = self._currency
        if "status" in values:
            said["status"] = values["status"]
        elif "status" not in self._mapping.targets and (said.keys() & {"ordered_at", "paid_at"}):
            awaits = "paid_at" in self._mapping.targets and "paid_at" not in values
            said["status"] = OrderStatus.PLACED if awaits else OrderStatus.PAID
        amount, refunded = values.get("amount"), values.get("refunded")
        if amount is not None and amount >= 0:
            said["amount"] = amount
        if refunded:
            said["refunded"] = abs(refunded)
        elif amount is not None and amount < 0:
            said["refunded"] = -amount
        return said

    def _line(self) -> Line | None:
        values = self._values
        name = values.get("product_name", "")
        code = values.get("product") or _code_of(name)
        if not code:
            return None
        quantity = values.get("quantity", 1)
        amount = self._line_amount(quantity)
        refunded = abs(values.get("line_refunded", Decimal(0)))
        if amount < 0 or quantity < 0:
            amount, refunded = Decimal(0), abs(amount)
        return Line(code, abs(quantity), amount, name or code, refunded)

    def _line_amount(self, quantity: int) -> Decimal:
        values = self._values
        if "line_amount" in values:
            return Decimal(values["line_amount"])
        if "price" in values:
            return Decimal(values["price"] * quantity)
        # Where no column names the order, a row is one.
        return Decimal(values.get("amount", 0)) if "number" not in self._mapping.targets else Decimal(0)


def _code_of(name: str) -> str:
    """The code of a product that has none: its name, as far as it goes."""
    if len(name) <= CODE_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGITS_OF_A_LONG_NAME]
    return f"{name[: CODE_MAX - _DIGITS_OF_A_LONG_NAME - 1]}-{digest}"


def _read_currency(text: str) -> str:
    code = {"人民币": "CNY", "RMB": "CNY", "美元": "USD", "港币": "HKD", "欧元": "EUR"}.get(text.upper(), text.upper())
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    raise InvalidValue("not_a_currency", gettext("This is not a currency."), gettext("Write it as CNY."))


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "platform": lambda text: at_most(PLATFORM_MAX, read_text(text)),
    "number": lambda text: read_number(text, NUMBER_MAX),
    "status": read_status,
    "currency": _read_currency,
    "product": lambda text: read_number(text, CODE_MAX),
    "product_name": lambda text: read_text(text)[:NAME_MAX],
    "product_group": lambda text: read_text(text)[:GROUP_MAX],
    "quantity": read_quantity,
    "name": lambda text: at_most(NAME_MAX, normalise_name(text)),
}
