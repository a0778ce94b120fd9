"""Which migrations there are, by their files, and which schema lacks which of them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tenants.migrating import queries
from tenants.selectors import tenant_schemas

PUBLIC = "public"


def apps_of(schema: str) -> Collection[str]:
    """The settings' names of the apps that have tables in a schema."""
    names: Collection[str] = settings.SHARED_APPS if schema == PUBLIC else settings.TENANT_APPS
    return names


def migrations_on_disk(schema: str) -> list[str]:
    """`app.name` of every migration that concerns a schema; by the files' names, as nothing need be loaded for it."""
    return [
        f"{config.label}.{name}"
        for config in _configs(apps_of(schema))
        for name in _names(MigrationLoader.migrations_module(config.label)[0])
    ]


def migrations_pending(schemas: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """What is missing in each schema: of the public one and all tenants' unless some are named.

    A schema that does not exist, or was never migrated, lacks everything.
    """
    chosen = [PUBLIC, *tenant_schemas()] if schemas is None else list(schemas)
    present = queries.schemas_migrated()
    lacking = {schema: tuple(migrations_on_disk(schema)) for schema in chosen if schema not in present}
    for group in ([PUBLIC], [schema for schema in chosen if schema != PUBLIC]):
        known = [schema for schema in group if schema in present and schema in chosen]
        if known:
            lacking |= queries.migrations_missing(migrations_on_disk(known[0]), known)
    return {schema: lacking[schema] for schema in chosen if schema in lacking}


@contextmanager
def only_migrations_of(schema: str) -> Iterator[None]:
    """Apps without tables in a schema: following their migrations there is half of the time, for nothing."""
    before = settings.MIGRATION_MODULES
    own = {config.label for config in _configs(apps_of(schema))}
    others = {config.label for config in apps.get_app_configs()} - own
    settings.MIGRATION_MODULES = {**before, **dict.fromkeys(others)}
    try:
        yield
    finally:
        settings.MIGRATION_MODULES = before


def _configs(names: Collection[str]) -> list[AppConfig]:
    return [
        config
        for config in apps.get_app_configs()
        if config.name in names or f"{type(config).__module__}.{type(config).__name__}" in names
    ]


@lru_cache
def _names(module: str | None) -> tuple[str, ...]:
    """The migrations in a package; none of an app that has no such package."""
    if module is None:
        return ()
    try:
        package = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return ()
    found = (name for _finder, name, is_package in iter_modules(package.__path__) if not is_package)
    return tuple(sorted(name for name in found if name[0] not in "_~"))
