"""Schedules the end of a tenant, takes that back, or carries it out."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scrm.core import clock
from scrm.flows.removal import tenant_removed
from scrm.flows.standing import GRACE, tenant_leaves, tenant_stays
from scrm.management.tenants import named_tenant, one_line
from tenants.models import Tenant

_LEASE = timedelta(seconds=settings.SCRM_LEASE_SECONDS)


class Command(BaseCommand):
    help = "Delete a tenant: it stops at once, and is removed after a time in which --keep takes that back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", metavar="NAME", help="short name, such as acme")
        parser.add_argument("--days", type=int, default=GRACE.days, help="how long it can still be kept")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--keep", action="store_true", help="it stays after all, paused")
        how.add_argument("--now", action="store_true", help="remove it after one lease; nobody can take that back")
        parser.add_argument("--confirm", metavar="NAME", help="the name once more, instead of being asked; for --now")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["schema_name"])
        try:
            if options["keep"]:
                tenant_stays(tenant, now=clock.now())
                self.stdout.write(f"{tenant.schema_name} stays, and is paused: resume_tenant lets it send again.")
            elif options["now"]:
                self._remove(tenant, options["confirm"])
            else:
                leaves_at = tenant_leaves(tenant, now=clock.now(), grace=timedelta(days=max(0, options["days"])))
                self.stdout.write(
                    f"{tenant.schema_name} stopped. It is removed from {leaves_at:%Y-%m-%d %H:%M} UTC on."
                )
        except ValidationError as error:
            raise CommandError(one_line(error)) from error

    def _remove(self, tenant: Tenant, confirmed: str | None) -> None:
        name = tenant.schema_name
        if (confirmed or input(f"All of {name} will be lost. Type its name to go on: ")) != name:
            raise CommandError("That is another name: nothing was deleted.")
        if tenant.leaves_at is None or tenant.leaves_at > clock.now() + _LEASE:
            # What was claimed before it stopped may still be on its way for one lease.
            tenant_leaves(tenant, now=clock.now(), grace=_LEASE)
        if tenant.leaves_at and tenant.leaves_at > clock.now():
            self.stdout.write(f"{name} stopped. A worker removes it from {tenant.leaves_at:%H:%M:%S} UTC on.")
            return
        tenant_removed(tenant, now=clock.now())
        self.stdout.write(f"{name} is gone.")
