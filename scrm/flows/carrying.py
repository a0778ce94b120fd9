"""The story of a tenant as a file: written from the living one, and made a tenant again."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_tenants.utils import schema_context, tenant_context

from accounts.services import record_audit
from campaigns.services import leave_out_past
from exchange.services import still_exchange
from scheduler.services import rebuild_wake_up
from tenants.enums import TenantStatus
from tenants.files import remove_media
from tenants.models import Tenant
from tenants.portable.export import write_export
from tenants.portable.manifest import Manifest
from tenants.portable.restore import read_manifest, restore_export

LEFT_OUT: Final = frozenset(
    {
        *("accounts_attemptcount", "accounts_session", "exchange_idempotencykey"),
        *("audiences_bitchunk", "audiences_bitfold", "audiences_bitnote", "audiences_bitplace"),
    }
)
"""Whose rows stay here: sessions and counts of attempts are of one place and time, answers live for a day, and bit
strings are made anew from the rest."""


def tenant_exported(tenant: Tenant, path: Path, *, now: datetime) -> Manifest:
    """Write the tenant into a new file that only this installation's master key opens."""
    if tenant.status in (TenantStatus.REMOVING, TenantStatus.TEMPLATE):
        raise ValidationError(_("“%(name)s” can't be exported.") % {"name": tenant.name})
    if path.exists():
        raise ValidationError(_("%(path)s exists already.") % {"path": path})
    # Under another name until it is whole: a broken-off export is never taken for one.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            manifest = write_export(tenant, target, left_out=LEFT_OUT, now=now)
            target.flush()
            os.fsync(target.fileno())
        os.link(unfinished, path)
    except FileExistsError as error:
        raise ValidationError(_("%(path)s exists already.") % {"path": path}) from error
    finally:
        unfinished.unlink(missing_ok=True)
    with schema_context("public"):
        details = {"tenant": tenant.schema_name, "rows": sum(each.count for each in manifest.tables.values())}
        record_audit(action="tenant.exported", actor_label="bin/manage", subject=tenant, details=details, now=now)
    return manifest


def tenant_restored(path: Path, *, schema_name: str = "", domain: str, now: datetime) -> tuple[Tenant, Manifest]:
    """A paused tenant from a file. ExportInvalid, ValidationError; then nothing was made.

    A copy beside its living original keeps the people, their passwords and second factors, but the
    original's API keys open nothing there and its webhooks are silent.
    """
    with path.open("rb") as source:
        manifest = read_manifest(source)
        name = schema_name or manifest.tenant.schema_name
        source.seek(0)
        made = False
        try:
            with schema_context("public"), transaction.atomic():
                tenant = restore_export(source, schema_name=name, domain=domain, now=now)
                made = True
                with tenant_context(tenant):
                    if str(tenant.uuid) != manifest.tenant.uuid:
                        still_exchange(now=now)
                    # What went out after the file was written waits in it as if it had not.
                    leave_out_past(now=now)
                    rebuild_wake_up()
                details = {"tenant": name, "of": manifest.tenant.uuid, "exported_at": manifest.made_at}
                record_audit(
                    action="tenant.restored", actor_label="bin/manage", subject=tenant, details=details, now=now
                )
        except BaseException:
            if made:
                remove_media(name)
            raise
    return tenant, manifest
