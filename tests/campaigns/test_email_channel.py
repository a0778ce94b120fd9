"""E-mail over a real SMTP server: what each answer, and each silence, comes to."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from campaigns.channels import outward_channel
from campaigns.channels.email import EmailChannel
from campaigns.enums import Closure, Reason, TouchState
from campaigns.inputs import Start
from campaigns.models import Breaker, Lane, Touchpoint
from campaigns.services.delivery import deliver
from campaigns.services.enrolment import enroll
from campaigns.services.ledger import claim_batch
from contacts.models import Contact, DoNotContact, Identity
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tests.factories import give_email, make_contact, make_live_sop, step
from tests.live import free_port


class Provider:
    """Answers as it is told and keeps every mail that it took."""

    def __init__(self) -> None:
        self.taken = []
        self.to_rcpt = "250 OK"
        self.to_text = "250 queued as 77"
        self.hang_up_after_data = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.to_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_rcpt

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.hang_up_after_data:
            server.transport.abort()
        return self.to_text


@pytest.fixture
def provider(settings, request):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    provider = Provider()
    controller = Controller(
        provider,
        hostname="127.0.0.1",
        port=settings.EMAIL_PORT,
        enable_SMTPUTF8="ascii_only" not in request.keywords,
    )
    controller.start()
    outward_channel.cache_clear()
    yield provider
    controller.stop()
    outward_channel.cache_clear()


def put_in(*names: str, **fields: object) -> list[Contact]:
    sop = make_live_sop(step("email", **fields))
    contacts = []
    for name in names:
        contact = make_contact(name)
        give_email(contact, f"{name.lower()}@example.invalid")
        contacts.append(contact)
    with due_work():
        enroll(sop=sop, starts=[Start(contact.pk, clock.now(), "UTC") for contact in contacts])
    return contacts


def test_taken_mail_is_sent_with_the_providers_reference(acme, provider):
    put_in("Lin", body="Dear {{contact.name}},\n.hidden line")

    touchpoints_due(Budget(5))

    touch, mail = Touchpoint.objects.get(), provider.taken[0]
    assert (touch.state, touch.provider_ref) == (TouchState.SENT, "queued as 77")
    assert (mail["To"], mail["Subject"]) == ("lin@example.invalid", "Hello Lin")
    assert mail.get_content().replace("\r\n", "\n").startswith("Dear Lin,\n.hidden line\n")


def test_every_mail_carries_a_way_out(acme, provider):
    put_in("Lin")

    touchpoints_due(Budget(5))

    mail = provider.taken[0]
    way_out = mail["List-Unsubscribe"].strip().strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in way_out
    assert way_out in mail.get_content()


def test_chinese_mail_arrives_as_written(acme, provider):
    lin = put_in("Lin", subject="你好，{{contact.name}}", body="欢迎！" * 400)[0]
    Contact.objects.filter(pk=lin.pk).update(name="林晓")

    touchpoints_due(Budget(5))

    assert provider.taken[0]["Subject"] == "你好，林晓"
    assert "欢迎！" * 400 in provider.taken[0].get_content().replace("\n", "")


def test_address_beyond_ascii_is_reached(acme, provider):
    put_in("林晓")

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.SENT
    assert len(provider.taken) == 1


@pytest.mark.ascii_only
def test_address_beyond_ascii_is_refused_where_the_server_cannot_take_it(acme, provider):
    put_in("林晓", "Wang")

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get(contact__name="林晓").reason == Reason.UNDELIVERABLE
    assert Touchpoint.objects.get(contact__name="Wang").state == TouchState.SENT


def test_do_not_email_contact_gets_none(acme, provider):
    lin, _wang = put_in("Lin", "Wang")
    DoNotContact.objects.create(contact=lin, channel="email", since=clock.now())

    touchpoints_due(Budget(5))

    assert [mail["To"] for mail in provider.taken] == ["wang@example.invalid"]
    assert Touchpoint.objects.get(contact=lin).reason == Reason.DO_NOT_CONTACT


def test_refused_address_fails_for_good_and_is_not_written_down(acme, provider):
    provider.to_rcpt = "550 no such user <lin@example.invalid>"
    put_in("Lin")

    touchpoints_due(Budget(5))

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.reason) == (TouchState.FAILED, Reason.UNDELIVERABLE)
    assert "example.invalid" not in touch.detail
    assert provider.taken == []


def test_refusal_for_now_is_tried_later(acme, provider):
    provider.to_rcpt = "451 come back later"
    put_in("Lin")
    before = clock.now()

    touchpoints_due(Budget(5))

    touch = Touchpoint.objects.get()
    assert (touch.state, touch.attempt) == (TouchState.PLANNED, 1)
    assert before + timedelta(seconds=59) < touch.due_at < clock.now() + timedelta(seconds=61)


def test_lost_line_after_the_text_is_unknown_and_never_sent_again(acme, provider):
    provider.hang_up_after_data = True
    put_in("Lin")

    touchpoints_due(Budget(5))
    provider.hang_up_after_data = False
    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.UNKNOWN
    assert len(provider.taken) == 1


@pytest.mark.parametrize("answer", ["354 go on", "199 what", "nonsense"])
def test_answer_to_the_text_that_means_nothing_is_unknown(acme, provider, answer):
    provider.to_text = answer
    put_in("Lin")

    touchpoints_due(Budget(5))
    provider.to_text = "250 queued as 77"
    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get().state == TouchState.UNKNOWN
    assert len(provider.taken) == 1


def test_server_that_dawdles_until_the_lease_may_be_over_gets_no_text(acme, provider, monkeypatch):
    monkeypatch.setattr(EmailChannel, "timeout_seconds", 0.0)
    put_in("Lin")

    touchpoints_due(Budget(5))

    assert provider.taken == []
    assert Touchpoint.objects.get().state == TouchState.PLANNED
    assert Breaker.objects.get().closure == Closure.SLOW


def test_server_that_is_down_shuts_the_channel_and_costs_no_attempt(acme, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    outward_channel.cache_clear()
    put_in("Lin", "Wang")

    touchpoints_due(Budget(5))
    outward_channel.cache_clear()

    breaker = Breaker.objects.get()
    assert (breaker.reopen_at is not None, breaker.closure) == (True, Closure.UNREACHABLE)
    assert Lane.objects.get().is_open
    assert set(Touchpoint.objects.values_list("state", "attempt")) == {(TouchState.PLANNED, 0)}


def test_outage_ends_by_itself(acme, provider):
    put_in("Lin", "Wang")
    Breaker.objects.create(channel="email", failures=7, closure=Closure.HUNG_UP, reopen_at=clock.now())

    touchpoints_due(Budget(5))

    assert set(Touchpoint.objects.values_list("state", flat=True)) == {TouchState.SENT}
    assert Breaker.objects.values_list("failures", "closure", "reopen_at").get() == (0, "", None)


def test_withdrawal_between_claim_and_call_is_heeded(acme, provider):
    lin = put_in("Lin")[0]
    batch = claim_batch(lane=Lane.objects.get())
    DoNotContact.objects.create(contact=lin, channel="email", since=clock.now())

    deliver(batch)
    touchpoints_due(Budget(5))

    assert provider.taken == []
    assert Touchpoint.objects.get().reason == Reason.DO_NOT_CONTACT


def test_unreadable_address_holds_up_nobody_else(acme, provider):
    lin, _wang = put_in("Lin", "Wang")
    Identity.objects.filter(contact=lin).update(sealed=b"not sealed by any key of ours")

    touchpoints_due(Budget(5))

    assert [mail["To"] for mail in provider.taken] == ["wang@example.invalid"]
    assert Touchpoint.objects.get(contact=lin).reason == Reason.NO_ADDRESS


def test_fault_of_the_channel_is_unknown_and_the_others_go_on(acme, provider, monkeypatch):
    lin, _wang = put_in("Lin", "Wang")
    take = EmailChannel.send

    def stumble(self, message):
        if message.to.startswith("lin"):
            raise RuntimeError
        return take(self, message)

    monkeypatch.setattr(EmailChannel, "send", stumble)

    touchpoints_due(Budget(5))

    assert Touchpoint.objects.get(contact=lin).state == TouchState.UNKNOWN
    assert [mail["To"] for mail in provider.taken] == ["wang@example.invalid"]
