"""Writes a copy of all that is known of a person: for people to read and for machines, in one sealed archive."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.defaultfilters import date as shown_date
from django.utils.html import escape
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from scrm.core.crypto import CryptoError
from scrm.core.sealed_file import SealingWriter
from scrm.flows.personal import queries
from scrm.flows.personal.finding import OPENERS
from scrm.flows.personal.inventory import FIELDS, Table
from scrm.flows.personal.queries import Found

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}h2{margin:2rem 0 .25rem}"
    "th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#f4f4f5}p{color:#555}div{overflow-x:auto}"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a copy says of itself."""

    business: str
    language: str
    made_at: datetime


def write_copy(target: IO[bytes], contact_id: UUID, found: Found, head: Head) -> int:
    """Write the archive; gives how many rows are in it."""
    count = 0
    with SealingWriter(target) as sealed, zipfile.ZipFile(sealed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("data.json", "w", force_zip64=True) as entry, io.TextIOWrapper(entry, "utf-8") as text:
            count = _write_json(text, contact_id, found, head)
        with archive.open("index.html", "w", force_zip64=True) as entry, io.TextIOWrapper(entry, "utf-8") as text:
            _write_html(text, contact_id, found, head)
        for name, content in _files(contact_id, found):
            archive.writestr(name, content)
    return count


def _write_json(text: IO[str], contact_id: UUID, found: Found, head: Head) -> int:
    count = 0
    said = {"business": head.business, "made_at": head.made_at.isoformat(), "person": str(contact_id)}
    text.write(json.dumps(said, ensure_ascii=False)[:-1] + ', "tables": {')
    for place, table in enumerate(FIELDS.of_persons()):
        text.write((", " if place else "") + f"{json.dumps(table.name)}: [")
        for number, row in enumerate(_rows(table, contact_id, found)):
            text.write((",\n" if number else "\n") + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False))
            count += 1
        text.write("]")
    text.write("}}\n")
    return count


def _write_html(text: IO[str], contact_id: UUID, found: Found, head: Head) -> None:
    title = _("All that %(business)s knows of you") % {"business": head.business}
    made = _("Made on %(day)s. data.json holds the same for machines.") % {"day": _shown(head.made_at)}
    text.write(
        f'<!doctype html><html lang="{escape(head.language)}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(made)}</p>"
    )
    for table in FIELDS.of_persons():
        rows = _rows(table, contact_id, found)
        first = next(rows, None)
        if first is None:
            continue
        heading = queries.title_of(table.name)
        labels = _labels(table)
        text.write(f"<h2>{escape(heading[:1].upper() + heading[1:])}</h2><div><table><tr>")
        text.write("".join(f"<th>{escape(label)}</th>" for label in labels.values()) + "</tr>")
        names = _Names(table)
        for row in _with(first, rows):
            text.write(
                "<tr>" + "".join(f"<td>{escape(names.shown(name, row[name]))}</td>" for name in labels) + "</tr>"
            )
        text.write("</table></div>")
    text.write("</html>\n")


def _with(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _rows(table: Table, contact_id: UUID, found: Found) -> Iterator[dict[str, Any]]:
    """What a person is given of each of their rows: sealed values in clear, JSON as data."""
    model = queries.model_of(table.name)
    fields = {field.column: field for field in model._meta.concrete_fields}
    for row in queries.rows_of(table, contact_id, found):
        values = {}
        for column in table.exported:
            value = row[column]
            if (table.name, column) in OPENERS:
                value = _opened(table, column, model(**{fields[name].attname: each for name, each in row.items()}))
            elif isinstance(fields[column], models.JSONField) and isinstance(value, str):
                value = json.loads(value)
            values[column] = value
        yield values


def _opened(table: Table, column: str, row: Any) -> str | None:
    if not getattr(row, column):
        return None
    try:
        return OPENERS[table.name, column](row)
    except CryptoError:
        return None


def _labels(table: Table) -> dict[str, str]:
    """The columns for people to read, without the keys of rows."""
    fields = {field.column: field for field in queries.model_of(table.name)._meta.concrete_fields}
    return {
        column: str(fields[column].verbose_name)
        for column in table.exported
        if not fields[column].primary_key and not isinstance(fields[column], models.UUIDField)
    }


class _Names:
    """How values of one table are shown: choices in words, rows of ours by their names."""

    def __init__(self, table: Table) -> None:
        self._fields = {field.column: field for field in queries.model_of(table.name)._meta.concrete_fields}
        self._known: dict[tuple[str, Any], str] = {}

    def shown(self, column: str, value: Any) -> str:
        field = self._fields[column]
        if value is None or value in ("", [], {}):
            return ""
        if isinstance(field, models.ForeignKey):
            return self._named(field, value)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return _shown(value)

    def _named(self, field: "models.ForeignKey[Any, Any]", value: Any) -> str:
        key = (field.column, value)
        if key not in self._known:
            row = field.related_model._default_manager.filter(pk=value).first()
            self._known[key] = str(row) if row is not None else ""
        return self._known[key]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return str(shown_date(localtime(value), "DATETIME_FORMAT"))
    if isinstance(value, date):
        return str(shown_date(value, "DATE_FORMAT"))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_shown(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _files(contact_id: UUID, found: Found) -> Iterator[tuple[str, bytes]]:
    """The files that a person's rows name."""
    for table in FIELDS.of_persons():
        named = [column for column in queries.file_columns(table.name) if column in table.exported]
        if not named:
            continue
        for row in queries.rows_of(table, contact_id, found):
            for name in filter(None, (row[column] for column in named)):
                with suppress(FileNotFoundError), default_storage.open(name, "rb") as file:
                    yield f"files/{table.name}/{name.rpartition('/')[2]}", file.read()
