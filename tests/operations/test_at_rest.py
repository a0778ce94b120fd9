"""Phones, addresses, ids and secrets go in by every way there is, and lie nowhere in the clear."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.crypto import get_random_string
from django_tenants.utils import schema_context

from accounts.enums import Role
from accounts.models import Session
from contacts.models import Contact, Identity
from exchange.models import Job
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.erasure_job import erasure_asked
from scrm.flows.jobs import jobs_due
from scrm.flows.starter import lay_out_tenant
from scrm.worker import bell
from scrm.worker.tasks import drain
from tests.factories import make_contact, make_user
from tests.operations.at_rest import everything, logged, plain
from tests.web.account.conftest import Browser
from tests.web.account.test_second_factor import code_of
from tests.web.public_pages import make_form, send

SCHEMAS = ("acme", "globex", "public")
OWN_ADDRESS = "paula.kanarek@acme.test"
PEOPLE = {
    "phone": ("13871230456", "138 7123 0456", "138-7123-0456"),
    "second phone": ("13971230457", "139 7123 0457"),
    "third phone": ("13671230458",),
    "fourth phone": ("13571230459",),
    "e-mail": ("lin.kanarek@example.com",),
    "second e-mail": ("mo.kanarek@example.com",),
    "refused e-mail": ("refused.kanarek@",),
    "typed at the log-in": ("stranger.kanarek@example.com",),
    "id number": ("11010119900307888X",),
    "id in another system": ("kanarek-shop-77",),
    "password": ("Kanarek-password-1",),
    "wrong password": ("Kanarek-password-2",),
    "new password": ("Kanarek-password-3",),
}
FAMILY = "Kanarekowna"
"""The name of three of the four; names lie in the clear until their people are erased."""


@pytest.fixture
def lines(own_database, settings, tmp_path) -> Iterator[StringIO]:
    """The log of a house of one's own, with its media."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with schema_context("acme"), logged() as stream:
        lay_out_tenant()
        yield stream


def test_nothing_lies_in_the_clear(lines, settings):
    settings.SCRM_REQUIRE_MFA = True
    _person("paula", Role.PRINCIPAL, email=OWN_ADDRESS)
    desk, secrets = Browser(), dict(PEOPLE)

    secrets |= _come_in(desk)
    secrets |= _begin_a_factor()
    secrets |= _make_key_and_push(desk)
    _send_form()
    _import(desk)
    _enter_by_hand_and_search(desk)
    settings.SCRM_REQUIRE_MFA = False
    secrets |= _let_support_in(desk)
    secrets |= _lose_the_password()
    bell.ring("acme")

    places = everything(SCHEMAS, lines)
    assert plain(places, secrets) == set()
    assert Lead.objects.count() == 4
    assert Identity.objects.count() == 9
    assert {"redis celery", "table acme.contacts_identity", "table public.accounts_session"} <= set(places)
    assert len(places["log"].splitlines()) > 3
    assert "table acme.contacts_contact" in {place for place, _name in plain(places, {"name": (FAMILY,)})}
    assert {place for place, _name in plain(places, {"own": (OWN_ADDRESS,)})} == {
        *("table acme.accounts_user", "table acme.account_emailaddress")
    }
    _erase_everybody()
    places = everything(SCHEMAS, lines)
    assert plain(places, secrets | {"name": (FAMILY,)}) == set()
    assert Lead.objects.count() == 4
    assert Identity.objects.count() == 0


def _erase_everybody() -> None:
    for contact_id in Contact.objects.values_list("pk", flat=True):
        erasure_asked(contact_id, by=None, now=clock.now())
    while jobs_due(Budget(5)):
        pass
    assert not Contact.objects.filter(erased_at=None).exists()


def _row() -> None:
    make_contact(note=f"Call {PEOPLE['phone'][1]}.")


def _bytes() -> None:
    Identity.objects.create(
        contact=make_contact(),
        kind="phone",
        sealed=PEOPLE["phone"][0].encode(),
        blind=b"0" * 16,
        created_at=clock.now(),
    )


def _session() -> None:
    store = Session.get_session_store_class()()
    store["searched"] = [PEOPLE["phone"][0], "and much besides " * 20]
    store.save()


def _public_row() -> None:
    with schema_context("public"):
        make_user(PEOPLE["phone"][0], Role.ADMIN)


def _file() -> None:
    Path(django_settings.MEDIA_ROOT, "left.csv").write_text(f"phone\n{PEOPLE['phone'][0]}\n")


def _queue() -> None:
    drain.apply_async((PEOPLE["phone"][0],), retry=False)


def _line() -> None:
    structlog.get_logger("kanarek").info("looked_up", request_id=PEOPLE["phone"][0])


@pytest.mark.parametrize(
    ("leak", "place"),
    [
        (_row, "table acme.contacts_contact"),
        (_bytes, "table acme.contacts_identity"),
        (_session, "table acme.accounts_session"),
        (_public_row, "table public.accounts_user"),
        (lambda: cache.set("found", {"q": PEOPLE["phone"][0]}), "redis acme"),
        (_queue, "redis celery"),
        (_file, "file left.csv"),
        (_line, "log"),
    ],
)
def test_leak_would_be_noticed(acme, settings, tmp_path, leak, place):
    settings.MEDIA_ROOT = str(tmp_path)
    with logged() as lines:
        leak()

    found = plain(everything(["acme", "public"], lines), PEOPLE)

    assert {name for _place, name in found} == {"phone"}
    assert all(each.startswith(place) for each, _name in found)


def _person(name: str, role: str, **fields: Any) -> Any:
    user = make_user(name, role, **fields)
    user.set_password(PEOPLE["password"][0])
    user.save()
    return user


def _come_in(desk: Browser) -> dict[str, tuple[str, ...]]:
    """Wrong names and passwords, the right ones, and a second factor."""
    desk.log_in(PEOPLE["typed at the log-in"][0], PEOPLE["wrong password"][0])
    desk.log_in("paula", PEOPLE["wrong password"][0])
    desk.log_in(OWN_ADDRESS, PEOPLE["password"][0])
    secret = _waiting_secret(desk)
    desk.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    codes = re.findall(r"<li>(\d{8})</li>", desk.get("/accounts/2fa/recovery-codes/").content.decode())
    assert len(codes) == 10
    assert desk.is_in()
    return {"TOTP secret": (secret,), "recovery code": tuple(codes), "session key": (_session_key(desk),)}


def _begin_a_factor() -> dict[str, tuple[str, ...]]:
    """Begun and left: the secret waits for its first code."""
    _person("ben", Role.REP, email="")
    browser = Browser(address="203.0.113.6")
    browser.log_in("ben", PEOPLE["password"][0])
    return {"waiting TOTP secret": (_waiting_secret(browser),), "second session key": (_session_key(browser),)}


def _waiting_secret(browser: Browser) -> str:
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    return re.search(r'id="app-secret"[^>]*value="(\w+)"', page)[1]


def _session_key(browser: Browser) -> str:
    return browser.client.cookies[django_settings.SESSION_COOKIE_NAME].value


def _make_key_and_push(desk: Browser) -> dict[str, tuple[str, ...]]:
    """A key for another system, by which it pushes a lead twice and a wrong one."""
    page = desk.post("/settings/keys/", {"name": "Shop", "scopes": ["leads:write", "leads:read"]}).content.decode()
    token = re.search(r"scrm_[0-9a-z]+_[0-9a-f]{48}", page)[0]
    lead = {
        "name": f"Lin {FAMILY}",
        "phone": PEOPLE["phone"][1],
        "email": PEOPLE["e-mail"][0].title(),
        "external_id": PEOPLE["id in another system"][0],
        "wecom_id": PEOPLE["id number"][0],
    }
    shop = Browser(address="203.0.113.7")
    for key, body in {"a": lead, "b": {**lead, "email": PEOPLE["refused e-mail"][0]}}.items():
        for _ in range(2):
            headers = {"authorization": f"Bearer {token}", "idempotency-key": key, "content-type": "application/json"}
            answer = shop._there(
                lambda body=body, headers=headers: shop.client.post(
                    "/api/v1/leads", body, content_type="application/json", HTTP_HOST=shop.host, headers=headers
                )
            )
            assert answer.status_code in ((201, 200) if key == "a" else (400, 422)), answer.text
    shop.get("/api/v1/leads", Authorization=f"Bearer {token[:-1]}x")
    return {"API token": (token, token.rpartition("_")[2])}


def _send_form() -> None:
    form = make_form()
    assert send(form, phone=PEOPLE["second phone"][1], email=PEOPLE["second e-mail"][0]).status_code == 303
    assert send(form, phone="12", email=PEOPLE["refused e-mail"][0]).status_code != 303


def _import(desk: Browser) -> None:
    file = f"Name,Mobile,Customer id\nWu {FAMILY},{PEOPLE['third phone'][0]},{PEOPLE['id in another system'][0]}-2\n"
    desk.post("/imports/new/", {"file": SimpleUploadedFile("leads.csv", file.encode())})
    job = Job.objects.get()
    columns = {"column-0": "name", "column-1": "phone", "column-2": "external_id", "action": "import"}
    desk.post(f"/imports/{job.pk}/mapping/", columns)
    jobs_due(Budget(5))
    job.refresh_from_db()
    assert job.result["created"] == 1


def _enter_by_hand_and_search(desk: Browser) -> None:
    said = {"name": f"Yu {FAMILY}", "phone": PEOPLE["fourth phone"][0], "once": get_random_string(20)}
    assert desk.post("/leads/new/", said).status_code == 302
    for word in (PEOPLE["phone"][0], PEOPLE["e-mail"][0]):
        assert "Lin" in desk.post("/search/", {"q": word}).content.decode()
        desk.get(f"/leads/?q={word}")


def _let_support_in(desk: Browser) -> dict[str, tuple[str, ...]]:
    desk.post("/settings/support/", {"operator": "oscar", "reason": "Import fails", "hours": "1"})
    with schema_context("public"):
        _person("oscar", Role.ADMIN, is_staff=True)
    platform = Browser(host="localhost", address="203.0.113.8")
    platform.log_in("oscar", PEOPLE["password"][0])
    page = platform.post("/admin/support/", {"tenant": "acme"}).content.decode()
    token = re.search(r"/support/enter/([^/\"]+)/", page)[1]
    visit = Browser(address="203.0.113.8")
    assert visit.post(f"/support/enter/{token}/").status_code == 302
    assert visit.get("/leads/").status_code == 200
    return {"support link": (token,), "operator's session key": (_session_key(platform), _session_key(visit))}


def _lose_the_password() -> dict[str, tuple[str, ...]]:
    browser = Browser(address="203.0.113.9")
    browser.post("/accounts/password/reset/", {"email": OWN_ADDRESS})
    key = re.search(r"/reset/key/([^/\s]+)/", mail.outbox[-1].body)[1]
    page = browser.get(f"/accounts/password/reset/key/{key}/")
    waiting = Browser(address="203.0.113.10")
    waiting.get(f"/accounts/password/reset/key/{key}/")
    new = PEOPLE["new password"][0]
    browser.post(page["Location"], {"password1": new, "password2": new})
    assert browser.log_in("paula", new)["Location"]
    return {"reset key": (key, key.partition("-")[2])}
