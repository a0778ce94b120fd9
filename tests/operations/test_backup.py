"""A backup of everything comes back whole, paused, or not at all."""

import json
import shutil

import pytest
from django.db import connection
from django.test import override_settings
from django_tenants.utils import schema_context, tenant_context

from campaigns.enums import Reason, TouchState
from campaigns.models import Touchpoint
from operations.backup import BackupRefused, back_up, queries, read_backup, restore
from operations.backup.programs import ProgramFailed
from scheduler.services import drain_tenant
from scrm.core import clock
from scrm.flows.standing import tenant_resumed
from tenants.models import Tenant
from tests import databases
from tests.campaigns.people import put_in
from tests.factories import give_email, make_contact, make_live_sop, step

NEXT_DAY = {"kind": "days", "n": 1, "at": "10:00"}


@pytest.fixture(scope="module")
def backup(tmp_path_factory, django_db_blocker):
    """A backup of acme with a contact and a file, and what its tables summed up to."""
    folder = tmp_path_factory.mktemp("backup")
    media = folder / "media"
    (media / "acme").mkdir(parents=True)
    (media / "acme" / "leads.table").write_bytes(b"\0" * 70_000)
    with databases.copy("saved") as name, databases.connected_to(name), django_db_blocker.unblock():
        with schema_context("acme"):
            lin = make_contact("Lin \\ '%s' 林")
            give_email(lin, "lin@example.com")
            put_in(make_live_sop(step("email"), step("email", NEXT_DAY, name="Second")), lin)
        with override_settings(MEDIA_ROOT=str(media)):
            sums = back_up(folder / "whole", clock.now())
    return folder / "whole", sums


@pytest.fixture
def empty(django_db_blocker, tmp_path, settings):
    """A database without tables and a folder without files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    name = f"{databases.own_name()}_empty"
    databases.drop(name)
    with databases._cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    with databases.connected_to(name), django_db_blocker.unblock():
        yield tmp_path
    databases.drop(name)


def test_everything_comes_back_and_sends_nothing(backup, empty):
    folder, sums = backup

    done = restore(folder)

    assert done.differences == []
    assert (done.tables, done.rows) == (len(sums), sum(rows for rows, _sum in sums.values()))
    assert sums["acme.contacts_contact"][0] == 1
    assert queries.sums_now() == sums
    assert dict(Tenant.objects.values_list("schema_name", "status")) == {
        "tpl_blank": "template",
        "acme": "paused",
        "globex": "paused",
    }
    assert (empty / "media" / "acme" / "leads.table").stat().st_size == 70_000


def test_what_was_due_before_the_restore_never_goes_out(backup, empty, mailoutbox):
    """The mail went out after the backup was taken: in it, it waits."""
    restore(backup[0])
    acme = Tenant.objects.get(schema_name="acme")

    tenant_resumed(acme, now=clock.now())
    with tenant_context(acme):
        drain_tenant(seconds=5)
        first, second = Touchpoint.objects.order_by("step_number")

    assert (first.state, first.reason, second.state) == (TouchState.EXPIRED, Reason.PAST, TouchState.PLANNED)
    assert mailoutbox == []


def test_one_changed_value_is_a_difference(own_database):
    before = queries.sums_now()
    with schema_context("acme"):
        contact = make_contact("Lin")
        with_lin = queries.sums_now()
        contact.name = "Lim"
        contact.save()

    after = queries.sums_now()

    assert {name for name in after if after[name] != before[name]} == {"acme.contacts_contact"}
    assert after["acme.contacts_contact"][0] == with_lin["acme.contacts_contact"][0] == 1
    assert after["acme.contacts_contact"] != with_lin["acme.contacts_contact"]


def damaged(backup, tmp_path, how):
    copy = tmp_path / "damaged"
    shutil.copytree(backup[0], copy)
    how(copy)
    return copy


def cut(folder):
    largest = max((folder / "database").iterdir(), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-1])


def alter(folder):
    data = bytearray((folder / "media.tar").read_bytes())
    data[-20_000] ^= 1
    (folder / "media.tar").write_bytes(bytes(data))


def lie(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tables"]["acme.contacts_contact"][0] = 7
    (folder / "manifest.json").write_text(json.dumps(manifest))


DAMAGE = {
    "cut": (cut, "is cut or altered"),
    "altered": (alter, "media.tar is cut or altered"),
    "lied": (lie, "manifest was altered"),
    "missing": (lambda folder: (folder / "media.tar").unlink(), "media.tar is missing"),
    "added": (lambda folder: (folder / "database" / "more").touch(), "more is not of this backup"),
    "bare": (lambda folder: (folder / "manifest.json").unlink(), "no whole backup"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_backup_is_refused(backup, tmp_path, name):
    how, complaint = DAMAGE[name]

    with pytest.raises(BackupRefused, match=complaint):
        read_backup(damaged(backup, tmp_path, how))


def test_backup_sealed_under_another_key_is_refused(backup, settings):
    settings.SCRM_MASTER_KEY = "A" * 43 + "="

    with pytest.raises(BackupRefused, match="another SCRM_MASTER_KEY"):
        read_backup(backup[0])


def test_database_that_holds_something_is_not_touched(backup, own_database):
    before = queries.sums_now()

    with pytest.raises(BackupRefused, match="empty one"):
        restore(backup[0])

    assert queries.sums_now() == before


def test_restore_that_breaks_off_leaves_nothing(backup, empty, monkeypatch):
    """The last statement fails: everything before it is undone."""
    monkeypatch.setattr(queries, "PAUSE", "SELECT 1 / 0;")

    with pytest.raises(ProgramFailed, match="psql"):
        restore(backup[0])

    assert queries.is_empty()


def test_half_a_backup_never_has_its_name(own_database, tmp_path, monkeypatch):
    monkeypatch.setattr("operations.backup.taking.seal_backup", lambda folder, facts: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        back_up(tmp_path / "whole", clock.now())

    assert not (tmp_path / "whole").exists()
    assert connection.is_usable()
