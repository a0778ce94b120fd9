"""Companies: one name each, no circles, merged and taken back, and people whom the reader may see."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import schema_context

from accounts.enums import Role
from contacts.company_names import core_of, may_be_one, read_domains
from contacts.models import Company, CompanyMerge, Contact
from contacts.selectors import (
    company_doubles,
    company_hits,
    company_ids_with_parts,
    company_list,
    company_named,
    company_people,
)
from contacts.services import company_of_name, save_company
from scrm.core import clock
from scrm.flows.companies import companies_merged, companies_parted, person_placed
from tests.factories import make_contact, make_user


def make(name="Acme", parent=None, **fields):
    return save_company(company=None, name=name, parent=parent, owner=None, by=None, now=clock.now(), **fields)


def move(company, parent):
    save_company(company=company, name=company.name, parent=parent, owner=None, by=None, now=clock.now())


def merge(company, into):
    return companies_merged(company=company, into=into, by=None, now=clock.now())


def rows():
    companies = list(Company.objects.order_by("pk").values_list("pk", "parent", "merged_into", "domains"))
    return companies, list(Contact.objects.order_by("pk").values_list("pk", "company"))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("上海星辰科技有限公司", "上海星辰科技"),
        ("上海星辰科技有限公司", "上海星辰科技 股份有限公司"),
        ("ACME Inc.", "Acme, Ltd"),
        ("Ａｃｍｅ", "acme gmbh"),
        ("Café Group", "cafe"),
    ],
)
def test_legal_forms_and_spellings_may_be_one(name, other):
    assert may_be_one(name, other)


def test_other_names_are_others():
    assert not may_be_one("上海星辰科技有限公司", "北京星辰科技有限公司")
    assert core_of("有限公司") != ""


def test_domains_are_read_and_wrong_ones_named():
    assert read_domains("https://www.Example.com/x， a.cn a.cn") == ["example.com", "a.cn"]
    with pytest.raises(ValueError, match="no-domain"):
        read_domains("a.cn, no-domain")


def test_name_stands_once_whatever_its_case(acme):
    make("Acme")

    with pytest.raises(ValidationError, match="already"):
        make(" ACME ")
    assert Company.objects.count() == 1


def test_no_company_is_part_of_itself(acme):
    top = make("Top")
    middle = make("Middle", top)
    low = make("Low", middle)

    for company, parent in ((top, top), (top, low), (middle, low)):
        with pytest.raises(ValidationError, match="part of itself"):
            move(company, parent)
    assert company_ids_with_parts(top) == {top.pk, middle.pk, low.pk}


def test_two_at_once_close_no_circle(own_database):
    with schema_context("acme"):
        one, other = make("One"), make("Other")

    def put(company, parent):
        try:
            with schema_context("acme"):
                move(company, parent)
                return True
        except ValidationError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(put, (one, other), (other, one)))

    assert sorted(done) == [False, True]


def test_merge_moves_people_and_parts_and_is_taken_back_exactly(acme):
    into, double = make("Acme", domains=["acme.cn"]), make("Acme Ltd", domains=["acme.cn", "acme.com"])
    make("Part", double)
    make_contact("Lin", company=double)
    make_contact("Mei", company=into)
    before = rows()

    merged = merge(double, into)

    assert {contact.company_id for contact in Contact.objects.all()} == {into.pk}
    assert Company.objects.get(pk=into.pk).domains == ["acme.cn", "acme.com"]
    assert company_named("acme ltd") == into
    assert [hit.company for hit in company_hits("acme", limit=9)] == [into]
    companies_parted(merge=merged, by=None, now=clock.now())
    assert rows() == before
    with pytest.raises(ValidationError):
        companies_parted(merge=merged, by=None, now=clock.now())


def test_what_was_typed_before_a_merge_does_not_take_it_back(acme):
    into, double = make("Acme"), make("Acme Ltd")
    merge(Company.objects.get(pk=double.pk), into)

    with pytest.raises(ValidationError):
        move(double, None)

    assert Company.objects.get(pk=double.pk).merged_into == into


def test_what_moved_on_meanwhile_stays(acme):
    into, double, third = make("Acme"), make("Acme Ltd"), make("Third")
    lin = make_contact("Lin", company=double)
    merged = merge(double, into)
    Contact.objects.filter(pk=lin.pk).update(company=third)

    companies_parted(merge=merged, by=None, now=clock.now())

    assert Contact.objects.get(pk=lin.pk).company == third


def test_merge_with_itself_its_part_or_a_second_name_is_refused(acme):
    top = make("Top")
    low, other = make("Low", top), make("Other")
    merge(other, top)

    for company, into in ((top, top), (top, low), (low, other), (other, low)):
        with pytest.raises(ValidationError):
            merge(company, into)
    assert CompanyMerge.objects.count() == 1


def test_second_name_leads_to_the_company_that_stayed(acme):
    into, double = make("Acme"), make("Acme Ltd")
    merge(double, into)

    assert company_of_name(name="ACME LTD", now=clock.now()) == into


def test_person_is_placed_in_a_company_that_is_made_for_it(acme):
    lin = make_contact("Lin")
    placed = {"company": "Newco", "job_title": "CTO", "company_role": "decides"}

    assert person_placed(contact=lin, by=None, now=clock.now(), **placed)

    lin = Contact.objects.get()
    assert (lin.company.name, lin.job_title, lin.company_role) == ("Newco", "CTO", "decides")
    assert not person_placed(contact=lin, by=None, now=clock.now(), **placed)


def test_reader_counts_only_people_they_may_see(acme):
    ben, company = make_user("ben", Role.REP), make("Acme")
    make_contact("Lin", company=company, owner=ben)
    make_contact("Mei", company=company)

    assert company_list(ben).get().seen == 1
    assert [contact.name for contact in company_people(ben, [company.pk])] == ["Lin"]
    assert company_list(make_user("olga", Role.OPS)).get().seen == 2


def test_doubles_are_suggested_and_nothing_is_merged(acme):
    company = make("上海星辰科技有限公司")
    double = make("上海星辰科技股份有限公司")
    make("北京星辰科技有限公司")

    assert company_doubles(company) == [double]
    assert not CompanyMerge.objects.exists()


def test_every_reference_to_a_company_is_moved_by_a_merge():
    """Who adds one moves it in `companies_merged`, gives it back in `companies_parted`, and names it here."""
    moved = {("contact", "company"), ("company", "parent"), ("company", "merged_into"), ("opportunity", "company")}
    kept = {("companymerge", "company"), ("companymerge", "into")}

    there = {
        (each.related_model._meta.model_name, each.field.name)
        for each in Company._meta.get_fields(include_hidden=True)
        if each.auto_created and not each.concrete
    }

    assert there == moved | kept
