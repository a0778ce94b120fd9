"""Django's memory of content types, kept apart by schema."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from scrm.core.tenancy import schema_name


class PerSchema(dict[Any, Any]):
    """What Django uses as {database: content types}; ids differ from schema to schema, and all threads share it."""

    def __getitem__(self, alias: str) -> Any:
        return super().__getitem__((alias, schema_name()))

    def setdefault(self, alias: str, default: Any = None) -> Any:
        return super().setdefault((alias, schema_name()), default)


def remember_per_schema() -> None:
    """Once at start-up. django-tenants empties the memory at each switch, which another thread may fill again."""
    ContentType.objects._cache = PerSchema()  # type: ignore[attr-defined]
