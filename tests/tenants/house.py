"""Acme with something in many tables, exported; and what a test asks about two tenants' tables."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry, Session
from accounts.secrets import seal_factor
from campaigns.inputs import Start
from campaigns.services.enrolment import enroll
from exchange.keys import create_api_key
from exchange.models import Webhook
from scheduler.services import due_work
from scrm.core import clock
from scrm.core.sealed_file import SealedReader, SealingWriter
from scrm.flows.carrying import tenant_exported
from tenants.files import media_folder
from tenants.models import Domain, Tenant
from tests.factories import give_email, make_contact, make_live_sop, make_user, step

ADDRESS = "lin@example.com"
PASSWORD = "correct-horse-9"


class House:
    """Acme with something in many tables, in a database that keeps what is committed; and its export."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.acme = Tenant.objects.get(schema_name="acme")
        with tenant_context(self.acme):
            self.fill()
        connection.set_schema_to_public()
        self.file = folder / "acme.scrm"
        self.manifest = tenant_exported(self.acme, self.file, now=clock.now())

    def fill(self) -> None:
        now = clock.now()
        ben = make_user("ben", email="ben@example.com")
        ben.set_password(PASSWORD)
        ben.save()
        self.contact = make_contact("Lin \\ 林\n\t\x07'", owner=ben)
        self.identity = give_email(self.contact, ADDRESS)
        self.factor = seal_factor("JBSWY3DP")
        self.token = create_api_key(name="Shop", scopes=["leads:write"], by=ben, now=now).token
        Webhook.objects.create(name="Shop", url="https://shop.example.com/", active=True, created_at=now)
        Session.objects.create(
            session_key="x" * 40, session_data="", expire_date=now, user=ben, began_at=now, seen_at=now
        )
        with due_work():
            enroll(sop=make_live_sop(step("email")), starts=[Start(self.contact.pk, now - timedelta(hours=5), "UTC")])
        (media_folder("acme") / "jobs").mkdir(parents=True)
        (media_folder("acme") / "jobs" / "leads.csv").write_bytes(b"name\nLin\n" * 30_000)


def everything(schema: str) -> dict[str, list[str]]:
    """Every row of every table as text: by plain SQL, not by COPY."""
    connection.set_schema_to_public()
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT each::text FROM "{schema}"."{table}" each ORDER BY 1')
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def what_is_there(house: House) -> tuple[object, ...]:
    """What a refused restore must not change."""
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ORDER BY 1")
        schemas = cursor.fetchall()
    rows = [list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (Tenant, Domain, AuditEntry)]
    return schemas, rows, sorted(path.name for path in (house.folder / "media").iterdir())


def forged(house: House, change) -> Path:
    """The export with its entries changed, sealed anew by somebody who has the key."""
    path = house.folder / "forged.scrm"
    with house.file.open("rb") as source, zipfile.ZipFile(io.BufferedReader(SealedReader(source))) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with (
        path.open("wb") as target,
        SealingWriter(target) as sealed,
        zipfile.ZipFile(sealed, "w") as archive,
    ):
        for name, data in entries.items():
            archive.writestr(name, data)
    return path
