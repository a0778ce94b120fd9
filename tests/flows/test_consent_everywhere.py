"""What people agree to and take back counts at the moment of each touch."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from campaigns.enums import Reason, TouchState
from campaigns.models import Touchpoint
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch
from contacts.consents import Word, may_reach
from contacts.enums import ChannelKind, ConsentPurpose
from contacts.models import Consent, ConsentText, DoNotContact
from contacts.selectors import consent_text_newest, refusing_consent
from contacts.services import add_consent_text, need_consent, record_consent
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.consent import contact_agreed, purpose_agreed
from scrm.flows.starter import lay_out_tenant
from scrm.flows.touchpoint import touchpoints_due
from tests.factories import make_live_sop, make_mailable_contacts, make_user, step
from tests.flows.test_erasure import _enrol


@pytest.fixture
def lin(acme):
    from contacts.models import Contact

    lay_out_tenant()
    [pk] = make_mailable_contacts(["lin@example.com"], owner=make_user())
    return Contact.objects.get(pk=pk)


def say(contact, channel: str, given: bool, **more) -> None:
    record_consent(contact_id=contact.pk, channel=ChannelKind(channel), given=given, now=clock.now(), **more)


def send(lin) -> tuple[int, str | None]:
    _enrol(make_live_sop(step("email")), lin)
    touchpoints_due(Budget(5))
    touch = Touchpoint.objects.get()
    return touch.state, touch.reason


def test_withdrawn_consent_skips_the_touch_and_says_why(lin, mailoutbox):
    say(lin, "email", True)
    say(lin, "all", False)

    assert send(lin) == (TouchState.SKIPPED, Reason.NO_CONSENT)
    assert mailoutbox == []


def test_later_yes_counts(lin, mailoutbox):
    say(lin, "all", False)
    say(lin, "email", True)

    assert send(lin)[0] == TouchState.SENT


def test_where_consent_is_needed_silence_is_no(lin, mailoutbox):
    need_consent(channels={"email"}, by=None, now=clock.now())

    assert send(lin) == (TouchState.SKIPPED, Reason.NO_CONSENT)


def test_where_consent_is_needed_a_yes_is_enough(lin, mailoutbox):
    need_consent(channels={"email"}, by=None, now=clock.now())
    say(lin, "all", True)

    assert send(lin)[0] == TouchState.SENT


def test_withdrawal_reaches_what_is_claimed_already(lin, mailoutbox):
    """So at most the one call that is under way goes out, well within a lease."""
    sop = make_live_sop(step("email"))
    _enrol(sop, lin)
    batch = claim_batch(lane=sop.lanes.get())
    say(lin, "email", False)

    deliver(batch)
    touchpoints_due(Budget(5))

    assert mailoutbox == []
    assert Touchpoint.objects.get().reason == Reason.NO_CONSENT


words = st.lists(st.tuples(st.sampled_from(["all", "email", "sms"]), st.booleans(), st.integers(0, 3)), max_size=6)


@given(words, st.booleans())
def test_newest_word_about_the_channel_counts(said, needed):
    start = datetime(2026, 3, 1, tzinfo=UTC)
    given_words = [Word(channel, yes, start + timedelta(days=day), n) for n, (channel, yes, day) in enumerate(said)]

    verdict = not needed
    for word in sorted(given_words, key=lambda each: (each.at, each.number)):
        if word.channel != "sms":
            verdict = word.given

    assert may_reach(given_words, "email", needed=needed) is verdict


def test_database_says_the_same_as_the_rule(lin):
    for channel, yes in (("email", False), ("sms", True), ("email", True), ("all", False), ("sms", True)):
        say(lin, channel, yes)
        rows = Consent.objects.order_by("pk").values_list("channel", "given", "at", "pk")
        words = [Word(*row) for row in rows]
        for asked in ("email", "sms"):
            assert (lin.pk not in refusing_consent([lin.pk], asked)) is may_reach(words, asked, needed=False)


def test_other_purposes_stand_for_themselves(lin, mailoutbox):
    purpose_agreed(lin.pk, ConsentPurpose.SHARING, given=False, way="hand", now=clock.now())

    assert not DoNotContact.objects.exists()
    assert send(lin)[0] == TouchState.SENT


def test_taking_back_messages_bars_and_giving_them_lifts(lin):
    purpose_agreed(lin.pk, ConsentPurpose.MARKETING, given=False, way="hand", now=clock.now())
    assert DoNotContact.objects.get().channel == "all"

    purpose_agreed(lin.pk, ConsentPurpose.MARKETING, given=True, way="hand", reason="called", now=clock.now())

    assert not DoNotContact.objects.exists()
    assert Consent.objects.order_by("-pk").values_list("given", "way", "reason")[0] == (True, "hand", "called")


def test_text_is_followed_by_the_next_and_never_changed(acme):
    first = add_consent_text(
        purpose=ConsentPurpose.MARKETING, texts={"en": "We write to you."}, by=None, now=clock.now()
    )
    texts = {"en": "We write and call.", "zh-hans": "我们会给您发消息。"}
    second = add_consent_text(purpose=ConsentPurpose.MARKETING, texts=texts, by=None, now=clock.now())

    assert (first, second) == ("marketing-1", "marketing-2")
    assert ConsentText.objects.count() == 3
    assert consent_text_newest("marketing", "zh-hans").text == texts["zh-hans"]
    with pytest.raises(ValidationError):
        add_consent_text(purpose=ConsentPurpose.MARKETING, texts={"en": " "}, by=None, now=clock.now())


def test_consent_of_an_agreement_keeps_how_it_came(lin):
    contact_agreed(lin.pk, ChannelKind.EMAIL, way="api", text_version="marketing-1", now=clock.now())

    assert Consent.objects.values_list("way", "text_version", "purpose").get() == ("api", "marketing-1", "marketing")
