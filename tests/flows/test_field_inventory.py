"""The inventory says of every column what it holds; one that nobody declared fails here."""

from dataclasses import replace

import pytest
from django.db.models import CharField, FileField, JSONField, TextField

from scrm.flows.personal import queries
from scrm.flows.personal.finding import OPENERS
from scrm.flows.personal.inventory import FIELDS, Inventory, InventoryWrong, Mark, Rows, parse, problems


def test_every_column_of_every_table_is_declared(acme):
    """Add what is missing to scrm/flows/personal/fields.toml; its head says how."""
    assert problems(FIELDS, queries.columns_there()) == []


def test_every_emptied_column_can_be_emptied(acme):
    for table in FIELDS.of_persons():
        if table.rows is Rows.KEEP:
            for column in table.emptied:
                assert queries._nothing(table, column)


def test_every_sealed_personal_column_can_be_opened():
    sealed = {
        (table.name, column)
        for table in FIELDS.of_persons()
        for column in table.columns(Mark.PERSONAL)
        if queries.field_of(table.name, column).get_internal_type() == "BinaryField"
    }

    assert sealed == set(OPENERS)


def test_every_table_that_points_to_a_contact_is_about_people():
    contact = queries.model_of("contacts_contact")
    pointing = {
        each.related_model._meta.db_table
        for each in contact._meta.get_fields(include_hidden=True)
        if each.auto_created and (each.one_to_many or each.one_to_one)
    }

    assert pointing <= {table.name for table in FIELDS.of_persons()}


DECLARED = """
[thing]
about = "person"
of = ["contact_id in contacts_contact.id"]
rows = "keep"
personal = "word"
business = "id contact_id"
[contacts_contact]
about = "person"
of = ["id in contacts_contact.id"]
rows = "keep"
personal = "name"
business = "id"
"""
THERE = {"thing": ["id", "contact_id", "word"], "contacts_contact": ["id", "name"]}


@pytest.mark.parametrize(
    ("before", "after", "there", "wrong"),
    [
        ("", "", {}, []),
        ("", "", {"thing": ["id", "contact_id", "word", "more"]}, ["[thing] does not say what more holds"]),
        ("", "", {"thing": ["id", "contact_id"]}, ["[thing] has no column word"]),
        ("", "", {"other": ["id"]}, ["[other] is not declared: id"]),
        ("[thing]", '[other]\nlike = "thing"\n[thing]', {}, ["[other] is no table"]),
        ('rows = "keep"\npersonal = "word"', 'personal = "word"', {}, ["[thing] says what an erasure does"]),
        ('of = ["contact_id in contacts_contact.id"]', "", {}, ["[thing] does not say how a row is told"]),
        ("in contacts_contact.id", "in nowhere.id", {}, ["[thing] leads to nowhere.id"]),
        ('"id contact_id"', '"id contact_id"\nleaves = { id = "token" }', {}, ["[thing] leaves 'token' in id"]),
    ],
)
def test_gap_is_found(before, after, there, wrong):
    text = DECLARED.replace(before, after, 1) if before else DECLARED

    found = problems(parse(text), {**THERE, **there})

    assert len(found) == len(wrong)
    assert all(each.startswith(said) for each, said in zip(found, wrong, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        '[thing]\nabout = "person"\npersonal = "a"\nsecret = "a"',
        '[thing]\nabout = "person"\nof = ["contact_id"]',
        '[thing]\nabout = "person"\nerase = "a"',
    ],
)
def test_what_can_t_be_read_is_refused(text):
    with pytest.raises(InventoryWrong):
        parse(text)


WORDS_OF_OURS = {
    "contacts_identity": {"provenance"},
    "contacts_consent": {"text_version"},
    "contacts_friendship": {"channel"},
    "leads_leadarrival": {"outcome"},
    "leads_attachment": {"content_type"},
    "leads_opportunity": {"currency"},
    "leads_opportunitymove": {"currency"},
    "leads_entrylink": {"code", "place", "url", "utm"},
    "leads_reward": {"currency"},
    "leads_review": {"site"},
    "tagging_contactscore": {"parts"},
    "commerce_order": {"platform", "number", "currency", "told"},
    "commerce_orderline": {"key"},
    "content_trackedlink": {"code"},
    "campaigns_enrollment": {"zone"},
    "exchange_inboxmessage": {"channel", "content_type"},
}
"""Texts in rows about people that an erasure may leave: codes, currencies, names of channels and platforms. Each was
looked at: nobody writes of a person there."""


def texts_left(inventory: Inventory) -> dict[str, set[str]]:
    """Columns of any text in rows about people that are neither personal nor secret, and so outlast an erasure."""
    found: dict[str, set[str]] = {}
    for table in inventory.of_persons():
        for column in table.columns(Mark.PSEUDONYMOUS, Mark.BUSINESS):
            field = queries.field_of(table.name, column)
            if isinstance(field, CharField | TextField | JSONField | FileField) and not field.choices:
                found.setdefault(table.name, set()).add(column)
    return found


def test_no_free_words_about_a_person_outlast_an_erasure():
    """A new text column is personal; or it holds words of ours alone, and stands above."""
    assert texts_left(FIELDS) == WORDS_OF_OURS


@pytest.mark.parametrize(
    ("table", "column"),
    [("leads_opportunitymove", "reason"), ("leads_interaction", "text"), ("contacts_contact", "note")],
)
def test_free_words_declared_as_a_code_are_found(table, column):
    """Planted: what is personal is said to be a mere code."""
    there = FIELDS.tables[table]
    wrong = replace(there, marks={**there.marks, column: Mark.PSEUDONYMOUS})

    assert column in texts_left(replace(FIELDS, tables={**FIELDS.tables, table: wrong}))[table]
