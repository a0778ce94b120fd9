"""New migrations leave people working; each rule is tried on an offence planted for it."""

import re

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tests.architecture.migration_rules import Change, offences
from tests.architecture.tree import ROOMS, ROOT

RELEASES = frozenset(re.findall(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE))
BEFORE = frozenset((ROOT / "tests/architecture/first_migrations.txt").read_text().split())
"""Made before the first release: no table that they touch had a row."""


def test_new_migrations_leave_people_working():
    loader = MigrationLoader(None)
    found = []
    for (app, name), migration in loader.disk_migrations.items():
        path = ROOT / app / "migrations" / f"{name}.py"
        if app in ROOMS and f"{app}.{name}" not in BEFORE:
            state = loader.project_state((app, name), at_end=False)
            text = path.read_text(encoding="utf-8")
            found += [f"{app}.{name} {offence}" for offence in offences(Change(migration, state, text, RELEASES))]

    assert found == []


def test_list_of_first_migrations_names_what_is_there():
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}

    assert known >= BEFORE


def change(*given, atomic: bool = True, text: str = "", releases=frozenset()) -> Change:
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("word", models.CharField(max_length=10)),
        ("maybe", models.IntegerField(null=True)),
    ]
    state.add_model(ModelState("leads", "Thing", fields))
    migration = Migration("0009_planted", "leads")
    migration.operations, migration.atomic = list(given), atomic
    return Change(migration, state, text, releases)


CHECK = models.CheckConstraint(condition=models.Q(maybe__gt=0), name="thing_positive")
PLANTED = {
    "index": [
        operations.AddIndex("thing", models.Index(fields=["word"], name="thing_word")),
        operations.AddField("thing", "more", models.IntegerField(null=True, db_index=True)),
        operations.AlterField("thing", "word", models.CharField(max_length=10, unique=True)),
        operations.AddConstraint("thing", models.UniqueConstraint(fields=["word"], name="thing_once")),
        operations.RunSQL("CREATE INDEX thing_word ON leads_thing (word)", "DROP INDEX thing_word"),
    ],
    "not-null": [
        operations.AddField("thing", "more", models.IntegerField(default=0)),
        operations.AlterField("thing", "maybe", models.IntegerField(default=0)),
        operations.RunSQL("ALTER TABLE leads_thing ALTER maybe SET NOT NULL", ""),
    ],
    "rename": [
        operations.RenameField("thing", "word", "term"),
        operations.RenameModel("Thing", "Object"),
        operations.AlterModelTable("thing", "objects"),
        operations.RunSQL("ALTER TABLE leads_thing RENAME word TO term", ""),
    ],
    "drop": [operations.RemoveField("thing", "word"), operations.DeleteModel("Thing")],
    "rewrite": [
        operations.AlterField("thing", "word", models.CharField(max_length=5)),
        operations.AlterField("thing", "maybe", models.TextField(null=True)),
        operations.RunSQL("ALTER TABLE leads_thing ALTER COLUMN maybe TYPE bigint", ""),
    ],
    "validation": [
        operations.AddConstraint("thing", CHECK),
        operations.AddField("thing", "kin", models.ForeignKey("Thing", models.CASCADE, null=True, db_index=False)),
        operations.RunSQL("ALTER TABLE leads_thing ADD CONSTRAINT kin FOREIGN KEY (maybe) REFERENCES leads_thing", ""),
    ],
    "one-way": [operations.RunPython(print), operations.RunSQL("SELECT 1")],
}


@pytest.mark.parametrize(
    ("rule", "planted"),
    [pytest.param(rule, each, id=f"{rule}-{n}") for rule in PLANTED for n, each in enumerate(PLANTED[rule])],
)
def test_offence_is_found(rule, planted):
    assert {offence.split(":")[0] for offence in offences(change(planted))} == {rule}


def test_program_beside_a_change_of_tables_is_found():
    program = operations.RunPython(print, operations.RunPython.noop)

    found = offences(change(operations.AddField("thing", "more", models.IntegerField(null=True)), program))

    assert [offence.split(":")[0] for offence in found] == ["mixture"]


def test_change_of_tables_without_a_transaction_is_found():
    found = offences(change(operations.AddField("thing", "more", models.IntegerField(null=True)), atomic=False))

    assert [offence.split(":")[0] for offence in found] == ["mixture"]


def test_what_leaves_people_working_passes():
    index = models.Index(fields=["word"], name="thing_word")
    new = operations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())])

    assert offences(change(operations.AddField("thing", "more", models.IntegerField(null=True)))) == []
    assert offences(change(operations.AddField("thing", "more", models.IntegerField(db_default=0)))) == []
    assert offences(change(operations.AlterField("thing", "word", models.CharField(max_length=20)))) == []
    assert offences(change(AddIndexConcurrently("thing", index), atomic=False)) == []
    assert offences(change(AddConstraintNotValid("thing", CHECK))) == []
    assert offences(change(ValidateConstraint("thing", "thing_positive"), atomic=False)) == []
    assert offences(change(new, operations.AddIndex("other", index))) == []


def test_offence_passes_with_a_reason_and_only_with_one():
    index = operations.AddIndex("thing", models.Index(fields=["word"], name="thing_word"))

    assert offences(change(index, text="# allowed: index: a tenant has a dozen of them\n")) == []
    assert offences(change(index, text="# allowed: index:\n")) != []
    assert offences(change(index, text="# allowed: drop: something else\n")) != []


def test_drop_passes_once_a_release_without_its_use_is_out():
    drop, text = operations.RemoveField("thing", "word"), "# contract: unused since 1.4\n"

    assert offences(change(drop, text=text, releases={"1.3", "1.4"})) == []
    assert offences(change(drop, text=text, releases={"1.3"})) != []
