"""Files of leads in every shape: workbooks, mended error files, the same columns again."""

import io

from django_tenants.utils import tenant_context

from exchange.models import Job
from leads.mapping_json import parse_mapping
from leads.models import Lead
from scrm.flows import lead_import
from tests.exchange.workbooks import workbook
from tests.flows.importing import PHONES, bring, counts, errors

SHOP = "name,phone,shop\nLin,13800138000,North\n"
BY_SHOP = parse_mapping({"columns": {"name": {"to": "name"}, "phone": {"to": "phone"}, "shop": {"to": "source"}}})


def received(content: str) -> Job:
    return lead_import.receive_file(user=None, file=io.BytesIO(content.encode()), name="next.csv")


def test_file_with_the_same_columns_begins_with_the_mapping_of_the_last(acme):
    bring(SHOP, mapping=BY_SHOP)

    job = received("shop,name,phone\nSouth,Mo,13900139000\n")

    assert lead_import.mapping_of(job) == BY_SHOP
    assert job.options["mapping_from"] == "leads.csv"


def test_file_with_other_columns_or_none_begins_with_a_guess(acme):
    bring(SHOP, mapping=BY_SHOP)
    lead_import.start_import(user=None, file=io.BytesIO(b"name,phone,shop,x\na,13800138001,b,c\n"), name="running.csv")

    for content in ("name,phone,shop,x\nLin,13800138000,North,1\n", "Lin,13800138000,North\nMo,13900139000,South\n"):
        assert received(content).options["mapping_from"] == ""


def test_mapping_is_remembered_by_its_own_business_alone(acme, globex):
    with tenant_context(acme):
        bring(SHOP, mapping=BY_SHOP)
    with tenant_context(globex):
        assert received(SHOP).options["mapping_from"] == ""


def test_workbook_goes_in_as_a_text_file_does(acme):
    rows = [["name", "phone", "source"], ["Lin", 13800138000, "Fair"], ["Mo", "not a phone", "Fair"]]

    job = bring(workbook(rows), mapping=PHONES)

    assert counts(job) == (2, 1, 0, 0, 1)
    assert errors(job)[0][:3] == ["3", "phone", "not a phone"]
    assert Lead.objects.get().contact.name == "Lin"


def test_error_file_goes_in_again_when_it_is_mended(acme):
    job = bring("name,phone\nLin,13800138000\nMo,12\n+86 Han,13\n", mapping=PHONES)
    with job.error_file.open("rb") as file:
        mended = file.read().decode("utf-8-sig").replace('"12"', '"13900139000"')

    again = lead_import.receive_file(user=None, file=io.BytesIO(mended.encode()), name="mended.csv")
    begun = bring(mended, mapping=PHONES)

    assert (again.options["mapping_from"], lead_import.mapping_of(again)) == ("leads.csv", PHONES)
    assert counts(begun) == (2, 1, 0, 0, 1)
    assert errors(begun)[0][5:] == ["'+86 Han", "13"]
    assert set(Lead.objects.values_list("contact__name", flat=True)) == {"Lin", "Mo"}
