"""The twins: built once for each module inside one transaction, which is taken back at its end."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from tenants.models import Tenant
from tests.crawler.world import Twins, build


@pytest.fixture(scope="module")
def twins(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Twins]:
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        acme, globex = (Tenant.objects.get(schema_name=name) for name in ("acme", "globex"))
        yield build(acme, globex)
        transaction.set_rollback(True)
