"""How a lead comes in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry, User
from campaigns.enums import Trigger
from campaigns.models import Enrollment
from contacts.addresses import addresses_for
from contacts.enums import ChannelKind
from contacts.inputs import ConsentInput
from contacts.models import Company, Consent, Contact, DoNotContact, Identity
from events.models import Event
from leads.enums import LeadOrigin, LeadStatus
from leads.models import Lead, Source
from lifecycle.enums import MoveSource
from lifecycle.models import Position, StageTransition
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tagging.models import TagAssignment
from tests.factories import make_live_sop, make_user, step
from tests.flows.arrivals import email, make_arrival, phone


@pytest.fixture
def ready(acme):
    lay_out_tenant()
    return acme


def arrive(*arrivals, now=None, **how):
    return lead_arrived(arrivals, now=now or clock.now(), **how)


def test_a_lead_comes_in_with_all_that_belongs_to_it(ready):
    ben, now = make_user(takes_leads=True), clock.now()
    captured_at = now - timedelta(days=9)

    [outcome] = arrive(make_arrival(company="Lins", city="Xiamen", captured_at=captured_at), now=now)

    lead = Lead.objects.get()
    assert (outcome.outcome, outcome.lead_id, outcome.contact_id) == ("created", lead.pk, lead.contact_id)
    assert (lead.owner, lead.status, lead.captured_at) == (ben, LeadStatus.ASSIGNED, captured_at)
    assert (lead.contact.name, lead.contact.city, lead.contact.owner) == ("Person 1", "Xiamen", ben)
    assert (lead.source.name, lead.contact.company.name) == ("Expo", "Lins")
    assert Position.objects.get().stage.code == "captured"
    assert StageTransition.objects.get().source == MoveSource.ARRIVAL
    assert Event.objects.get().properties["lead"] == str(lead.pk)
    assert addresses_for([lead.contact_id], "email") == {lead.contact_id: "person1@example.com"}
    assert AuditEntry.objects.get(action="lead.captured").subject_id == str(lead.pk)


def test_and_cai_sees_nothing_of_it(ready, globex):
    with tenant_context(ready):
        arrive(make_arrival())
        assert Lead.objects.count() == 1

    with tenant_context(globex):
        assert not Lead.objects.exists()
        assert not Identity.objects.exists()


def test_the_same_arrival_again_changes_nothing_and_says_so(ready):
    first = arrive(make_arrival())[0]
    before = Lead.objects.values().get()

    again = arrive(make_arrival())[0]

    assert (again.outcome, again.lead_id, again.contact_id) == ("unchanged", first.lead_id, first.contact_id)
    assert Lead.objects.values().get() == before
    assert Event.objects.count() == AuditEntry.objects.count() == 1


def test_the_same_row_again_leaves_what_a_colleague_changed(ready):
    arrive(make_arrival(city="Xiamen"))
    Contact.objects.update(city="Suzhou")

    assert arrive(make_arrival(city="Xiamen"))[0].outcome == "unchanged"
    assert Contact.objects.get().city == "Suzhou"


def test_a_changed_row_updates_its_lead(ready):
    arrive(make_arrival(city="Xiamen", attributes={"size": "L"}))

    [outcome] = arrive(make_arrival(city="Suzhou", attributes={"colour": "red"}, rating="A"))

    lead = Lead.objects.get()
    assert outcome.outcome == "updated"
    assert (lead.attributes, lead.rating) == ({"size": "L", "colour": "red"}, "A")
    assert lead.contact.city == "Suzhou"


def test_what_a_row_leaves_out_stays(ready):
    arrive(make_arrival(city="Xiamen", rating="A"))

    arrive(make_arrival(note="Called twice"))

    lead = Lead.objects.get()
    assert (lead.contact.city, lead.rating, lead.contact.note) == ("Xiamen", "A", "Called twice")


def test_a_stranger_at_a_form_cannot_rename_a_customer(ready):
    arrive(make_arrival(1, name="Lin"))

    arrive(make_arrival(1, key="form:2", name="Mallory", city="Xiamen", came_by=LeadOrigin.FORM))

    contact = Contact.objects.get()
    assert (contact.name, contact.city) == ("Lin", "Xiamen")
    assert Lead.objects.count() == 2


def test_one_person_with_two_enquiries_is_one_contact_with_one_owner(ready):
    for name in ("ben", "eva"):
        make_user(name, takes_leads=True)

    arrive(make_arrival(1, key="a"), make_arrival(2, key="b"), make_arrival(1, key="c"))

    assert Contact.objects.count() == 2
    assert [lead.owner.username for lead in Lead.objects.order_by("dedupe_key")] == ["ben", "eva", "ben"]


def test_two_rows_of_one_lead_in_a_batch_are_one_lead(ready):
    first, second, third = arrive(
        make_arrival(1, key="a"), make_arrival(1, key="a"), make_arrival(1, key="a", city="Xiamen")
    )

    assert [each.outcome for each in (first, second, third)] == ["created", "unchanged", "updated"]
    assert Lead.objects.get().contact.city == "Xiamen"
    assert {each.outcome for each in arrive(make_arrival(1, key="a"), make_arrival(1, key="a", city="Xiamen"))} == {
        "unchanged"
    }


def test_an_identity_is_never_taken_from_another(ready):
    arrive(make_arrival(1, identities=(phone("13800000001"),)), make_arrival(2, identities=(email("b@example.com"),)))

    [outcome] = arrive(make_arrival(3, identities=(phone("13800000001"), email("b@example.com"))))

    lin, mei = Contact.objects.order_by("created_at", "pk")
    assert outcome.contact_id == lin.pk
    assert (lin.identities.get().kind, mei.identities.get().kind) == ("phone", "email")
    [problem] = outcome.problems
    assert problem.value == "***@example.com"


def test_a_wrong_row_is_refused_and_the_others_go_in(ready):
    wrong, right = arrive(make_arrival(1, name="x" * 121), make_arrival(2))

    assert (wrong.outcome, right.outcome) == ("rejected", "created")
    assert wrong.problems[0].column == "name"
    assert Lead.objects.count() == 1


def test_sources_and_companies_are_one_whatever_their_case(ready):
    arrive(
        make_arrival(1, source="Google", company="Lins"),
        make_arrival(2, source="google", company="LINS"),
        make_arrival(3, source=""),
    )
    arrive(make_arrival(4, source="GOOGLE", company="lins"))

    assert Source.objects.get().name == "Google"
    assert Company.objects.get().name == "Lins"
    assert Lead.objects.filter(source=None).count() == 1


def test_the_contacts_owner_keeps_their_leads(ready):
    ben = make_user("ben", takes_leads=True)
    arrive(make_arrival(1))
    make_user("eva", takes_leads=True)

    arrive(make_arrival(1, key="again"))

    assert set(Lead.objects.values_list("owner", flat=True)) == {ben.pk}


def test_leads_of_somebody_who_left_go_round(ready):
    ben = make_user("ben", takes_leads=True)
    arrive(make_arrival(1))
    User.objects.filter(pk=ben.pk).update(is_active=False)
    eva = make_user("eva", takes_leads=True)

    arrive(make_arrival(1, key="again"))

    assert Lead.objects.get(dedupe_key="again").owner == eva
    assert Contact.objects.get().owner == eva


def test_whoever_brings_a_lead_by_hand_may_keep_it(ready):
    make_user("eva", takes_leads=True)
    ben = make_user("ben")

    arrive(make_arrival(1, came_by=LeadOrigin.HAND, owner_id=ben.pk), actor=ben)

    assert Lead.objects.get().owner == Contact.objects.get().owner == ben


def test_without_anybody_who_takes_leads_a_lead_waits(ready):
    arrive(make_arrival(1))

    assert (Lead.objects.get().owner, Lead.objects.get().status) == (None, LeadStatus.NEW)


def test_a_converted_lead_is_won_and_its_contact_too(ready):
    now = clock.now()

    arrive(make_arrival(1, converted=True), make_arrival(2, converted=False), now=now)

    won, other = Lead.objects.order_by("dedupe_key")
    assert (won.status, won.won_at, other.status) == (LeadStatus.WON, now, LeadStatus.NEW)
    stages = dict(Position.objects.values_list("contact", "stage__code"))
    assert stages == {won.contact_id: "won", other.contact_id: "captured"}


def test_a_lead_that_converts_later_is_won_then(ready):
    arrive(make_arrival(1))

    assert arrive(make_arrival(1, converted=True))[0].outcome == "updated"
    assert Lead.objects.get().status == LeadStatus.WON
    assert Position.objects.get().stage.code == "won"


def test_an_old_open_lead_is_not_won_by_another(ready):
    arrive(make_arrival(1, key="old"))

    arrive(make_arrival(1, key="new", converted=True))

    assert Lead.objects.get(dedupe_key="old").status == LeadStatus.NEW


def test_bars_and_consents_are_kept(ready):
    consent = ConsentInput(ChannelKind.EMAIL, text_version="2026-11", proof={"form": "x"})

    arrive(make_arrival(1, do_not_email=True, do_not_call=True, consents=(consent,)))

    assert set(DoNotContact.objects.values_list("channel", flat=True)) == {"email", "call"}
    assert Consent.objects.get().proof == {"form": "x"}


def test_yes_and_no_of_a_file_are_kept_and_no_stops_the_channel(ready):
    arrive(make_arrival(1, came_by=LeadOrigin.IMPORT, agreed={"sms": True, "email": False, "sharing": False}))
    arrive(make_arrival(1, came_by=LeadOrigin.IMPORT, agreed={"sms": True, "email": True, "sharing": False}))

    assert set(DoNotContact.objects.values_list("channel", flat=True)) == {"email"}
    told = list(Consent.objects.order_by("pk").values_list("channel", "purpose", "given", "way"))
    assert set(told[:3]) == {
        ("sms", "marketing", True, "import"),
        ("email", "marketing", False, "import"),
        ("all", "sharing", False, "import"),
    }
    assert ("email", "marketing", True, "import") in told[3:]


def test_known_tags_are_given_and_unknown_ones_stay_attributes(ready):
    arrive(make_arrival(1, tags=["regular", "High potential", "Ringing"]))

    assert set(TagAssignment.objects.values_list("tag__code", flat=True)) == {"regular", "potential-high"}
    assert Lead.objects.get().attributes == {"tags": "Ringing"}


def test_sops_begin_now_for_new_leads_only(ready):
    sop, now = make_live_sop(step(), trigger=Trigger.LEAD_CAPTURED), clock.now()

    arrive(make_arrival(1, captured_at=now - timedelta(days=90), timezone="Europe/Paris"), now=now)
    arrive(make_arrival(1, city="Xiamen"))

    enrollment = Enrollment.objects.get()
    assert (enrollment.sop, enrollment.anchor_at, enrollment.zone) == (sop, now, "Europe/Paris")
    assert enrollment.lead == Lead.objects.get()


def test_sops_can_be_left_out(ready):
    make_live_sop(step(), trigger=Trigger.LEAD_CAPTURED)

    arrive(make_arrival(1), start_sops=False)

    assert not Enrollment.objects.exists()


def test_a_lead_that_is_won_already_leaves_what_leads_there(ready):
    make_live_sop(step(), name="Until won", trigger=Trigger.LEAD_CAPTURED, exit_when_won=True)
    make_live_sop(step(), name="Always", trigger=Trigger.LEAD_CAPTURED, exit_when_won=False)

    arrive(make_arrival(1, converted=True))

    assert dict(Enrollment.objects.values_list("sop__name", "state")) == {"Until won": "exited", "Always": "active"}


def test_nothing_arrives_from_an_empty_batch(ready):
    assert lead_arrived([], now=clock.now()) == []


def test_an_arrival_that_fails_leaves_nothing_behind(ready):
    with pytest.raises(IntegrityError), transaction.atomic():
        _arrive_for_nobody()

    assert not Lead.objects.exists()
    assert not Contact.objects.exists()


def _arrive_for_nobody():
    arrive(make_arrival(1, owner_id=uuid4()))
    connection.check_constraints()


@pytest.mark.parametrize("size", [1, 3, 500])
def test_a_batch_costs_the_same_statements_whatever_its_size(ready, size):
    for name in ("ben", "eva"):
        make_user(name, takes_leads=True)
    make_live_sop(step(), trigger=Trigger.LEAD_CAPTURED)
    arrive(make_arrival(9999, company="Lins", tags=["regular"]))

    with CaptureQueriesContext(connection) as statements:
        outcomes = arrive(*(make_arrival(n, company="Lins", do_not_email=True, tags=["regular"]) for n in range(size)))

    assert {outcome.outcome for outcome in outcomes} == {"created"}
    assert len(statements) == 41
