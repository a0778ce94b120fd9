"""The people of a run: one who puts contacts into SOPs, and one who settles what nobody else can know."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import Error, connection
from django_tenants.utils import tenant_context

from accounts.models import User
from campaigns.enums import TouchState
from campaigns.inputs import Start
from campaigns.models import Sop, Touchpoint
from campaigns.services import resolve_unknown
from campaigns.services.enrolment import enroll
from chaos.ground import TENANTS, Portion
from scheduler.services import due_work
from scrm.core import clock
from scrm.embedded.console import pause
from scrm.web.outage import is_outage
from tenants.models import Tenant

_BACK_IN_MINUTES = 1
Answer = TypeVar("Answer")


def persistently(ask: Callable[[], Answer]) -> Answer:
    """Ask until the database answers; what is asked may have been done already."""
    while True:
        try:
            return ask()
        except Error as error:
            if not is_outage(error):
                raise
        connection.close()
        pause(0.2)


class People:
    def __init__(self) -> None:
        self._tenants = {tenant.schema_name: tenant for tenant in Tenant.objects.filter(schema_name__in=TENANTS)}
        self.settled = 0

    def enrol(self, portion: Portion) -> None:
        """T lies a minute back, where the second step is due at once."""

        def ask() -> None:
            with tenant_context(self._tenants[portion.tenant]), due_work():
                anchor_at = clock.now() - timedelta(minutes=_BACK_IN_MINUTES)
                starts = [Start(pk, anchor_at, "Asia/Shanghai") for pk, _address in portion.contacts]
                enroll(sop=Sop.objects.get(name=portion.sop), starts=starts)

        persistently(ask)

    def settle(self, tenant: str, keys: set[str]) -> None:
        """Say of each unknown row that nobody can look up what the provider's own books say."""

        def ask() -> None:
            with tenant_context(self._tenants[tenant]):
                rows = Touchpoint.objects.filter(state=TouchState.UNKNOWN, lease_until__isnull=True)
                ada = User.objects.first()
                for row in rows:
                    sent = f"{tenant}.{row.pk}" in keys
                    assert ada is not None
                    self.settled += resolve_unknown(touchpoint=row, sent=sent, by=ada, now=clock.now())

        persistently(ask)

    def states(self) -> dict[str, int]:
        """How many rows of all tenants are in each state."""
        found: dict[str, int] = {}

        def ask() -> None:
            found.clear()
            for tenant in self._tenants.values():
                with tenant_context(tenant):
                    for state in TouchState:
                        count = Touchpoint.objects.filter(state=state).count()
                        found[state.name.lower()] = found.get(state.name.lower(), 0) + count

        persistently(ask)
        return found

    def unfinished(self) -> int:
        """Rows that are neither sent nor ended otherwise."""
        open_states: Sequence[int] = (
            TouchState.PLANNED,
            TouchState.CLAIMED,
            TouchState.SENDING,
            TouchState.UNKNOWN,
        )

        def ask() -> int:
            count = 0
            for tenant in self._tenants.values():
                with tenant_context(tenant):
                    count += Touchpoint.objects.filter(state__in=open_states).count()
            return count

        return persistently(ask)
