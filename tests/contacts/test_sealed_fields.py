"""Sensitive fields: sealed, masked, looked at under count, in clear nowhere else; merged, erased, sealed anew."""

import base64
import os
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import schema_context, tenant_context
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import AuditEntry
from contacts.custom.sealing import HIDDEN, hint_of_field, open_field
from contacts.custom.values import Shape
from contacts.enums import FieldKind
from contacts.models import Contact, CustomField, Reveal, RevealLimit, SealedValue
from contacts.queries import contact_ids_matching
from contacts.selectors import field_codes, field_values, fields_unsaid
from contacts.services import save_field, set_fields
from leads.models import Lead, LeadArrival
from scrm.core import clock
from scrm.core.conditions import facts, parse
from scrm.core.crypto import CryptoError
from scrm.flows.arrival import lead_arrived
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.erasure import person_erased
from scrm.flows.resealing import secrets_resealed
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tenants.selectors import tenant_keys, tenant_zone
from tests.api.conftest import make_caller
from tests.factories import make_contact, make_user
from tests.flows.arrivals import make_arrival, phone
from tests.flows.importing import bring
from tests.web.ops.conftest import Desk
from tests.web.public_pages import make_form, send
from tests.web.rep_people import client_of

NUMBER = "440106199001011234"


def make(label: str = "Id number", kind: str = "text", **said) -> CustomField:
    return save_field(field=None, kind=kind, label=label, sealed=True, by=None, now=clock.now(), **said)


@pytest.fixture
def field(acme) -> CustomField:
    lay_out_tenant()
    return make()


def put(contact: Contact, value: object = NUMBER, role: str = Role.OPS) -> list[str]:
    said = {"role": role, "by": None, "now": clock.now(), "zone": tenant_zone()}
    return set_fields(contact_id=contact.pk, values={"id_number": value}, **said)


def kept(contact: Contact) -> str | None:
    row = SealedValue.objects.filter(contact=contact).first()
    return open_field(row.sealed, pk=row.pk, keys=tenant_keys()) if row else None


def in_the_database(word: str) -> list[str]:
    """Every table of the tenant in which the word stands in clear."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" t WHERE to_jsonb(t)::text LIKE %s)', [f"%{word}%"])
            found += [table] if cursor.fetchone()[0] else []
    return found


def test_value_is_sealed_masked_and_written_over(field):
    lin = make_contact("Lin")

    assert put(lin) == ["id_number"]
    assert put(lin) == []
    shown = field_values(Contact.objects.get(), role=Role.OPS)["id_number"]
    assert (shown["sealed"], shown["shown"]) == (True, f"{HIDDEN}1234")
    assert put(lin, "X") == ["id_number"]
    assert (kept(lin), Contact.objects.get().fields) == ("X", {})
    put(lin, None)
    assert kept(lin) is None
    assert all("1234" not in str(entry.details) for entry in AuditEntry.objects.all())


@given(st.text(min_size=1, max_size=40))
def test_hint_tells_four_of_ten_or_more_and_else_nothing(text):
    hint = hint_of_field(Shape(FieldKind.TEXT, sealed=True), text, zone=ZoneInfo("Asia/Shanghai"))

    assert hint == (HIDDEN + text[-4:] if len(text) >= 10 else HIDDEN)


def test_it_opens_in_its_own_row_alone(field):
    lin, mei = make_contact("Lin"), make_contact("Mei")
    put(lin)
    put(mei, "other one")
    of_lin, of_mei = (SealedValue.objects.get(contact=each) for each in (lin, mei))

    with pytest.raises(CryptoError):
        open_field(of_lin.sealed, pk=of_mei.pk, keys=tenant_keys())


def test_every_way_in_keeps_it_sealed_and_nothing_else_holds_it(field):
    words = [f"440106{number}9001011234" for number in range(3)]
    bring(f"name,phone,Id number\nLin,13812345670,{words[0]}\n")
    form = make_form({"kind": "own", "field": "id_number", "label": "Your number"})
    send(form, question_4=words[1])
    body = {"phone": "13812345672", "name": "Wu", "fields": {"id_number": words[2]}}
    answer = make_caller(connection.tenant).post("leads", body)

    assert answer.status_code == 201
    assert sorted(kept(lead.contact) or "" for lead in Lead.objects.all()) == words
    for word in words:
        assert in_the_database(word) == []
    assert all(lead.fields == lead.contact.fields == {} for lead in Lead.objects.all())
    assert not LeadArrival.objects.exclude(fields_set=None).exists()


def test_form_corrects_nothing_and_a_system_corrects_what_it_said(field):
    said = {"identities": (phone("13812345678"),)}
    for key, value in (("a", "first"), ("b", "second"), ("a", "third")):
        lead_arrived([make_arrival(key=key, sealed={"id_number": value}, **said)], now=clock.now())
        if key == "b":
            assert kept(Contact.objects.get()) == "first"

    assert kept(Contact.objects.get()) == "third"


def test_desk_shows_it_masked_and_in_clear_under_count(acme, field):
    lin, olga = make_contact("Lin"), make_user("olga", Role.OPS)
    put(lin)
    desk, row = Desk(acme, olga), SealedValue.objects.get()
    where = f"/contacts/{lin.pk}/fields/{row.pk}/reveal/"

    page = desk.get(f"/contacts/{lin.pk}/").content.decode()
    seen = desk.post(where, htmx=True)
    RevealLimit.objects.create(role=Role.OPS, per_hour=0, per_day=0)
    Reveal.objects.all().delete()
    refused = desk.post(where, htmx=True)

    assert NUMBER not in page
    assert f"{HIDDEN}1234" in page
    assert NUMBER in seen.content.decode()
    assert seen["Cache-Control"] == "no-store"
    assert AuditEntry.objects.get(action="field.revealed").details == {"field": "id_number", "value": str(row.pk)}
    assert refused.status_code == 422
    assert NUMBER not in refused.content.decode()


def test_api_writes_it_masks_it_and_shows_it_under_count(acme, field):
    lin, wu = make_contact("Lin"), make_contact("Wu")
    system, reader = make_caller(acme), make_caller(acme, "leads:read")

    written = system.patch(f"contacts/{lin.pk}/fields", {"custom": {"id_number": NUMBER}})
    shown = reader.get(f"contacts/{lin.pk}").json()["custom"]["id_number"]
    where = f"sensitive/{shown['id']}/reveal"
    clear = system.post(f"contacts/{lin.pk}/{where}", {})
    back = system.patch(f"contacts/{lin.pk}/fields", {"custom": {"id_number": shown}})

    assert NUMBER not in written.content.decode()
    assert (shown["sealed"], shown["shown"]) == (True, f"{HIDDEN}1234")
    assert clear.json() == {"kind": "id_number", "value": NUMBER}
    assert reader.post(f"contacts/{lin.pk}/{where}", {}).status_code == 403
    assert system.post(f"contacts/{wu.pk}/{where}", {}).status_code == 404
    # What masks it is no value to be sent back.
    assert back.status_code == 422
    assert kept(lin) == NUMBER


def test_who_may_not_see_the_contact_or_the_field_reveals_nothing(acme, field):
    ben = make_user("ben")
    mine, others = make_contact("Lin", owner=ben), make_contact("Mei")
    put(mine)
    put(others)
    of = {row.contact_id: row.pk for row in SealedValue.objects.all()}
    CustomField.objects.update(layout={Role.AUDITOR: "hidden"})
    phone_of_ben = client_of(ben)

    assert NUMBER in phone_of_ben.post(f"/rep/customers/{mine.pk}/fields/{of[mine.pk]}/reveal").content.decode()
    assert phone_of_ben.post(f"/rep/customers/{others.pk}/fields/{of[others.pk]}/reveal").status_code == 404
    CustomField.objects.update(layout={Role.REP: "hidden"})
    assert phone_of_ben.post(f"/rep/customers/{mine.pk}/fields/{of[mine.pk]}/reveal").status_code == 404
    assert Reveal.objects.count() == 1


def test_empty_input_leaves_it_and_a_tick_deletes_it(acme, field):
    lin = make_contact("Lin")
    put(lin)
    desk = Desk(acme, make_user("olga", Role.OPS))

    desk.post(f"/contacts/{lin.pk}/fields/", {"field-id_number": ""})
    assert kept(lin) == NUMBER
    desk.post(f"/contacts/{lin.pk}/fields/", {"field-id_number": "", "field-id_number-gone": "on"})
    assert kept(lin) is None


def test_lists_and_rules_ask_only_whether_it_is_known(acme, field):
    lin, mei = make_contact("Lin"), make_contact("Mei")
    put(lin)
    desk = Desk(acme, make_user("olga", Role.OPS))

    def listed(**query) -> set[str]:
        return {row[0].name for row in desk.get("/contacts/", **query).context["rows"]}

    assert listed(where="id_number.is_set.") == {"Lin"}
    assert listed(where="id_number.is_not_set.") == {"Mei"}
    for query in (
        {"where": "id_number.is.yes"},
        {"where": f"id_number.contains.{NUMBER[:4]}"},
        {"sort": "field.id_number"},
    ):
        assert listed(**query) == {"Lin", "Mei"}
    assert desk.get("/contacts/", column="id_number").context["own"].columns == []
    rule = parse({"fact": "contact.field.id_number", "op": "is_set"}, facts)
    assert contact_ids_matching(rule, clock.now()) == [lin.pk]
    assert field_codes() == []
    assert fields_unsaid([lin.pk], ["id_number"], role=Role.OPS) == []
    assert len(fields_unsaid([lin.pk, mei.pk], ["id_number"], role=Role.OPS)) == 1


def test_merge_keeps_the_survivor_s_and_gives_each_its_own_back(field):
    make("Tax number")
    lin, mei = make_contact("Lin"), make_contact("Mei")
    put(lin, "of Lin 123456")
    put(mei, "of Mei 123456")
    said = {"role": Role.OPS, "by": None, "now": clock.now(), "zone": tenant_zone()}
    set_fields(contact_id=mei.pk, values={"tax_number": "T"}, **said)
    before = set(SealedValue.objects.values_list("contact", "field", "hint"))

    merge = contacts_merged(lin.pk, mei.pk, by=None, now=clock.now())
    together = {
        row.field.code: open_field(row.sealed, pk=row.pk, keys=tenant_keys())
        for row in SealedValue.objects.filter(contact=lin)
    }
    contact_unmerged(merge, by=None, now=clock.now())

    assert together == {"id_number": "of Lin 123456", "tax_number": "T"}
    assert set(SealedValue.objects.values_list("contact", "field", "hint")) == before
    assert kept(lin) == "of Lin 123456"


def test_new_master_key_seals_it_anew(field, settings):
    lin = make_contact("Lin")
    put(lin)
    before = bytes(SealedValue.objects.get().sealed)
    settings.SCRM_RETIRED_MASTER_KEYS = [settings.SCRM_MASTER_KEY]
    settings.SCRM_INDEX_KEY = settings.SCRM_MASTER_KEY
    settings.SCRM_MASTER_KEY = base64.b64encode(os.urandom(32)).decode()

    assert secrets_resealed(connection.tenant).unreadable == 0
    settings.SCRM_RETIRED_MASTER_KEYS = []

    assert bytes(SealedValue.objects.get().sealed) != before
    assert kept(lin) == NUMBER


def test_erasure_takes_it(field):
    lin = make_contact("Lin")
    put(lin)

    person_erased(lin.pk, now=clock.now())

    assert not SealedValue.objects.exists()


@pytest.mark.parametrize("said", [{"subject": "lead"}, {"kind": "choice", "choices": ["A"]}, {"kind": "yes_no"}])
def test_only_texts_numbers_and_dates_of_contacts_can_be_sensitive(acme, said):
    with pytest.raises(ValidationError) as refused:
        make(**said)

    assert set(refused.value.message_dict) == {"sealed"}
    assert not CustomField.objects.exists()


def test_and_cai_reveals_nothing_of_acme(field):
    lin = make_contact("Lin")
    put(lin)
    row = SealedValue.objects.get()
    with schema_context("public"):
        globex = Tenant.objects.get(schema_name="globex")
    with tenant_context(globex):
        cai = make_user("cai", Role.OPS)

    assert Desk(globex, cai).post(f"/contacts/{lin.pk}/fields/{row.pk}/reveal/").status_code == 404
    assert not Reveal.objects.exists()
