"""The dashboard and the phone: consent, clear view, requests, copies and erasures."""

import io
import zipfile
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.enums import Role
from accounts.models import AuditEntry
from contacts.models import Consent, ConsentRule, ConsentText, Contact, DoNotContact, PersonRequest, Reveal, RevealLimit
from contacts.selectors import reveal_limits
from contacts.services import reveal_identity
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.jobs import jobs_due
from tenants.selectors import tenant_zone
from tests.factories import give_email, make_contact, make_user
from tests.web.ops.conftest import Desk
from tests.web.rep_people import client_of


@pytest.fixture
def admin(tenant) -> Desk:
    return Desk(tenant, make_user("nora", Role.ADMIN))


@pytest.fixture
def lin(tenant, ben) -> Contact:
    contact = make_contact("Lin", owner=ben)
    give_email(contact, "lin@example.com")
    return contact


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def late_at_night():
    """An hour at which it is the next day already where the business is."""
    now = clock.now()
    clock.set_offset(now.replace(hour=20, minute=0) - now)
    yield clock.now().astimezone(tenant_zone()).date()
    clock.set_offset(timedelta(0))


def test_day_that_is_offered_is_the_business_s(admin, lin, late_at_night):
    assert late_at_night != clock.now().date()

    assert f'value="{late_at_night}"' in text_of(admin.get(f"/contacts/{lin.pk}/privacy/"))


def test_word_is_noted_with_how_we_know_and_shows(desk, lin):
    page = f"/contacts/{lin.pk}/privacy/"

    desk.post(f"{page}consent/", {"about": "channel:email", "given": "no", "reason": "Said so on the phone"})
    desk.post(f"{page}consent/", {"about": "purpose:sharing", "given": "yes", "reason": "Signed"})

    assert DoNotContact.objects.get().channel == "email"
    said = set(Consent.objects.values_list("purpose", "given", "way", "reason"))
    assert said == {("marketing", False, "hand", "Said so on the phone"), ("sharing", True, "hand", "Signed")}
    shown = text_of(desk.get(page))
    assert "Said so on the phone" in shown
    assert "Passing their data on to others" in shown


def test_word_without_how_we_know_is_asked_for_it(desk, lin):
    answer = desk.post(f"/contacts/{lin.pk}/privacy/consent/", {"about": "channel:email", "given": "no"})

    assert answer.status_code == 422
    assert not Consent.objects.exists()


def test_clear_view_says_when_there_is_more_to_see(tenant, lin, ben, ada, adas_desk):
    RevealLimit.objects.create(role=Role.MANAGER, per_hour=1, per_day=1)
    other = give_email(make_contact("Wu", owner=ben), "wu@example.com")
    first = lin.identities.get()

    seen = adas_desk.post(f"/contacts/{lin.pk}/reveal/{first.pk}/", htmx=True)
    spent = adas_desk.post(f"/contacts/{other.contact_id}/reveal/{other.pk}/", htmx=True)

    assert "lin@example.com" in text_of(seen)
    assert (spent.status_code, "Limit reached" in text_of(spent)) == (422, True)
    assert "wu@example.com" not in text_of(spent)
    assert "1 of 1" in text_of(adas_desk.get("/requests/reveals/"))


def test_role_that_asks_for_the_second_step_is_sent_there_and_shown_nothing(tenant, lin, ada, adas_desk):
    RevealLimit.objects.create(role=Role.MANAGER, per_hour=1, per_day=1, needs_factor=True)

    answer = adas_desk.post(f"/contacts/{lin.pk}/reveal/{lin.identities.get().pk}/", htmx=True)

    assert answer.status_code == 403
    assert answer["HX-Redirect"].startswith("/accounts/2fa/")
    assert not Reveal.objects.exists()


def test_request_is_noted_listed_refused_with_a_reason_only(desk, lin):
    desk.post(f"/contacts/{lin.pk}/privacy/request/", {"kind": "correction", "asked_on": "2026-03-02", "note": "Name"})
    request = PersonRequest.objects.get()
    assert "Lin" in text_of(desk.get("/requests/"))

    desk.post(f"/requests/{request.pk}/settle/", {"state": "refused"})
    assert PersonRequest.objects.get().state == "open"
    desk.post(f"/requests/{request.pk}/settle/", {"state": "refused", "note": "Is right as it is"})

    settled = PersonRequest.objects.get()
    assert (settled.state, settled.note) == ("refused", "Is right as it is")


def test_copy_is_made_and_fetched_with_a_second_step(desk, lin, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    with suppress(AttributeError):
        del default_storage.relative_media_root
    desk.post(f"/contacts/{lin.pk}/privacy/copy/")
    jobs_due(Budget(5))
    address = f"/requests/{PersonRequest.objects.get().pk}/copy/"

    settings.SCRM_REQUIRE_MFA = True
    assert desk.get(address)["Location"].startswith("/accounts/2fa/")
    settings.SCRM_REQUIRE_MFA = False
    answer = desk.get(address)

    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert "lin@example.com" in archive.read("index.html").decode()
    assert answer["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="person.copy_fetched", actor=desk.user).count() == 1


def test_erasure_shows_what_goes_and_wants_the_name(admin, lin):
    page = f"/contacts/{lin.pk}/erase/"

    assert "identities" in text_of(admin.get(page))
    assert admin.post(page, {"typed": "Wu"}).status_code == 422
    assert Contact.objects.get().erased_at is None
    admin.post(page, {"typed": " lin "})
    jobs_due(Budget(5))

    assert Contact.objects.get().erased_at is not None
    assert "This person was erased" in text_of(admin.get(f"/contacts/{lin.pk}/"))
    assert "Lin" not in text_of(admin.get("/contacts/"))


def test_operations_copies_and_does_not_erase_and_cai_sees_nothing(desk, lin, cais_desk):
    assert desk.post(f"/contacts/{lin.pk}/erase/", {"typed": "Lin"}).status_code == 403
    for path in ("privacy/", "erase/"):
        assert cais_desk.get(f"/contacts/{lin.pk}/{path}").status_code in (403, 404)
    assert Contact.objects.get().erased_at is None


def test_settings_hold_limits_channels_and_texts(admin):
    said = {f"{role}-{name}": "7" for role in reveal_limits() for name in ("hour", "day")}

    assert admin.post("/settings/privacy/", said | {"channels": ["email"], "rep-factor": "on"}).status_code == 302
    assert admin.post("/settings/privacy/", said | {"rep-day": "6"}).status_code == 422
    admin.post("/settings/privacy/text/", {"purpose": "marketing", "text-en": "We write to you."})

    rep = reveal_limits()["rep"]
    assert (rep.per_hour, rep.per_day, rep.needs_factor) == (7, 7, True)
    assert ConsentRule.objects.get(needed=True).channel == "email"
    assert ConsentText.objects.get().version == "marketing-1"
    assert "We write to you." in text_of(admin.get("/settings/privacy/"))


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_any_length(desk, lin, rows, django_assert_num_queries):
    for n in range(rows):
        contact = make_contact(f"Wu {n}")
        desk.post(f"/contacts/{contact.pk}/privacy/request/", {"kind": "copy", "asked_on": "2026-03-02"})
        identity = give_email(contact, f"wu{n}@example.com")
        reveal_identity(identity=identity, by=make_user(f"rep{n}"), now=clock.now())
    desk.get("/requests/")

    with django_assert_num_queries(REQUESTS):
        desk.get("/requests/")
    with django_assert_num_queries(REVEALS):
        desk.get("/requests/reveals/")


REQUESTS, REVEALS = 10, 9


def test_representative_notes_a_word_with_one_thumb(ben, lin):
    phone = client_of(ben)

    phone.post(f"/rep/customers/{lin.pk}/consent", {"channel": "call", "given": "no", "reason": "Asked me to stop"})

    assert DoNotContact.objects.get().channel == "call"
    assert Consent.objects.get().way == "rep"
    phone.post(f"/rep/customers/{lin.pk}/consent", {"channel": "call", "given": "yes", "reason": ""})
    assert DoNotContact.objects.exists()
