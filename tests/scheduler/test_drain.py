"""One drain: kinds of work that break beside others, tenants that are chosen, slots."""

from datetime import timedelta

import pytest
from django_tenants.utils import schema_context

from scheduler import sources
from scheduler.models import WakeUp
from scheduler.selectors import wake_up_due
from scheduler.services import drain_tenant, rebuild_wake_up
from scheduler.sources import DueSource
from scrm.core import clock


def broken(name: str) -> DueSource:
    def drain(budget) -> bool:
        raise ZeroDivisionError(name)

    return DueSource(name, "NULL", drain)


@pytest.fixture
def beside(monkeypatch):
    """Due sources of the test's own."""

    def register(*given: DueSource) -> None:
        monkeypatch.setattr(sources, "_SOURCES", {source.name: source for source in given})

    return register


def test_source_that_breaks_holds_up_no_other_and_is_told(acme, beside):
    done = []
    beside(broken("first"), DueSource("second", "NULL", lambda budget: done.append(1) or False), broken("third"))

    with pytest.raises(ExceptionGroup) as raised:
        drain_tenant(seconds=1)

    assert done == [1]
    assert [str(error) for error in raised.value.exceptions] == ["first", "third"]


def test_source_that_breaks_leaves_the_index_on_what_is_due(acme, beside):
    rebuild_wake_up()
    when = clock.now() + timedelta(minutes=3)
    beside(broken("first"), DueSource("second", f"SELECT '{when.isoformat()}'::timestamptz", lambda budget: False))

    with pytest.raises(ExceptionGroup):
        drain_tenant(seconds=1)

    assert WakeUp.objects.get(tenant=acme).due_at == when


def test_tenants_that_never_get_done_keep_nobody_out(acme, globex):
    """With room for one, each of two has its turn although one has waited longer; by chance, 1 - 2^-40 sure."""
    now = clock.now()
    with schema_context("public"):
        for tenant, due_at in ((acme, now - timedelta(days=9)), (globex, now)):
            WakeUp.objects.update_or_create(tenant=tenant, defaults={"due_at": due_at})

        assert {name for _ in range(40) for name in wake_up_due(now, limit=1)} == {"acme", "globex"}
        assert wake_up_due(now) == ["acme", "globex"]
