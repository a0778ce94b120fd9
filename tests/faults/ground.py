"""An engine with the provider double behind it, for tests that break it."""

import itertools
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, connections
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry, User
from campaigns.channels import outward_channel
from campaigns.enums import TouchState
from campaigns.inputs import Start
from campaigns.models import Lane, Touchpoint
from campaigns.services import resolve_unknown
from campaigns.services.enrolment import enroll
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.touchpoint import touchpoints_due
from tenants.models import Tenant
from tests.doubles.provider import ProviderProcess, lost_and_twice
from tests.factories import make_live_sop, make_mailable_contacts, make_user, step

_MANY_ROUNDS = 12
_number = itertools.count(1)


class Engine:
    """The tenant acme, sending by `provider`; `wanted` is what must arrive there once."""

    def __init__(self, provider: ProviderProcess) -> None:
        self.provider = provider
        self.tenant = Tenant.objects.get(schema_name="acme")
        self.wanted: set[tuple[str, str]] = set()

    def put_in(self, contacts: int = 3, *, body: str = "Hello.") -> Lane:
        """So many contacts in an SOP of their own, due now; gives its lane."""
        case = next(_number)
        subject = f"Case {case}"
        addresses = [f"case{case}.{number}@example.invalid" for number in range(contacts)]
        with tenant_context(self.tenant):
            owner = User.objects.first() or make_user()
            ids = make_mailable_contacts(addresses, owner=owner)
            sop = make_live_sop(step("email", subject=subject, body=body), name=subject)
            now = clock.now()
            with due_work():
                enroll(sop=sop, starts=[Start(pk, now - timedelta(seconds=1), "UTC") for pk in ids])
            self.wanted |= {(address, subject) for address in addresses}
            return Lane.objects.get(sop=sop)

    def drain(self) -> None:
        with tenant_context(self.tenant):
            touchpoints_due(Budget(30))

    @contextmanager
    def later(self, seconds: float):
        """Inside, `now()` is so much later for this process; the age of what it claims is not."""
        before = clock.now()
        clock.set_offset(timedelta(seconds=seconds))
        try:
            yield before
        finally:
            clock.set_offset(timedelta(0))

    def finish(self) -> None:
        """Other workers go on, time passes, and a person settles what nobody can look up, by the provider's books."""
        patience = settings.SCRM_LEASE_SECONDS + settings.SCRM_SETTLE_SECONDS + 1
        for rounds in range(1, _MANY_ROUNDS):
            with self.later(rounds * patience):
                self.drain()
                self.settle()
            with tenant_context(self.tenant):
                if not Touchpoint.objects.exclude(state=TouchState.SENT).exists():
                    return

    def settle(self) -> None:
        keys = {message.key for message in self.provider.taken()}
        with tenant_context(self.tenant):
            ada = User.objects.first()
            for row in Touchpoint.objects.filter(state=TouchState.UNKNOWN, lease_until__isnull=True):
                resolve_unknown(touchpoint=row, sent=f"acme.{row.pk}" in keys, by=ada, now=clock.now())

    def states(self) -> list[str]:
        with tenant_context(self.tenant):
            rows = Touchpoint.objects.order_by("pk").values_list("state", flat=True)
            return [TouchState(state).name.lower() for state in rows]

    def detected(self) -> int:
        """How many second calls were noticed by the worker that came too late."""
        with tenant_context(self.tenant):
            return AuditEntry.objects.filter(action="touchpoint.called_twice").count()

    def lost_and_twice(self) -> tuple[int, int]:
        """By the provider's own books."""
        return lost_and_twice(self.wanted, self.provider.taken())


@contextmanager
def engine_on(provider: ProviderProcess, monkeypatch):
    """Everything that goes out goes to this provider, and nobody rings a bell."""
    for name, value in provider.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "SCRM_CHANNELS", {"email": provider.environment["SCRM_CHANNEL_EMAIL"]})
    monkeypatch.setattr("scheduler.bell._ringer", None)
    outward_channel.cache_clear()
    try:
        yield Engine(provider)
    finally:
        outward_channel.cache_clear()


@contextmanager
def nowhere():
    """Django's database has moved to a folder without a socket."""
    values = connection.settings_dict
    before = values["HOST"]
    connections.close_all()
    values["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connections.close_all()
        values["HOST"] = before
