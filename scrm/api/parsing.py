"""Reads a body: JSON only, and never a field that nobody declared."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

UNSTORABLE: Final = re.compile("[\\x00\\ud800-\\udfff]")


class BodyParser(JSONParser):
    """DRF's lets a deeply nested body end the stack, and a wrong byte end the request."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=_refuse_constant)
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not JSON.")) from error


class StrictSerializer(serializers.Serializer):
    """Names every field that it does not know: a typing mistake must not lose a value silently."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = {}
        if isinstance(data, Mapping):
            unknown = {
                str(name): [serializers.ErrorDetail(_("There is no such field."), code="unknown_field")]
                for name in data
                if name not in self.fields
            }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            known = error.detail if isinstance(error.detail, dict) else {}
            raise serializers.ValidationError({**known, **unknown}) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


class TextField(serializers.CharField):
    """Only a text: DRF's takes a number for one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TruthField(serializers.BooleanField):
    """Only true and false: DRF's takes 0, "off" and "n" for false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class IdField(serializers.UUIDField):
    """Only a text: DRF's takes false for the id of zeros."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


def refuse_ancient(at: datetime) -> None:
    """A year that was mistyped; and zones of old had offsets of seconds, which JSON's date-time can't say."""
    if at.year < 1970:
        raise serializers.ValidationError(_("This is before 1970."))


def storable(value: Any) -> bool:
    """Whether PostgreSQL can keep it: no NUL and no half of a surrogate pair, however deep."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, Mapping):
            left += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            left += part
        elif isinstance(part, str) and UNSTORABLE.search(part):
            return False
    return True


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
