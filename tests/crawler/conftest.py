"""The twins: built once for each module inside one transaction, which is taken back at its end."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import override_settings

from tenants.models import Tenant
from tests.crawler.world import Twins, build


@pytest.fixture(scope="module")
def twins(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Twins]:
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        _read_media_root_again()
        acme, globex = (Tenant.objects.get(schema_name=name) for name in ("acme", "globex"))
        yield build(acme, globex)
        transaction.set_rollback(True)
    _read_media_root_again()


def _read_media_root_again() -> None:
    """The tenants' storage keeps what it has read, whatever the settings say since."""
    with suppress(AttributeError):
        del default_storage.relative_media_root  # type: ignore[attr-defined]
