"""Seals everything with the master key of now, so that retired ones can go."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scrm.flows.resealing import secrets_resealed
from tenants.selectors import tenant_by_name, tenant_schemas


class Command(BaseCommand):
    help = "Seal all secrets with SCRM_MASTER_KEY. People may work meanwhile; again, it does what is left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="NAME", help="this tenant alone; “public” for the platform's own")

    def handle(self, *args: Any, tenant: str | None, **options: Any) -> None:
        if tenant and tenant != "public" and tenant_by_name(tenant) is None:
            raise CommandError(f"There is no tenant “{tenant}”.")
        unreadable = 0
        for name in [tenant] if tenant else ["public", *tenant_schemas()]:
            done = secrets_resealed(None if name == "public" else tenant_by_name(name))
            unreadable += done.unreadable
            self.stdout.write(f"{name}: {done.changed} sealed anew, {done.unreadable} unreadable")
        if unreadable:
            raise CommandError(f"{unreadable} can't be opened: a key is missing from SCRM_RETIRED_MASTER_KEYS.")
