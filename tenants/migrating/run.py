"""One run over all schemas: the public one, then the template, then the tenants, a migration at a time."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DatabaseError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django_tenants.utils import schema_context

from tenants.migrating import queries
from tenants.migrating.contents import changes_words, index_names, is_repeatable
from tenants.migrating.pending import PUBLIC, migrations_pending, only_migrations_of

_TRIES = 20
_PAUSE = 0.25
_WOULD_PASS = {"55P03", "40P01"}
"""SQLSTATEs of a lock that could not be had in time and of a deadlock: another time it works."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A schema that stays where it is; what it had before is as it was."""

    schema: str
    migration: str
    reason: str

    def __str__(self) -> str:
        return f"{self.schema} stays before {self.migration}: {self.reason}"


@dataclass(slots=True)
class Report:
    """What a run did: how many schemas got each migration, and which schemas failed."""

    schemas: int = 0
    applied: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failures: list[Failure] = field(default_factory=list)


class Stopped(Exception):
    """A failure after which nothing else is tried; it is the report's last."""


Tell = Callable[[str], None]
Result = TypeVar("Result")


def migrate_schemas(*, template: str, stop_at_failure: bool = False, tell: Tell = lambda line: None) -> Report:
    """Bring every schema up to date under the migrations' lock, which the caller holds.

    Each schema gets each migration in one transaction that also records it, so a run that was cut off goes on
    where it was. A failure in the public schema or the template ends the run before any tenant is touched;
    elsewhere the others go on, unless `stop_at_failure`.
    """
    report = Report()
    queries.limit_lock_waits(limited=True)
    try:
        # The public schema by itself: whom else to ask stands in its tables.
        for chosen in ([PUBLIC], None):
            for schemas in _groups(migrations_pending(chosen), template):
                report.schemas += len(schemas)
                _Group(schemas, template, report, tell, stop_at_failure).migrate()
    except Stopped:
        pass
    finally:
        queries.limit_lock_waits(limited=False)
    return report


def _groups(pending: dict[str, tuple[str, ...]], template: str) -> list[list[str]]:
    """Schemas that lack the same; first the template's group, led by the template."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for schema in sorted(pending, key=lambda name: name != template):
        alike[pending[schema]].append(schema)
    return list(alike.values())


@dataclass(slots=True)
class _Group:
    """Schemas of equal history. The first one that takes a migration shows the others how."""

    schemas: list[str]
    template: str
    report: Report
    tell: Tell
    stop_at_failure: bool

    def migrate(self) -> None:
        with only_migrations_of(self.schemas[0]):
            with schema_context(self.schemas[0]):
                executor = MigrationExecutor(connection)
                executor.loader.check_consistent_history(connection)
                plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
                state = _state_before(executor)
                emit_pre_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
            for migration, _backwards in plan:
                state = self._apply(executor, migration, state)

    def _apply(self, executor: MigrationExecutor, migration: Migration, state: ProjectState) -> ProjectState:
        """Every schema that is still healthy takes the migration; the state after it."""
        before = state
        statements: list[str] | None = None
        after: ProjectState | None = None
        for schema in list(self.schemas):
            step = _Step(executor, migration, before, schema, self.template)
            try:
                if statements is None or not is_repeatable(migration):
                    after, statements = step.run_django()
                else:
                    step.repeat(statements)
            except Exception as error:
                self._failed(schema, migration, error)
            else:
                self.report.applied[f"{migration.app_label}.{migration.name}"] += 1
        self.tell(f"{migration.app_label}.{migration.name}: {len(self.schemas)}")
        return after if after is not None else migration.mutate_state(before)

    def _failed(self, schema: str, migration: Migration, error: Exception) -> None:
        name = f"{migration.app_label}.{migration.name}"
        reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        self.report.failures.append(Failure(schema, name, reason))
        self.schemas.remove(schema)
        if self.stop_at_failure or schema in (PUBLIC, self.template):
            raise Stopped from error


@dataclass(frozen=True, slots=True)
class _Step:
    """One migration of one schema."""

    executor: MigrationExecutor
    migration: Migration
    before: ProjectState
    schema: str
    template: str

    def run_django(self) -> tuple[ProjectState, list[str]]:
        """By Django's own executor; the state after it and what was run."""
        return _patiently(self._run_django)

    def repeat(self, statements: Sequence[str]) -> None:
        """By the statements that did it elsewhere; where they don't fit, by Django."""
        try:
            _patiently(lambda: self._repeat(statements))
        except DatabaseError:
            self.run_django()

    def _run_django(self) -> tuple[ProjectState, list[str]]:
        with schema_context(self.schema), queries.recorded() as statements:
            if not self.migration.atomic:
                # Such migrations take locks that let others read and write, and may wait for long transactions.
                queries.limit_lock_waits(limited=False)
                queries.drop_broken_indexes(index_names(self.migration))
            try:
                after = self.executor.apply_migration(self.before.clone(), self.migration)
            finally:
                if not self.migration.atomic:
                    queries.limit_lock_waits(limited=True)
            if changes_words(self.migration):
                self._keep_words(after)
        return after, statements

    def _keep_words(self, after: ProjectState) -> None:
        if self.schema in (PUBLIC, self.template):
            emit_post_migrate_signal(0, False, connection.alias, apps=after.apps, plan=[(self.migration, False)])
        else:
            queries.copy_words(source=self.template, target=self.schema)

    def _repeat(self, statements: Sequence[str]) -> None:
        queries.repeat_migration(
            schema=self.schema,
            app=self.migration.app_label,
            name=self.migration.name,
            statements=statements,
            words_from=self.template if changes_words(self.migration) else None,
        )


def _patiently(work: Callable[[], Result]) -> Result:
    """Again and again where a lock could not be had in time: meanwhile those who wait behind us have their turn."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) not in _WOULD_PASS:
                raise
            queries.wait(_PAUSE)
    return work()


def _state_before(executor: MigrationExecutor) -> ProjectState:
    """The models as the applied migrations have made them."""
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    whole = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    for migration, _backwards in whole:
        if (migration.app_label, migration.name) in executor.loader.applied_migrations:
            migration.mutate_state(state, preserve=False)
    return state
