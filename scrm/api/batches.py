"""Reads a body that holds one list, row by row: what is wrong with one does not stop the others."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import serializers

from scrm.api.errors import Refusal, Refused, refusal, refusals_in
from scrm.api.parsing import storable

BATCH_MOST: Final = 1_000


def read_batch(body: Any, name: str, form: serializers.Serializer) -> list[dict[str, Any] | list[Refusal]]:
    """Each row as the form reads it, or what is wrong with it; Refused where the whole is no batch."""
    rows = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or not rows or len(body) > 1:
        reason = _("Send an object with one field, %(name)s, that is a list of rows.")
        raise Refused([refusal(name, "invalid", reason % {"name": name})])
    if len(rows) > BATCH_MOST:
        reason = _("A batch holds at most %(limit)s rows.")
        raise Refused([refusal(name, "max_length", reason % {"limit": BATCH_MOST})])
    return [_read(row, form) for row in rows]


def _read(row: Any, form: serializers.Serializer) -> dict[str, Any] | list[Refusal]:
    if not storable(row):
        return [refusal("", "invalid", _("There is a character in it that can't be kept."))]
    try:
        return dict(form.run_validation(row))
    except serializers.ValidationError as error:
        return list(refusals_in(error.detail))
