"""Two hundred tenants live side by side: made, woken, worked, a few deleted. Once, with --deep."""

import os
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django_tenants.utils import schema_exists, tenant_context

from campaigns.enums import TouchState
from campaigns.inputs import Start
from campaigns.models import Touchpoint
from campaigns.services.enrolment import enroll
from scheduler.selectors import wake_up_due
from scheduler.services import drain_tenant, due_work
from scrm.core import clock
from scrm.flows.opening import tenant_opened
from scrm.flows.removal import tenants_removed
from scrm.flows.standing import tenant_leaves
from tenants.models import Tenant
from tests.factories import make_contact, make_live_sop, make_user

MANY = 200
BUSY = range(0, MANY, 20)


@pytest.mark.skipif(not os.environ.get("SCRM_DEEP"), reason="takes minutes")
def test_two_hundred_tenants_live_side_by_side(own_database, capsys):
    seconds = []
    for number in range(MANY):
        began = time.perf_counter()
        tenant_opened(schema_name=f"shop{number}", domain=f"shop{number}.localhost")
        seconds.append(time.perf_counter() - began)
    tenants = {number: Tenant.objects.get(schema_name=f"shop{number}") for number in BUSY}
    for tenant in tenants.values():
        with tenant_context(tenant), due_work():
            contact = make_contact(owner=make_user())
            enroll(sop=make_live_sop(), starts=[Start(contact.pk, clock.now(), "UTC")])
        connection.set_schema_to_public()

    due = wake_up_due(clock.now())

    assert {f"shop{number}" for number in BUSY} <= set(due)
    for tenant in tenants.values():
        with tenant_context(tenant):
            drain_tenant(seconds=5)
            assert set(Touchpoint.objects.values_list("state", flat=True)) == {TouchState.WITH_REP}
    connection.set_schema_to_public()
    leaving = [tenants[number] for number in list(BUSY)[:5]]
    for tenant in leaving:
        tenant_leaves(tenant, now=clock.now(), grace=-timedelta(seconds=1))
    began = time.perf_counter()
    tenants_removed(now=clock.now())
    removal = (time.perf_counter() - began) / len(leaving)
    assert not any(schema_exists(tenant.schema_name) for tenant in leaving)
    assert Tenant.objects.filter(schema_name__startswith="shop").count() == MANY - len(leaving)
    with capsys.disabled():
        opened = f"opened in {sorted(seconds)[MANY // 2]:.2f} s (median), {max(seconds):.2f} s at most"
        sys.stdout.write(f"\n{MANY} tenants: {opened}; removed in {removal:.2f} s\n")
