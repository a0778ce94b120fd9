"""What a migration is made of, and so whether the statements that it ran in one schema may be repeated in others."""

from collections.abc import Iterable, Iterator

from django.db.migrations import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

_DJANGO = ("django.db.migrations.operations.models", "django.db.migrations.operations.fields")
_ABOUT_MODELS = {"CreateModel", "DeleteModel", "RenameModel", "AlterModelOptions", "SeparateDatabaseAndState"}


def is_repeatable(migration: Migration) -> bool:
    """Whether the same statements do the same in every schema of equal history.

    So they do for Django's own schema operations. What runs a program or hand-written SQL may look at rows, and what
    runs outside a transaction can't be undone in one piece: these go through Django in each schema.
    """
    return bool(migration.atomic) and all(_only_changes_tables(operation) for operation in migration.operations)


def changes_words(migration: Migration) -> bool:
    """Whether Django has to keep other content types or permissions after it."""
    return any(type(operation).__name__ in _ABOUT_MODELS for operation in _flat(migration.operations))


def index_names(migration: Migration) -> list[str]:
    """Names of the indexes that it makes."""
    indexes = (getattr(operation, "index", None) for operation in _flat(migration.operations))
    return [index.name for index in indexes if index is not None]


def _only_changes_tables(operation: Operation) -> bool:
    if isinstance(operation, SeparateDatabaseAndState):
        return all(_only_changes_tables(inner) for inner in operation.database_operations)
    return type(operation).__module__ in _DJANGO


def _flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        yield operation
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat([*operation.database_operations, *operation.state_operations])
