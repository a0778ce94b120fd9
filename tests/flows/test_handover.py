"""A customer changes hands: at the commit, with what is open, and the history stays."""

import pytest

from accounts.models import AuditEntry, Department
from campaigns.models import RepTask
from contacts.models import Contact
from exchange.models import Job
from leads.models import Interaction, Lead
from leads.services.interactions import Said, log_interaction
from scrm.core import clock
from scrm.flows.handover import contacts_handed_over
from scrm.flows.progress import lead_reassigned
from tests.factories import make_user
from tests.web.rep_people import client_of, make_customer, make_task


def make_lead(contact: Contact, owner, status: str = "assigned", key: str = "x") -> Lead:
    now = clock.now()
    times = {"captured_at": now, "updated_at": now, "assigned_at": now if owner else None}
    return Lead.objects.create(contact=contact, owner=owner, came_by="hand", status=status, dedupe_key=key, **times)


@pytest.fixture
def shop(acme):
    return Department.objects.create(name="Shop")


@pytest.fixture
def ada(shop):
    return make_user("ada", "manager", department=shop)


@pytest.fixture
def ben(shop):
    return make_user("ben", department=shop)


@pytest.fixture
def bea(shop):
    return make_user("bea", department=shop)


def test_what_is_open_goes_along_and_what_was_done_stays(ada, ben, bea):
    contact, other = make_customer(ben), make_user("dan")
    mine, nobodys = make_lead(contact, ben, key="1"), make_lead(contact, None, "new", key="2")
    others, won = make_lead(contact, other, key="3"), make_lead(contact, ben, key="4")
    Lead.objects.filter(pk=won.pk).update(status="won", won_at=clock.now())
    task = make_task(contact)
    log_interaction(contact_id=contact.pk, said=Said("call"), lead=mine, by=ben, now=clock.now())

    handed = contacts_handed_over([contact.pk], bea.pk, by=ada, now=clock.now())

    assert (handed.contacts, handed.leads, handed.tasks) == (1, 2, 1)
    owners = dict(Lead.objects.values_list("pk", "owner"))
    assert owners == {mine.pk: bea.pk, nobodys.pk: bea.pk, others.pk: other.pk, won.pk: ben.pk}
    assert RepTask.objects.get(pk=task.pk).owner == bea
    assert Interaction.objects.get().by == ben
    entry = AuditEntry.objects.get(action="contact.handed_over")
    assert (entry.actor, entry.details["from"], entry.details["to"]) == (ada, [str(ben.pk)], str(bea.pk))


def test_old_representative_finds_nothing_at_the_next_request(ada, ben, bea):
    contact = make_customer(ben)
    make_task(contact)
    address, phone = f"/rep/customers/{contact.pk}/", client_of(ben)
    assert phone.get(address).status_code == 200

    contacts_handed_over([contact.pk], bea.pk, by=ada, now=clock.now())

    assert phone.get(address).status_code == 404
    assert phone.get(f"/api/v1/contacts/{contact.pk}").status_code == 404
    assert client_of(bea).get(address).status_code == 200


def test_handing_over_twice_changes_nothing_more(ada, ben, bea):
    contact = make_customer(ben)
    contacts_handed_over([contact.pk], bea.pk, by=ada, now=clock.now())

    assert contacts_handed_over([contact.pk], bea.pk, by=ada, now=clock.now()).contacts == 0
    assert AuditEntry.objects.filter(action="contact.handed_over").count() == 1


def test_contact_of_another_team_stays(ada, bea):
    theirs = make_customer(make_user("dan"))

    assert contacts_handed_over([theirs.pk], bea.pk, by=ada, now=clock.now()).contacts == 0
    assert Contact.objects.get().owner.username == "dan"


def test_lead_is_no_way_to_a_contact_of_another_team(ada, ben, bea):
    theirs = make_customer(make_user("dan"))
    lead = make_lead(theirs, ben)

    assert lead_reassigned([lead.pk], bea.pk, by=ada, now=clock.now()) == 1
    assert Contact.objects.get().owner.username == "dan"


def test_page_refuses_a_leaver_or_an_owner_out_of_reach(ada, ben):
    dan = make_user("dan")
    contact, theirs = make_customer(ben), make_customer(dan)
    desk = client_of(ada)

    desk.post("/contacts/hand-over/", {"leaver": dan.pk, "way": "people", "person": ben.pk})
    desk.post("/contacts/hand-over/", {"leaver": ben.pk, "way": "people", "person": dan.pk})
    assert not Job.objects.exists()
    desk.post(f"/contacts/{contact.pk}/hand-over/", {"owner": dan.pk})

    assert desk.post(f"/contacts/{theirs.pk}/hand-over/", {"owner": ben.pk}).status_code == 404
    assert {row.pk: row.owner for row in Contact.objects.all()} == {contact.pk: ben, theirs.pk: dan}


def test_api_hands_over_to_a_colleague_within_reach(ada, ben, bea):
    contact, dan = make_customer(ben), make_user("dan")
    desk, address = client_of(ada), f"/api/v1/contacts/{contact.pk}/owner"

    refused = desk.post(address, {"owner": str(dan.pk)}, content_type="application/json")
    done = desk.post(address, {"owner": str(bea.pk)}, content_type="application/json")

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_user")
    assert done.json() == {"contacts": 1, "leads": 0, "tasks": 0}
    assert client_of(ben).post(address, {"owner": str(ben.pk)}, content_type="application/json").status_code == 403
