"""What a new migration must not do while people work: rules as functions from a migration to its offences.

Old and new code run side by side during an upgrade, and a statement that waits for a lock makes everybody behind it
wait. `docs/operations.md` says how to expand, migrate and contract instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_ALLOWED = re.compile(r"^\s*# allowed: ([\w-]+): (\S.+)$", re.MULTILINE)
_CONTRACT = re.compile(r"^\s*# contract: unused since (\S+)$", re.MULTILINE)
_CONCURRENT = (AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint)
_PROGRAMS = (operations.RunPython, operations.RunSQL)
_LOCKING_SQL = (
    (re.compile(r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.I), "index"),
    (re.compile(r"\bADD\s+(CONSTRAINT\s+\S+\s+)?(FOREIGN\s+KEY|CHECK)\b(?!.*NOT\s+VALID)", re.I | re.S), "validation"),
    (re.compile(r"\bSET\s+NOT\s+NULL\b", re.I), "not-null"),
    (re.compile(r"\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b", re.I), "rewrite"),
    (re.compile(r"\bRENAME\b", re.I), "rename"),
)

Offence = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """One migration, the models before it, its text, and the releases that are out."""

    migration: Migration
    before: ProjectState
    text: str = ""
    releases: frozenset[str] = frozenset()

    @property
    def operations(self) -> list[Operation]:
        return list(_flat(self.migration.operations))

    def is_new(self, model: str) -> bool:
        """Whether the migration itself makes the table: then nobody waits for it."""
        return any(isinstance(each, operations.CreateModel) and each.name_lower == model for each in self.operations)

    def field_before(self, model: str, field: str) -> models.Field | None:
        known = self.before.models.get((self.migration.app_label, model))
        return known.fields.get(field) if known else None


def offences(change: Change) -> list[str]:
    """`rule: what is wrong`, without those that the file allows with a reason."""
    allowed = {name for name, _reason in _ALLOWED.findall(change.text)}
    return [f"{rule}: {what}" for check in CHECKS for rule, what in check(change) if rule not in allowed]


def index_offences(change: Change) -> Iterator[Offence]:
    """An index on a table that is in use is built beside the work, not before it."""
    for each in change.operations:
        model = getattr(each, "model_name_lower", "")
        if change.is_new(model) or isinstance(each, _CONCURRENT):
            continue
        if isinstance(each, operations.AddIndex):
            yield "index", f"{each.index.name} stops all writing: AddIndexConcurrently, atomic = False"
        if isinstance(each, operations.AddConstraint) and isinstance(each.constraint, models.UniqueConstraint):
            yield (
                "index",
                f"{each.constraint.name} stops all work: a unique index concurrently first, then the constraint",
            )
        if isinstance(each, operations.AddField | operations.AlterField) and _gets_index(change, each):
            yield "index", f"{each.model_name}.{each.name} builds an index: without it here, then AddIndexConcurrently"


def not_null_offences(change: Change) -> Iterator[Offence]:
    """What the running release does not know of, it can't fill."""
    for each in change.operations:
        if isinstance(each, operations.AddField) and not change.is_new(each.model_name_lower):
            field = each.field
            if not (field.null or field.has_db_default() or field.many_to_many):
                yield (
                    "not-null",
                    f"{each.model_name}.{each.name} is refused by the running code: null=True or db_default",
                )
        if isinstance(each, operations.AlterField):
            before = change.field_before(each.model_name_lower, each.name)
            if before is not None and before.null and not each.field.null:
                yield (
                    "not-null",
                    f"{each.model_name}.{each.name}: a check NOT VALID, validate it, then this with a reason",
                )


def contract_offences(change: Change) -> Iterator[Offence]:
    """What the running release still uses stays; what is dropped was unused in a release that is out."""
    since = _CONTRACT.search(change.text)
    for each in change.operations:
        if isinstance(each, operations.RenameField | operations.RenameModel | operations.AlterModelTable):
            yield "rename", f"{each.describe()}: the running code knows the old name; add, copy, drop"
        if isinstance(each, operations.RemoveField | operations.DeleteModel) and (
            since is None or since[1] not in change.releases
        ):
            yield "drop", f"{each.describe()}: say `# contract: unused since RELEASE`, of a release that is out"


def rewrite_offences(change: Change) -> Iterator[Offence]:
    """A new type rewrites the table while nobody may even read it."""
    for each in change.operations:
        if not isinstance(each, operations.AlterField):
            continue
        before = change.field_before(each.model_name_lower, each.name)
        if before is not None and not _is_wider(before, each.field):
            yield "rewrite", f"{each.model_name}.{each.name}: {_type(before)} becomes {_type(each.field)}"


def validation_offences(change: Change) -> Iterator[Offence]:
    """Old rows are checked apart, while everybody writes on."""
    for each in change.operations:
        if isinstance(each, AddConstraintNotValid) or change.is_new(getattr(each, "model_name_lower", "")):
            continue
        if isinstance(each, operations.AddConstraint) and isinstance(each.constraint, models.CheckConstraint):
            yield (
                "validation",
                f"{each.constraint.name} reads the table: AddConstraintNotValid, then ValidateConstraint",
            )
        if isinstance(each, operations.AddField) and getattr(each.field, "db_constraint", False):
            yield "validation", f"{each.model_name}.{each.name} checks both tables: db_constraint=False, then NOT VALID"


def mixture_offences(change: Change) -> Iterator[Offence]:
    """Rows and tables change apart: a long program would keep the tables locked."""
    programs = [each for each in change.operations if isinstance(each, _PROGRAMS)]
    others = [each for each in change.operations if not isinstance(each, (*_PROGRAMS, *_CONCURRENT))]
    if others and any(isinstance(each, operations.RunPython) for each in programs):
        yield "mixture", "a program and a change of tables in one migration: two migrations"
    if others and not change.migration.atomic:
        yield "mixture", f"{others[0].describe()} without a transaction: only concurrent operations and programs"
    for each in programs:
        if not each.reversible:
            yield "one-way", f"{each.describe()}: give it a way back, if only noop"


def sql_offences(change: Change) -> Iterator[Offence]:
    """The same by hand."""
    for each in change.operations:
        if isinstance(each, operations.RunSQL):
            for pattern, rule in _LOCKING_SQL:
                if pattern.search(str(each.sql)):
                    yield rule, f"{str(each.sql)[:60]!r} locks or rewrites a table"


CHECKS = (
    index_offences,
    not_null_offences,
    contract_offences,
    rewrite_offences,
    validation_offences,
    mixture_offences,
    sql_offences,
)


def _flat(given: list[Operation]) -> Iterator[Operation]:
    for each in given:
        if isinstance(each, operations.SeparateDatabaseAndState):
            yield from _flat(each.database_operations)
        else:
            yield each


def _gets_index(change: Change, each: operations.AddField | operations.AlterField) -> bool:
    before = change.field_before(each.model_name_lower, each.name)
    had = before is not None and (before.db_index or before.unique)
    return (each.field.db_index or each.field.unique) and not had


def _type(field: models.Field) -> str:
    if field.remote_field:
        return "reference"
    return str(field.db_type(connection))


def _is_wider(before: models.Field, after: models.Field) -> bool:
    """Whether PostgreSQL changes only its catalogue."""
    old, new = _type(before), _type(after)
    if old == new:
        return True
    if not old.startswith("varchar"):
        return False
    return new == "text" or (new.startswith("varchar") and (before.max_length or 0) <= (after.max_length or 0))
