"""Two businesses opened at the same moment both come to be."""

import threading

from django.db import connection, transaction
from django_tenants.utils import schema_exists

from tenants.models import Tenant
from tenants.services import create_tenant


def test_two_tenants_are_made_at_once_even_where_nobody_has_cloned_before(own_database):
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS public.clone_schema; DROP TYPE IF EXISTS public.cloneparms CASCADE")
    begin, faults = threading.Barrier(2), []

    def make(name: str) -> None:
        begin.wait()
        try:
            with transaction.atomic():
                create_tenant(schema_name=name, domain=f"{name}.localhost")
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=[name]) for name in ("initech", "umbrella")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert Tenant.objects.filter(schema_name__in=["initech", "umbrella"]).count() == 2
    assert schema_exists("initech")
    assert schema_exists("umbrella")
