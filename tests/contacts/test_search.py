"""One question finds people, companies, leads and orders, the likeliest first, and nothing beyond reach."""

from uuid import uuid4

import pytest
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import contacts.finding_queries
import leads.finding_queries
from accounts.enums import Role
from accounts.selectors import owner_ids_visible, visible_to
from commerce.models import Order
from contacts.finding.keys import keys_of
from contacts.models import Company, Contact, Identity
from contacts.normalise import normalise_phone
from contacts.sealing import blind_of, seal_identity
from contacts.selectors import contact_search_list
from contacts.services import give_search_keys
from contacts.upkeep import edit_contact
from leads.models import Lead
from scrm.core import clock
from scrm.flows.finding import found
from tenants.selectors import tenant_keys
from tests.factories import give_email, make_contact, make_user


@pytest.fixture
def ben(acme):
    return make_user("ben", Role.REP)


@pytest.fixture
def olga(acme):
    return make_user("olga", Role.OPS)


def give(contact: Contact, kind: str, value: str) -> None:
    keys = tenant_keys()
    key = normalise_phone(value).key if kind == "phone" else value
    sealed = seal_identity(kind=kind, value=value, blind=blind_of(kind, key, keys), keys=keys)
    Identity.objects.create(**sealed._asdict(), contact=contact, created_at=clock.now())


def names(viewer, text):
    return [hit.contact.name for hit in found(viewer, text).contacts]


def lead_of(contact, owner=None):
    now = clock.now()
    times = {"captured_at": now, "updated_at": now, "assigned_at": now if owner else None}
    return Lead.objects.create(contact=contact, owner=owner, came_by="hand", dedupe_key=str(uuid4()), **times)


@pytest.mark.parametrize(
    "text", ["小明", "wxm", "xiaoming", "13800138000", "8000", "W@mail.test", "wm-Xiao", "星辰", "xckj"]
)
def test_person_is_found_by_whatever_one_knows(olga, text):
    company = Company.objects.create(name="上海星辰科技有限公司", created_at=clock.now())
    wang = make_contact("王小明", company=company)
    make_contact("李芳")
    give(wang, "phone", "+8613800138000")
    give_email(wang, "w@mail.test")
    give(wang, "wecom", "wm-Xiao")

    [hit] = found(olga, text).contacts

    assert hit.contact == wang


def test_reason_says_what_was_meant_and_shows_no_number(olga):
    wang = make_contact("王小明")
    give(wang, "phone", "+8613800138000")

    [by_tail], [by_name] = found(olga, "8000").contacts, found(olga, "xm").contacts

    assert (by_tail.reason.by, by_tail.reason.hint) == ("phone", "138****8000")
    assert (by_name.reason.by, by_name.reason.shown) == ("name", ((1, 3),))


def test_likeliest_come_first(olga, ben):
    for name in ("王小明明", "大王小明", "王小明", "王小敏"):
        make_contact(name, owner=ben)

    assert names(olga, "王小明") == ["王小明", "王小明明", "大王小明"]


def test_mine_come_before_others_and_the_newest_before_the_old(acme):
    ada = make_user("ada", Role.ADMIN)
    for owner, city in ((ada, "1"), (None, "2"), (ada, "3"), (None, "4")):
        make_contact("Lin", owner=owner, city=city)

    assert [hit.contact.city for hit in found(ada, "Lin").contacts] == ["3", "1", "4", "2"]


def test_whole_name_is_found_behind_many_newer_that_hold_it(olga):
    make_contact("李明")
    Contact.objects.bulk_create(
        Contact(name=f"李明{n}号", created_at=clock.now(), updated_at=clock.now()) for n in range(300)
    )

    assert names(olga, "李明")[0] == "李明"


@pytest.fixture
def crowd(monkeypatch):
    """A name that two have is common, of which the newest two are looked at."""
    monkeypatch.setattr(leads.finding_queries, "FEW", 1)
    for name, number in {"FEW": 1, "RECENT": 2, "ENOUGH": 1, "LOOKED_AT": 2}.items():
        monkeypatch.setattr(contacts.finding_queries, name, number)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("viewer", ["olga", "ben"])
def test_of_a_common_name_the_same_and_the_beginning_are_found_however_old(request, viewer):
    viewer = request.getfixturevalue(viewer)
    for name in ("李明", "李明明", "老李明", "大李明", "小李明", "阿李明"):
        make_contact(name, owner=viewer)

    assert names(viewer, "李明") == ["李明", "李明明", "阿李明", "小李明"]


@pytest.mark.usefixtures("crowd")
def test_of_a_common_name_mine_are_found_behind_others_and_older_ones_where_the_newest_are_called_otherwise(acme):
    ada, eva = make_user("ada", Role.ADMIN), make_user("eva", Role.REP)
    for owner in (ada, None, eva):
        make_contact("李明", owner=owner)
    assert next(hit.contact.owner for hit in found(ada, "lim").contacts) == ada
    for name in ("Anna", "Ben"):
        make_contact(name, owner=ada)

    assert [hit.contact.owner for hit in found(ada, "lim").contacts] == [ada, eva, None]
    assert names(eva, "lim") == ["李明"]


@pytest.mark.usefixtures("crowd")
def test_of_a_common_name_the_windows_of_many_owners_find_theirs(acme):
    from accounts.services import create_department

    team = create_department(name="A")
    mona, eva = (make_user(name, role, department=team) for name, role in (("mona", "manager"), ("eva", "rep")))
    for owner in (eva, mona, None, make_user("far", Role.REP)):
        make_contact("李明", owner=owner)

    assert {hit.contact.owner for hit in found(mona, "lim").contacts} == {eva, mona}


@pytest.mark.usefixtures("crowd")
def test_lead_of_a_colleague_s_contact_with_a_common_name_is_found(acme, ben):
    eva = make_user("eva", Role.REP)
    hers = [make_contact("李明", owner=eva) for _each in range(3)]
    lead = lead_of(hers[0], ben)
    lead_of(hers[1], eva)

    assert found(ben, "lim").leads == [lead]
    assert found(ben, "lim").contacts == []


def test_ids_of_contacts_companies_and_leads_are_found(olga):
    company = Company.objects.create(name="Acme", created_at=clock.now())
    lead = lead_of(make_contact("Lin", company=company))

    assert [hit.contact for hit in found(olga, str(lead.contact_id)).contacts] == [lead.contact]
    assert [hit.company for hit in found(olga, company.pk.hex).companies] == [company]
    assert found(olga, str(lead.pk)).leads == [lead]


def test_order_is_found_by_its_number(olga, ben):
    now = clock.now()
    order = Order.objects.create(
        contact=make_contact("Lin"), platform="shop", number="A-77", amount=1, ordered_at=now, updated_at=now
    )

    assert found(olga, "A-77").orders == [order]
    assert not found(ben, "A-77")


def test_rep_finds_own_people_only_and_own_leads_of_others(acme, ben):
    eva = make_user("eva", Role.REP)
    hers, mine = make_contact("王小明", owner=eva), make_contact("王小红", owner=ben)
    give(hers, "phone", "+8613800138000")
    lead = lead_of(hers, ben)
    lead_of(hers, eva)

    assert names(ben, "王小") == ["王小红"]
    assert found(ben, "王小").leads == [lead]
    assert not found(ben, "8000").contacts
    assert not found(ben, str(hers.pk)).contacts
    assert names(eva, "wx") == [hers.name]
    assert mine.name not in names(eva, "王")


def test_cai_finds_nothing_of_it(acme, globex, olga):
    with tenant_context(acme):
        make_contact("王小明")
    with tenant_context(globex):
        assert not found(make_user("cai", Role.ADMIN), "王小明")


def test_found_again_under_a_new_name(olga):
    wang = make_contact("王小明")
    edit_contact(contact=wang, by=olga, now=clock.now(), name="李芳")

    assert names(olga, "lifang") == ["李芳"]
    assert names(olga, "xiaoming") == []


def test_bulk_writes_keep_keys_too(olga):
    Contact.objects.bulk_create([Contact(name="王小明", created_at=clock.now(), updated_at=clock.now())])

    assert Contact.objects.get().search_keys == keys_of("王小明")


@pytest.mark.parametrize(
    "text", ["", " ", "%", "'; --", "9" * 500, "😀", "@", "x@y", "\\", "a" * 120, "王" * 120, "'\""]
)
def test_odd_questions_find_nothing(olga, text):
    make_contact("王小明")

    assert not found(olga, text)


def test_number_of_statements_does_not_grow(olga, django_assert_num_queries):
    for _each in range(3):
        lead_of(make_contact("王小明"))
        with django_assert_num_queries(8):
            found(olga, "xiaoming")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    names=st.lists(st.text("王小明建国李芳an ", min_size=1, max_size=5), max_size=8),
    text=st.text("王小明芳", min_size=2, max_size=3),
)
def test_search_agrees_with_looking_at_every_name(olga, names, text):
    Contact.objects.all().delete()
    for name in names:
        make_contact(name)

    wanted = sorted(name for name in names if text in name.replace(" ", ""))
    assert sorted(row.name for row in contact_search_list(olga, text, 99)) == wanted


@pytest.mark.parametrize("scope", ["own", "department", "all"])
def test_owners_are_those_of_the_one_rule(acme, scope):
    from accounts.services import create_department

    team, other = create_department(name="A"), create_department(name="B")
    below = create_department(name="C", parent=team)
    people = [make_user(f"u{n}", department=home) for n, home in enumerate((team, below, other, None))]
    for owner in (*people, None):
        make_contact("Lin", owner=owner)
    for viewer in people:
        viewer.scope = scope
        owners = owner_ids_visible(viewer)
        rows = Contact.objects.all() if owners is None else Contact.objects.filter(owner__in=owners)
        assert set(rows) == set(visible_to(viewer, Contact.objects.all()))


def test_rows_without_keys_get_them_and_those_with_signs_alone_are_left(olga):
    Company.objects.create(name="星辰科技", created_at=clock.now())
    for name in ("王小明", "!!", "", "李芳"):
        make_contact(name)
    for model in (Contact, Company):
        model.objects.exclude(name="李芳").update(search_keys=[])
    assert names(olga, "xiaoming") == []

    assert give_search_keys() == 2
    assert give_search_keys() == 0

    assert names(olga, "xiaoming") == ["王小明"]
    assert Company.objects.get().search_keys == keys_of("星辰科技")
