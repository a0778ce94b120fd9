"""Narrows, sorts and widens a list of contacts, leads or companies by their fields; all of it stands in the address.

`where=budget.gte.1000` narrows, `column=budget` shows, `sort=-field.budget` sorts. The page's dialog asks for it field
by field, and is led to such an address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from contacts.custom.values import show_field
from contacts.enums import FieldKind, FieldSubject
from contacts.field_facts import PREFIX, listed_facts
from contacts.models import CustomField
from contacts.selectors.field_lists import Row, rows_by_field, rows_where
from contacts.selectors.fields import HasFields
from scrm.core import clock
from scrm.core.conditions import Condition, ConditionInvalid, parse, sentence
from scrm.core.conditions.types import OPERATORS, SHAPES, Shape
from scrm.core.conditions.words import OPERATOR_LABELS
from tenants.selectors import tenant_zone

COLUMNS_MOST: Final = 6
_WHERE_MOST: Final = 20
_VALUE_MOST: Final = 500
_SORT: Final = "field."
_NOT_OFFERED: Final = ("is_not", "not_in", "gt", "lt", "has")
"""Said as well by another operator, or hardly ever asked of a list; addresses take them."""
_PRESENCE: Final = ("is_set", "is_not_set")
"""All that may be asked of a sensitive field: anything else would tell what it holds."""
_USUAL: Final = {
    **dict.fromkeys((FieldKind.TEXT, FieldKind.LINK), "contains"),
    **dict.fromkeys((FieldKind.NUMBER, FieldKind.MONEY), "gte"),
    **dict.fromkeys((FieldKind.DATE, FieldKind.MOMENT), "after"),
    FieldKind.YES_NO: "is",
    FieldKind.CHOICE: "in",
    FieldKind.CHOICES: "has_any",
}
_INPUTS: Final = {FieldKind.DATE: "date", FieldKind.MOMENT: "datetime-local"}


@dataclass(frozen=True, slots=True)
class Where:
    """One thing asked of a field, as the address has it."""

    field: CustomField
    op: str
    raw: str
    condition: Condition

    @property
    def text(self) -> str:
        return f"{self.field.code}.{self.op}.{self.raw}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as the dialog draws it."""

    field: CustomField
    operators: list[tuple[str, str]]
    op: str
    values: list[str]
    is_column: bool

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Value, label and whether it is ticked; nothing where a value is typed."""
        given = self.field.choices
        if self.field.kind == FieldKind.YES_NO:
            given = [("yes", _("Yes")), ("no", _("No"))]
        return [(key, label, key in self.values) for key, label in given]

    @property
    def type(self) -> str:
        # "Within so many days" is a number, whatever the field holds.
        days = SHAPES.get(self.op) is Shape.DAYS
        return "text" if days else _INPUTS.get(FieldKind(self.field.kind), "text")

    @property
    def first(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def second(self) -> str:
        return self.values[1] if len(self.values) > 1 else ""


class FieldFilters:
    """What the address says about the fields that its reader sees; what can't be is left out."""

    def __init__(self, request: HttpRequest, fields: Sequence[CustomField]) -> None:
        self.fields = fields
        self._query = request.GET
        self._by_code = {field.code: field for field in fields}
        self._registry = listed_facts(fields)
        self.where = list(self._read())
        wanted = dict.fromkeys(request.GET.getlist("column"))
        known = [self._by_code[code] for code in wanted if code in self._by_code]
        self.columns = [field for field in known if not field.sealed][:COLUMNS_MOST]

    def narrowed(self, rows: QuerySet[Row], now: datetime | None = None) -> QuerySet[Row]:
        """Those rows for which all holds that is asked; the clock is asked only where something is."""
        if not self.where:
            return rows
        of = FieldSubject(self.fields[0].subject)
        return rows_where(rows, [each.condition for each in self.where], now or clock.now(), of=of)

    def ordered(self, rows: QuerySet[Row]) -> QuerySet[Row] | None:
        """Sorted by the field that the address names; None where it names none."""
        asked = self._query.get("sort", "")
        name = asked.removeprefix("-")
        field = self._by_code.get(name.removeprefix(_SORT)) if name.startswith(_SORT) else None
        if field is None or field.sealed or field.kind == FieldKind.CHOICES:
            return None
        return rows_by_field(rows, field, descending=asked.startswith("-"))

    @property
    def chips(self) -> list[dict[str, str]]:
        """What is asked, each with the address of the list without it."""
        chips = []
        for each in self.where:
            rest = self._query.copy()
            rest.setlist("where", [other for other in rest.getlist("where") if other != each.text])
            rest.pop("page", None)
            chips.append({"label": sentence(each.condition), "value": "", "url": f"?{rest.urlencode()}"})
        return chips

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the bar above the list must not lose."""
        columns = [("column", field.code) for field in self.columns]
        return [*(("where", each.text) for each in self.where), *columns]

    @property
    def asked(self) -> list[Asked]:
        """Every field for the dialog."""
        said = {each.field.code: each for each in self.where}
        shown = {field.code for field in self.columns}
        rows = []
        for field in self.fields:
            where = said.get(field.code)
            values = _several(where.op, where.raw) if where else []
            rows.append(Asked(field, _operators(field), where.op if where else "", values, field.code in shown))
        return rows

    def cells(self, row: HasFields) -> list[tuple[CustomField, str]]:
        """What the columns say of a row."""
        zone = tenant_zone()
        return [(field, show_field(field.shape, row.fields.get(field.code), zone=zone)) for field in self.columns]

    def _read(self) -> Iterator[Where]:
        for text in dict.fromkeys(self._query.getlist("where")[:_WHERE_MOST]):
            code, _dot, rest = text.partition(".")
            op, _dot, raw = rest.partition(".")
            field = self._by_code.get(code)
            if field is None or op not in SHAPES or len(raw) > _VALUE_MOST or (field.sealed and op not in _PRESENCE):
                continue
            try:
                said = {"fact": f"{PREFIX}{code}", "op": op, **_value_of(field, op, raw)}
                yield Where(field, op, raw, parse(said, self._registry))
            except (ConditionInvalid, ValueError):
                continue


def tidy_address(query: QueryDict, fields: Sequence[CustomField]) -> str:
    """The address of what the dialog asked for, without what it left empty."""
    rest = query.copy()
    columns = rest.getlist("column")
    for name in list(rest):
        if name in ("narrow", "where", "column", "page") or name.startswith(("op.", "is.", "to.")) or not rest[name]:
            rest.pop(name)
    where = []
    for field in fields:
        values = [each for each in (*query.getlist(f"is.{field.code}"), query.get(f"to.{field.code}", "")) if each]
        usual = _USUAL[FieldKind(field.kind)] if len(values) < 2 or field.choices else "between"
        op = query.get(f"op.{field.code}", "") or (usual if values else "")
        if SHAPES.get(op) is Shape.NOTHING:
            values = []
        elif SHAPES.get(op) in (Shape.ONE, Shape.DAYS):
            values = values[:1]
        if op and (values or SHAPES.get(op) is Shape.NOTHING):
            where.append(f"{field.code}.{op}.{','.join(values)}")
    rest.setlist("where", where)
    rest.setlist("column", columns)
    return f"?{rest.urlencode()}"


def _operators(field: CustomField) -> list[tuple[str, str]]:
    """Those that the dialog offers; of yes and no there is nothing to choose."""
    if field.kind == FieldKind.YES_NO:
        return []
    if field.sealed:
        return [(op, str(OPERATOR_LABELS[op])) for op in _PRESENCE]
    fact = next(iter(listed_facts([field])))
    left_out = (*_NOT_OFFERED, "is") if field.kind == FieldKind.CHOICE else _NOT_OFFERED
    return [(op, str(OPERATOR_LABELS[op])) for op in OPERATORS[fact.type] if op not in left_out]


def _several(op: str, raw: str) -> list[str]:
    return raw.split(",") if SHAPES[op] in (Shape.MANY, Shape.PAIR) else [raw]


def _value_of(field: CustomField, op: str, raw: str) -> dict[str, Any]:
    if SHAPES[op] is Shape.NOTHING:
        return {}
    if SHAPES[op] is Shape.DAYS:
        return {"value": int(raw)}
    if field.kind == FieldKind.YES_NO:
        return {"value": {"yes": True, "no": False}[raw] if raw in ("yes", "no") else raw}
    said = _several(op, raw)
    if field.kind == FieldKind.MOMENT:
        zone = tenant_zone()
        moments = [datetime.fromisoformat(each) for each in said]
        said = [(each if each.tzinfo else each.replace(tzinfo=zone)).isoformat() for each in moments]
    return {"value": said if SHAPES[op] in (Shape.MANY, Shape.PAIR) else said[0]}
