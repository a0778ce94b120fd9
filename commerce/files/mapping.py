"""What each column of a file of orders becomes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext

from commerce.enums import OrderStatus
from leads.mapping import IDENTITY, Column, InvalidMapping, is_named
from leads.readings import DAY_ORDERS

IGNORE: Final = "ignore"
IDENTITY_TARGETS: Final = ("phone", "email", "external_id", "wecom_id", "buyer_id")
DATED_TARGETS: Final = ("ordered_at", "paid_at", "updated_at")
AMOUNT_TARGETS: Final = ("amount", "refunded", "price", "line_amount", "line_refunded")
TARGETS: Final = (
    *("platform", "number", "status", *DATED_TARGETS, "amount", "refunded", "currency"),
    *("product", "product_name", "product_group", "quantity", "price", "line_amount", "line_refunded"),
    *("name", *IDENTITY_TARGETS, IGNORE),
)
PLATFORM_MAX: Final = 40
DEFAULT_PLATFORM: Final = "shop"


def is_identity(target: str) -> bool:
    """Whether it says who bought. One buyer has two phones; an amount stands in one column."""
    return target in IDENTITY_TARGETS or (target.startswith(IDENTITY) and is_named(target))


@dataclass(frozen=True)
class OrderMapping:
    """What the columns become; `platform` is where all of it was sold, unless a column says.

    `states` are the words of the file for an order's status, where ours are not enough. Columns not named are left out.
    """

    columns: dict[str, Column]
    platform: str = DEFAULT_PLATFORM
    states: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What `parse_order_mapping` reads."""
        columns = {
            name: {"to": column.to} | ({"day_order": column.day_order} if column.day_order else {})
            for name, column in self.columns.items()
        }
        return {"columns": columns, "platform": self.platform, "states": self.states}

    def missing_columns(self, headers: Iterable[str]) -> list[str]:
        """Columns that the mapping speaks of and a file lacks."""
        present = set(headers)
        return [name for name in self.columns if name not in present]

    @cached_property
    def targets(self) -> frozenset[str]:
        return frozenset(column.to for column in self.columns.values())

    @cached_property
    def identifies(self) -> bool:
        """Whether rows are meant to say who bought."""
        return any(map(is_identity, self.targets))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The business's own kinds of identity that it speaks of, by code, each with where it does."""
        said = {column.to: f"columns.{name}.to" for name, column in self.columns.items()}
        return {target[len(IDENTITY) :]: path for target, path in said.items() if target.startswith(IDENTITY)}


def parse_order_mapping(data: object) -> OrderMapping:
    """A mapping from its JSON form; InvalidMapping says where it is wrong."""
    top = _object(data, "", ("columns", "platform", "states"))
    columns: dict[str, Column] = {}
    taken: set[str] = set()
    for name, raw in _object(top.get("columns", {}), "columns").items():
        columns[name] = column = _column(raw, f"columns.{name}")
        if column.to in taken and column.to != IGNORE and not is_identity(column.to):
            message = gettext("%(target)s has a column already.") % {"target": column.to}
            raise InvalidMapping(f"columns.{name}.to", message)
        taken.add(column.to)
    platform = top.get("platform", DEFAULT_PLATFORM)
    if not isinstance(platform, str) or not 0 < len(platform.strip()) <= PLATFORM_MAX:
        raise InvalidMapping("platform", gettext("Say in at most %(limit)s characters.") % {"limit": PLATFORM_MAX})
    states = _object(top.get("states", {}), "states")
    for word, state in states.items():
        if state not in OrderStatus.values:
            raise InvalidMapping(f"states.{word}", _choose(str(state), OrderStatus.values))
    return OrderMapping(columns, platform.strip(), dict(states))


def _object(data: object, path: str, allowed: tuple[str, ...] | None = None) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise InvalidMapping(path, gettext("This must be a JSON object."))
    for key in data:
        if allowed is not None and key not in allowed:
            raise InvalidMapping(f"{path}.{key}".lstrip("."), _choose(key, allowed))
    return data


def _column(data: object, path: str) -> Column:
    raw = _object(data, path, ("to", "day_order"))
    target, order = raw.get("to"), raw.get("day_order", "")
    if not isinstance(target, str) or (target not in TARGETS and not is_identity(target)):
        raise InvalidMapping(f"{path}.to", _choose(str(target), (*TARGETS, f"{IDENTITY}…")))
    if order and (order not in DAY_ORDERS or target not in DATED_TARGETS):
        raise InvalidMapping(f"{path}.day_order", gettext("Only a moment has a day order: dmy or mdy."))
    return Column(target, order)


def _choose(given: str, allowed: Iterable[str]) -> str:
    message = gettext("%(given)s is not known; choose one of %(allowed)s.")
    return message % {"given": given, "allowed": ", ".join(allowed)}
