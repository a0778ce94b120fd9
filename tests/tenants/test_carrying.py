"""A tenant as a file: whole, sealed, restored paused, as itself or as a copy beside itself; or not at all."""

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django_tenants.utils import schema_exists, tenant_context

from accounts.models import AuditEntry, User
from accounts.secrets import open_factor
from accounts.services import record_audit
from campaigns.enums import Reason, TouchState
from campaigns.models import Touchpoint
from contacts.addresses import addresses_for
from contacts.models import Identity
from contacts.sealing import blind_of
from exchange.keys import api_key_by_token, create_api_key
from exchange.models import Webhook
from scheduler.services import drain_tenant
from scrm.core import clock
from scrm.core.ids import short_code
from scrm.flows.carrying import LEFT_OUT, tenant_exported, tenant_restored
from scrm.flows.removal import tenant_removed
from scrm.flows.standing import tenant_leaves, tenant_resumed
from tenants.enums import TenantStatus
from tenants.files import media_files
from tenants.models import Tenant
from tenants.portable import queries
from tenants.portable.export import write_export
from tenants.portable.manifest import Content, ExportInvalid, load
from tenants.selectors import domain_primary, tenant_keys
from tests import databases
from tests.tenants.house import ADDRESS, PASSWORD, House, everything, forged, what_is_there


@pytest.fixture(scope="module")
def house(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with (
        pytest.MonkeyPatch.context() as patch,
        databases.copy("house") as name,
        databases.connected_to(name),
        django_db_blocker.unblock(),
    ):
        patch.setattr(django_settings, "MEDIA_ROOT", str(folder / "media"))
        connection.set_schema_to_public()
        yield House(folder)


@pytest.fixture
def restored(house):
    """Restores by keyword, and removes what it made."""
    made: list[Tenant] = []

    def restore(path: Path | None = None, *, name: str = "initech", domain: str = "") -> Tenant:
        domain = domain or f"{short_code(40)}.localhost"
        tenant, _manifest = tenant_restored(path or house.file, schema_name=name, domain=domain, now=clock.now())
        made.append(tenant)
        return tenant

    yield restore
    connection.set_schema_to_public()
    for tenant in Tenant.objects.filter(pk__in=[tenant.pk for tenant in made]):
        tenant_leaves(tenant, now=clock.now(), grace=-timedelta(seconds=1))
        tenant_removed(tenant, now=clock.now())


def test_what_is_left_out_is_there_to_be_left_out(house):
    assert set(everything("tpl_blank")) >= LEFT_OUT
    assert set(house.manifest.tables) == set(everything("acme")) - LEFT_OUT


def test_file_is_sealed_and_for_its_owner_only(house):
    content = house.file.read_bytes()

    assert house.file.stat().st_mode & 0o777 == 0o600
    assert not any(word in content for word in (b"Lin", b"tables/", b"manifest", b"acme"))
    assert [path.name for path in house.folder.iterdir() if path.name.startswith(".")] == []


def test_copy_beside_its_original_has_every_row_and_file(house, restored):
    before = everything("acme")

    copy = restored()

    after = everything("initech")
    altered = {"exchange_apikey", "exchange_webhook", "campaigns_lane"}
    differing = {table for table in before if before[table] != after[table]}
    assert differing - LEFT_OUT == altered
    assert [after[table] for table in LEFT_OUT] == [[]] * len(LEFT_OUT)
    assert sum(map(len, before.values())) > 100
    assert [(name, path.read_bytes()) for name, path in media_files("initech")] == [
        (name, path.read_bytes()) for name, path in media_files("acme")
    ]
    assert everything("acme") == before
    assert (copy.name, copy.zone, copy.language) == (house.acme.name, house.acme.zone, house.acme.language)


def test_copy_is_somebody_else_who_knows_the_same(house, restored):
    copy = restored()

    assert copy.uuid != house.acme.uuid
    with tenant_context(copy):
        identity = Identity.objects.get(blind=blind_of("email", ADDRESS, tenant_keys()))
        assert addresses_for([identity.contact_id], "email") == {house.contact.pk: ADDRESS}
        assert open_factor(house.factor) == "JBSWY3DP"
        assert User.objects.get(username="ben").check_password(PASSWORD)
        assert api_key_by_token(house.token, now=clock.now()) is None
        assert not Webhook.objects.filter(active=True).exists()
    with tenant_context(house.acme):
        assert api_key_by_token(house.token, now=clock.now()) is not None


def test_copy_goes_on_counting_where_the_original_was(house, restored):
    with tenant_context(restored()):
        latest = max(AuditEntry.objects.values_list("pk", flat=True))

        record_audit(action="tenant.tried")

        assert AuditEntry.objects.get(action="tenant.tried").pk == latest + 1


def test_restored_tenant_sends_nothing_of_the_past_until_it_is_resumed(house, restored, mailoutbox):
    copy = restored()
    assert copy.status == TenantStatus.PAUSED
    with tenant_context(copy):
        drain_tenant(seconds=1)
        assert list(Touchpoint.objects.values_list("state", flat=True)) == [TouchState.PLANNED]
    assert mailoutbox == []

    tenant_resumed(copy, now=clock.now())

    with tenant_context(copy):
        drain_tenant(seconds=1)
        assert list(Touchpoint.objects.values_list("state", "reason")) == [(TouchState.EXPIRED, Reason.PAST)]
    assert mailoutbox == []


def test_tenant_that_is_gone_comes_back_as_itself(house, restored):
    """Restored beside, exported from there, removed, and restored from that."""
    first = restored()
    host = domain_primary(first) or ""
    with tenant_context(first):
        token = create_api_key(name="New", scopes=["leads:write"], now=clock.now()).token
    connection.set_schema_to_public()
    path = house.folder / "initech.scrm"
    tenant_exported(first, path, now=clock.now())
    before = everything("initech")
    tenant_leaves(first, now=clock.now(), grace=-timedelta(seconds=1))
    tenant_removed(first, now=clock.now())
    assert not schema_exists("initech")

    # Its host rests for 90 days, but not for itself.
    second = restored(path, domain=host)

    after = everything("initech")
    assert second.uuid == first.uuid
    assert {table for table in before if before[table] != after[table]} - LEFT_OUT == {"campaigns_lane"}
    with tenant_context(second):
        assert addresses_for([house.contact.pk], "email") == {house.contact.pk: ADDRESS}
        assert api_key_by_token(token, now=clock.now()) is not None


@pytest.mark.parametrize(
    ("name", "domain", "reason"),
    [
        ("acme", "new.localhost", "exists"),
        ("Not a name", "new.localhost", "schema_name"),
        ("public", "new.localhost", "schema_name"),
        ("initech", "acme.localhost", "already belongs"),
        ("initech", "nonsense", "no host"),
    ],
)
def test_taken_or_misshapen_name_is_refused_whole(house, restored, name, domain, reason):
    before = what_is_there(house)

    with pytest.raises(ValidationError, match=reason):
        restored(name=name, domain=domain)

    assert what_is_there(house) == before


def another_table(entries):
    entries["tables/contacts_contact"] = b""


def another_file(entries):
    entries["files/jobs/leads.csv"] = b"other"


def another_row(entries):
    entries["tables/contacts_contact"] = entries["tables/contacts_contact"].replace("林".encode(), "李".encode())


def no_manifest(entries):
    del entries["manifest.json"]


def newer(entries):
    entries["manifest.json"] = entries["manifest.json"].replace(
        b'["contacts", "0001_initial"]', b'["contacts", "0099_x"]'
    )


def older(entries):
    entries["manifest.json"] = entries["manifest.json"].replace(b'["contacts", "0001_initial"], ', b"")


def other_columns(entries):
    entries["manifest.json"] = (
        entries["manifest.json"]
        .replace(b'["company_name", ', b'["company", ')
        .replace(b'["name", "character varying(120)"]', b'["title", "character varying(120)"]')
    )


def other_format(entries):
    entries["manifest.json"] = entries["manifest.json"].replace(b'"format": 1', b'"format": 2')


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (another_row, "table contacts_contact is not what the file says"),
        (another_file, "file jobs/leads.csv is not what the file says"),
        (no_manifest, "no export of a tenant"),
        (newer, "newer version"),
        (older, "older version"),
        (other_columns, "not those of this version"),
        (other_format, "has format 2"),
    ],
)
def test_file_that_does_not_fit_is_refused_whole(house, restored, change, reason):
    path, before = forged(house, change), what_is_there(house)

    with pytest.raises(ExportInvalid, match=reason):
        restored(path)

    assert what_is_there(house) == before


def test_rows_without_what_they_refer_to_are_refused_whole(house):
    path, before = forged(house, another_table), what_is_there(house)

    with pytest.raises(CommandError, match=r"can't be taken in: \w+_fk"):
        call_command("restore_tenant", str(path), "--as", "initech", "--domain", f"{short_code(40)}.localhost")

    assert what_is_there(house) == before


@pytest.mark.parametrize("damage", ["cut", "altered", "other key", "empty", "missing"])
def test_damaged_file_is_named_and_nothing_is_done(house, settings, damage):
    path, before = house.folder / f"{damage}.scrm", what_is_there(house)
    content = bytearray(house.file.read_bytes())
    if damage == "altered":
        content[len(content) // 2] ^= 1
    if damage == "other key":
        settings.SCRM_MASTER_KEY = base64.b64encode(bytes(32)).decode()
    if damage != "missing":
        path.write_bytes({"cut": content[:-1], "empty": b""}.get(damage, content))

    with pytest.raises(CommandError, match=r"\.scrm: \w"):
        call_command("restore_tenant", str(path), "--as", "initech", "--domain", f"{short_code(40)}.localhost")

    assert what_is_there(house) == before


def test_export_is_of_one_moment(house):
    """Two rows change after the first look; the file has neither."""
    other = connection.copy()

    def between(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "array_agg(part.attname" in sql:
            with other.cursor() as cursor:
                cursor.execute("UPDATE acme.contacts_contact SET name = name || '!'")
                cursor.execute("UPDATE acme.accounts_user SET full_name = full_name || '!'")
        return result

    target = io.BytesIO()
    try:
        with connection.execute_wrapper(between):
            late = write_export(house.acme, target, left_out=LEFT_OUT, now=clock.now())
    finally:
        with other.cursor() as cursor:
            cursor.execute("UPDATE acme.contacts_contact SET name = rtrim(name, '!')")
            cursor.execute("UPDATE acme.accounts_user SET full_name = rtrim(full_name, '!')")
        other.close()

    for table in ("accounts_user", "contacts_contact"):
        assert late.tables[table] == house.manifest.tables[table]


def test_existing_file_is_not_overwritten(house):
    before = house.file.read_bytes()

    with pytest.raises(CommandError, match="exists already"):
        call_command("export_tenant", "acme", str(house.file))

    assert house.file.read_bytes() == before


def test_commands_say_how_much_they_carried(house, capsys):
    path = house.folder / "by_command.scrm"

    call_command("export_tenant", "acme", str(path))
    call_command("restore_tenant", str(path), "--as", "umbrella", "--domain", "umbrella.localhost")

    rows = sum(content.count for content in house.manifest.tables.values())
    said = capsys.readouterr().out
    assert f"{rows} rows, 1 files" in said
    assert f"umbrella, a copy: {rows} rows" in said
    assert "0 differences. It is paused" in said


def test_manifest_tells_rows_from_bytes(house):
    assert house.manifest.tables["contacts_contact"].count == 1
    assert house.manifest.files["jobs/leads.csv"].count == 9 * 30_000
    assert replace(house.manifest.tables["contacts_contact"], count=2) != Content(1, "")
    with pytest.raises(ExportInvalid):
        load(b"{}")
    assert queries.sequence_values("acme") == house.manifest.sequences
