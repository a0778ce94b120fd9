"""Kinds of identity of the business's own at the desk: set up, and shown with whoever is known by them."""

import pytest

from accounts.enums import Role
from contacts.models import Contact, CustomKind, Identity
from contacts.services.kinds import archive_kind, save_kind
from leads.inputs import IdentityInput
from leads.models import Lead
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from tests.factories import make_user
from tests.flows.arrivals import make_arrival, phone
from tests.web.ops.conftest import Desk

NEW = {"label": "Loyalty", "spelling": "alnum", "pattern": "LC###", "matches": "on", "several": "on", "masked": "on"}


@pytest.fixture
def kind(tenant) -> CustomKind:
    said = {"spelling": "alnum", "pattern": "LC###"}
    return save_kind(kind=None, label="Loyalty", label_zh="会员号", by=None, now=clock.now(), **said)


def known(*numbers: str, owner=None) -> Contact:
    ways = tuple(IdentityInput("loyalty", number, number) for number in numbers)
    arrival = make_arrival(key=numbers[0], name="Lin", identities=ways, owner_id=owner.pk if owner else None)
    lead_arrived([arrival], now=clock.now())
    return Contact.objects.get(name="Lin")


def test_kind_is_made_changed_put_away_and_used_again(desk):
    assert b"No kinds of your own yet" in desk.get("/settings/kinds/").content
    assert desk.post("/settings/kinds/", NEW).status_code == 302
    kind = CustomKind.objects.get()
    assert (kind.code, kind.spelling, kind.pattern, kind.matches, kind.masked) == (
        "loyalty",
        "alnum",
        "LC###",
        True,
        True,
    )

    desk.post(f"/settings/kinds/{kind.pk}/", {"label": "Member", "spelling": "digits", "several": "on"})
    kind.refresh_from_db()
    assert (kind.label, kind.spelling, kind.pattern, kind.matches, kind.masked) == ("Member", "alnum", "", False, False)
    page = desk.get("/settings/kinds/").content.decode()
    assert "tells nobody" in page
    assert "in clear" in page
    assert "one each" not in page

    desk.post(f"/settings/kinds/{kind.pk}/archive/", {"archived": "yes"})
    assert "Use again" in desk.get("/settings/kinds/").content.decode()
    assert "Member" not in desk.get("/settings/recognition/").content.decode()
    desk.post(f"/settings/kinds/{kind.pk}/archive/", {"archived": "no"})
    assert "Move Member up" in desk.get("/settings/recognition/").content.decode()


def test_what_can_be_no_kind_is_told_beside_its_field(desk):
    answer = desk.post("/settings/kinds/", {**NEW, "code": "phone", "pattern": "LC###"})
    assert answer.status_code == 422
    assert b"Something else is called so already" in answer.content
    answer = desk.post("/settings/kinds/", {**NEW, "pattern": "LC-###"})
    assert answer.status_code == 422
    assert "“-” is in no id that is spelt so".encode() in answer.content
    assert not CustomKind.objects.exists()


def test_only_who_sets_recognition_sets_kinds_and_cai_meets_none(tenant, ben, cais_desk, kind):
    desk = Desk(tenant, ben)

    assert desk.get("/settings/kinds/").status_code == 302
    assert desk.post(f"/settings/kinds/{kind.pk}/archive/", {"archived": "yes"}).status_code == 403
    assert cais_desk.get(f"/settings/kinds/{kind.pk}/").status_code in (403, 404)
    kind.refresh_from_db()
    assert not kind.archived


def test_contact_shows_what_it_is_known_by_masked_or_in_clear(desk, tenant, kind):
    lin = known("LC001")
    identity = lin.identities.get()
    reveal = f"/contacts/{lin.pk}/reveal/{identity.pk}/"

    page = desk.get(f"/contacts/{lin.pk}/").content.decode()
    assert "Loyalty" in page
    assert "L***" in page
    assert "LC001" not in page
    assert reveal in page

    save_kind(kind=kind, label="Loyalty", masked=False, by=None, now=clock.now())
    page = desk.get(f"/contacts/{lin.pk}/").content.decode()
    assert "LC001" in page
    assert reveal not in page
    assert "LC001" in desk.get(f"/leads/{Lead.objects.get().pk}/").content.decode()
    assert b"LC001" not in bytes(Identity.objects.get().sealed)
    assert "LC001" not in identity.hint


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_a_contact_asks_twice_more_for_own_kinds_however_many(
    desk, tenant, kind, rows, django_assert_max_num_queries
):
    save_kind(kind=kind, label="Loyalty", masked=False, by=None, now=clock.now())
    lin = known(*(f"LC00{number}" for number in range(rows)))
    desk.get(f"/contacts/{lin.pk}/")

    with django_assert_max_num_queries(47):
        desk.get(f"/contacts/{lin.pk}/")


def test_conflicts_and_traces_call_a_kind_by_its_name(desk, tenant, kind):
    lin = known("LC001")
    lead_arrived([make_arrival(key="b", name="Mei", identities=(phone("13812345678"),))], now=clock.now())
    ways = (IdentityInput("loyalty", "LC001", "LC001"), phone("13812345678"))
    lead_arrived([make_arrival(key="c", identities=ways)], now=clock.now())
    archive_kind(kind=kind, archived=True, by=None, now=clock.now())

    page = desk.get("/contacts/duplicates/").content.decode()
    assert "Loyalty" in page
    assert "L***" in page
    lead = Lead.objects.get(contact=lin, dedupe_key="c")
    assert "Known by: Loyalty" in desk.get(f"/leads/{lead.pk}/trace/").content.decode()
    identity = Identity.objects.get(kind="loyalty")
    desk.post(f"/contacts/{lin.pk}/reveal/{identity.pk}/")
    assert "Loyalty" in desk.get(f"/contacts/{lin.pk}/privacy/").content.decode()


def test_search_box_says_by_what_they_were_found(desk, tenant, kind):
    known("LC001")

    page = desk.post("/search/", {"q": "lc 001"}).content.decode()

    assert "Lin" in page
    assert "Loyalty L***" in page


def test_representative_sees_them_on_the_phone(tenant, kind):
    ben = make_user("benno", Role.REP)
    lin = known("LC001", owner=ben)

    page = Desk(tenant, ben).get(f"/rep/customers/{lin.pk}/").content.decode()

    assert "Loyalty" in page
    assert "L***" in page
