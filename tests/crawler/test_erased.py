"""Somebody with a row in every table and a word in every field is erased: their words are gone, in every table."""

import io
import json
import zipfile

from django_tenants.utils import tenant_context

from scrm.core import clock
from scrm.core.sealed_file import SealedReader
from scrm.flows.erasure import erasure_finished, person_erased
from scrm.flows.personal import queries
from scrm.flows.personal.copy_file import Head, write_copy
from scrm.flows.personal.inventory import FIELDS, Mark, Rows
from tests.operations.at_rest import _tables

STAYS = {
    "commerce_order": "books are kept",
    "contacts_consent": "which text they saw",
}
"""Tables in which words of a row of theirs stay that are not personal."""
OWN = {"accounts_user", "contacts_group", "account_emailaddress", "accounts_session", "mfa_authenticator"}
"""The colleague's own, whose customer the person was."""
SEARCHED = {table.name for table in FIELDS.of_persons() if table.searched}
"""Whose rows are told to be theirs by what is sealed in them; every other table has one of theirs here."""


def words_left(twins, whose: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for place, content in _tables("acme"):
        words = {each.label for each in twins.canaries.found_in(content) if (each.tenant, each.owner) == ("a", whose)}
        if words:
            found[place.rpartition(".")[2]] = words
    return found


def test_copy_holds_every_field_of_theirs_and_no_word_of_anybody_else(twins, tmp_path):
    """Fields in the copy by fields marked personal: all of them."""
    file = tmp_path / "copy.sealed"
    with tenant_context(twins.a.tenant):
        contact = twins.a.row("contacts.contact", "ben")
        found = {"exchange_inboxmessage": [twins.a.row("exchange.inboxmessage", "shared").pk]}
        head = Head("Acme", "en", clock.now())
        with file.open("wb") as target:
            write_copy(target, contact.pk, found, head)
    with file.open("rb") as source, zipfile.ZipFile(io.BytesIO(SealedReader(source).read())) as archive:
        tables, page = json.loads(archive.read("data.json"))["tables"], archive.read("index.html").decode()

    empty = {table.name for table in FIELDS.of_persons() if not tables[table.name]}
    assert empty <= SEARCHED
    for table in FIELDS.of_persons():
        for row in tables[table.name]:
            assert set(row) == set(table.exported), table.name
    personal = {
        (table.name, column)
        for table in FIELDS.of_persons()
        for column in table.columns(Mark.PERSONAL)
        if any(row[column] for row in tables[table.name])
    }
    words = {each.label for each in twins.canaries.found_in(json.dumps(tables)) if each.owner == "ben"}
    others = {each for each in twins.canaries.found_in(json.dumps(tables) + page) if each.owner not in ("ben", "")}
    assert len(personal) > 25
    assert {"contacts.contact", "contacts.identity", "leads.leadarrival", "campaigns.reptask"} <= words
    assert others == set()
    assert "Leads" in page
    assert twins.canaries.found_in(file.read_bytes()) == set()


def test_no_word_of_an_erased_person_is_left(twins):
    with tenant_context(twins.a.tenant):
        contact = twins.a.row("contacts.contact", "ben")
        before, others = words_left(twins, "ben"), words_left(twins, "bea")
        assert len(before) > 20
        assert person_erased(twins.a.row("contacts.contact", "twin").pk, now=clock.now())
        rows = {table.name: queries.count_rows(table, contact.pk, {}) for table in FIELDS.of_persons()}
        assert {name for name, count in rows.items() if not count} == SEARCHED
        # Who looks like them is somebody else of the same colleague's.
        assert person_erased(twins.a.row("contacts.contact", "like ben").pk, now=clock.now())

        assert person_erased(contact.pk, now=clock.now())

        assert set(words_left(twins, "ben")) - OWN == set(STAYS)
        assert words_left(twins, "bea") == others
        assert erasure_finished(contact.pk) == 0
        for table in FIELDS.of_persons():
            if table.rows is Rows.KEEP:
                assert queries.count_rows(table, contact.pk, {}) == rows[table.name], table.name
