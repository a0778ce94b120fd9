"""Who brought whom, what it earns, and that limits and the tree hold for two at once."""

import threading
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from contacts.models import Contact
from leads.enums import LeadOrigin, RewardState
from leads.models import Form, Lead, Referral, ReferralProgram, Reward, RewardEntry, Source
from leads.models.referral import LedgerBroken
from leads.selectors import referrer_rows
from leads.services import ensure_referral_link, move_rewards, reward_leads, save_program
from leads.services.interactions import Said, log_interaction
from leads.upkeep import rate_lead
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.entry import through_link
from scrm.flows.progress import lead_won
from scrm.flows.starter import lay_out_tenant
from tests.factories import give_email, make_contact, make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def ready(acme):
    lay_out_tenant()
    return acme


def make_program(**fields) -> ReferralProgram:
    now = clock.now()
    source = Source.objects.create(name=f"Friends {Source.objects.count()}", created_at=now)
    form = Form.objects.create(title="Ask us", source=source, created_at=now)
    values = {"name": "Friends", "form": form, "source": source, "per_lead": 10, "per_deal": 100, **fields}
    return save_program(values=values, by=None, now=now)


def bring(by, number: int, **said) -> Lead:
    """The `number`-th of many people comes by this referral link."""
    now = clock.now()
    arrival = make_arrival(number, came_by=LeadOrigin.FORM, **said)
    outcome = lead_arrived([through_link(arrival, by.link_id, now)], now=now)[0]
    return Lead.objects.get(pk=outcome.lead_id)


def link_of(program, contact):
    return ensure_referral_link(program=program, contact=contact, now=clock.now())


def refusals() -> list[str]:
    return list(Referral.objects.order_by("pk").values_list("refusal", flat=True))


def ledger() -> list[tuple[str, str, str]]:
    rows = Reward.objects.order_by("pk").values_list("earned_for", "state", "reason")
    return list(rows)


def test_link_of_a_contact_is_made_once(ready):
    program, ada = make_program(), make_contact("Ada")

    assert link_of(program, ada) == link_of(program, ada)


def test_somebody_new_is_credited_to_whoever_shared_and_cared_for_by_the_same_colleague(ready):
    ben = make_user("ben")
    ada = make_contact("Ada", owner=ben)

    lead = bring(link_of(make_program(), ada), 1)

    assert (lead.referral.by.contact, lead.referral.refusal) == (ada, "")
    assert lead.owner == ben
    assert not Reward.objects.exists()


def test_own_link_brings_nothing_by_whichever_identity(ready):
    program = make_program()
    ada = make_contact("Ada")
    give_email(ada, "person1@example.com")

    bring(link_of(program, ada), 1)

    assert refusals() == ["self"]


def test_representative_s_own_address_brings_nothing(ready):
    ben = make_user("ben", email="person1@example.com")
    by = ensure_referral_link(program=make_program(), rep=ben, now=clock.now())

    bring(by, 1)
    bring(by, 2)

    assert refusals() == ["self", ""]


def test_circle_of_three_is_refused(ready):
    program = make_program(newcomers_only=False)
    people = [bring(link_of(program, make_contact("Root")), 1).contact]
    for number in (2, 3):
        people.append(bring(link_of(program, people[-1]), number).contact)
    Referral.objects.filter(contact=people[0]).delete()

    bring(link_of(program, people[2]), 1, source="Again")
    again = make_arrival(1, key="again", came_by=LeadOrigin.FORM)
    lead_arrived([through_link(again, link_of(program, people[2]).link_id, clock.now())], now=clock.now())

    assert refusals()[-1] == "loop"


def test_known_person_counts_only_where_the_program_says_so(ready):
    lead_arrived([make_arrival(1, key="before")], now=clock.now())
    strict, open_to_all = make_program(), make_program(newcomers_only=False)

    bring(link_of(strict, make_contact("Ada")), 1, name="Again")
    again = make_arrival(1, key="third", came_by=LeadOrigin.FORM)
    link = link_of(open_to_all, make_contact("Ben"))
    lead_arrived([through_link(again, link.link_id, clock.now())], now=clock.now())

    assert refusals() == ["known", ""]


@pytest.mark.parametrize("how", ["spoken", "rated"])
def test_valid_lead_earns_once(ready, how):
    lead = bring(link_of(make_program(), make_contact("Ada")), 1)
    now = clock.now()

    for _ in range(2):
        if how == "spoken":
            log_interaction(contact_id=lead.contact_id, said=Said("call", effective=True), lead=lead, by=None, now=now)
        else:
            rate_lead(lead=lead, rating="B", by=None, now=now)

    assert ledger() == [("lead", "pending", "")]
    assert Reward.objects.get().amount == 10


def test_deal_earns_for_lead_and_deal(ready):
    lead = bring(link_of(make_program(), make_contact("Ada")), 1)

    lead_won(lead.pk, by=None, now=clock.now())

    assert ledger() == [("lead", "pending", ""), ("deal", "pending", "")]


def test_what_does_not_count_earns_nothing(ready):
    program, ada = make_program(), make_contact("Ada")
    give_email(ada, "person1@example.com")

    lead_won(bring(link_of(program, ada), 1).pk, by=None, now=clock.now())

    assert ledger() == []


def test_limits_per_person_and_in_total_refuse_with_their_reason(ready):
    program = make_program(per_deal=0, person_limit=20, total_limit=30)
    ada, cai = link_of(program, make_contact("Ada")), link_of(program, make_contact("Cai"))

    for number, by in enumerate((ada, ada, ada, cai, cai)):
        reward_leads(lead_ids=[bring(by, number).pk], now=clock.now())

    assert [(state, reason) for _for, state, reason in ledger()] == [
        ("pending", ""),
        ("pending", ""),
        ("refused", "person_limit"),
        ("pending", ""),
        ("refused", "total_limit"),
    ]


def test_rewards_move_onward_only_and_every_move_is_kept(ready):
    ben, now = make_user("ben"), clock.now()
    lead = bring(link_of(make_program(), make_contact("Ada")), 1)
    lead_won(lead.pk, by=None, now=now)
    ids = list(Reward.objects.order_by("pk").values_list("pk", flat=True))

    def move(to, **more):
        return move_rewards(reward_ids=ids, to=RewardState(to), by=ben, now=now, **more)

    assert move("paid") == 0
    assert move("approved") == 2
    assert move("approved") == 0
    assert move_rewards(reward_ids=ids[:1], to=RewardState.PAID, by=ben, now=now) == 1
    with pytest.raises(ValidationError):
        move("refused", reason=" ")
    assert move("refused", reason="Left us") == 1

    assert ledger() == [("lead", "paid", ""), ("deal", "refused", "Left us")]
    moves = RewardEntry.objects.order_by("reward_id", "pk").values_list("state", flat=True)
    assert list(moves) == ["pending", "approved", "paid", "pending", "approved", "refused"]
    verbs = AuditEntry.objects.filter(action__startswith="reward.").order_by("pk").values_list("action", flat=True)
    assert list(verbs) == ["reward.approved", "reward.paid", "reward.refused"]


def test_entries_are_only_added(ready):
    with pytest.raises(LedgerBroken):
        RewardEntry.objects.update(reason="x")
    with pytest.raises(LedgerBroken):
        RewardEntry.objects.all().delete()


def test_contact_s_page_counts_what_it_brought(ready):
    program, ada = make_program(), make_contact("Ada")
    by = link_of(program, ada)
    for number in (1, 2):
        reward_leads(lead_ids=[bring(by, number).pk], now=clock.now())

    row = referrer_rows(ada.pk)[0]

    assert (row.brought, row.counted, row.earned) == (2, 2, [("points", "CNY", Decimal(20))])


def test_limit_holds_for_many_at_once(own_database):
    now = clock.now()
    with schema_context("acme"):
        lay_out_tenant()
        by = link_of(make_program(per_deal=0, total_limit=30), make_contact("Ada"))
        ids = [bring(by, number).pk for number in range(8)]
    start = threading.Barrier(len(ids))
    failed: list[BaseException] = []

    def earn(lead_id) -> None:
        try:
            with schema_context("acme"):
                start.wait()
                reward_leads(lead_ids=[lead_id], now=now)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=earn, args=[lead_id]) for lead_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with schema_context("acme"):
        states = sorted(state for _for, state, _reason in ledger())
        assert states == ["pending"] * 3 + ["refused"] * 5


def test_two_who_bring_each_other_at_once_make_no_circle(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        program = make_program(newcomers_only=False)
        lead_arrived([make_arrival(n, key=f"before{n}") for n in (1, 2)], now=clock.now())
        one, two = Contact.objects.order_by("pk")
        links = {1: link_of(program, two), 2: link_of(program, one)}
    start = threading.Barrier(2)
    failed: list[BaseException] = []

    def come(number: int) -> None:
        try:
            with schema_context("acme"):
                start.wait()
                arrival = make_arrival(number, key=f"after{number}", came_by=LeadOrigin.FORM)
                lead_arrived([through_link(arrival, links[number].link_id, clock.now())], now=clock.now())
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=[number]) for number in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with schema_context("acme"):
        assert sorted(refusals()) == ["", "loop"]
