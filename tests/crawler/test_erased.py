"""Somebody with a row in every table and a word in every field is erased: their words are gone, in every table."""

from django_tenants.utils import tenant_context

from scrm.core import clock
from scrm.flows.erasure import erasure_finished, person_erased
from scrm.flows.personal import queries
from scrm.flows.personal.inventory import FIELDS, Rows
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
