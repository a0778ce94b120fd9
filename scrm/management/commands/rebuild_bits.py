"""Makes the bit strings anew by which segments are counted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import tenant_context

from scrm.flows.bits import bits_made_anew
from tenants.selectors import tenant_by_name, tenant_schemas


class Command(BaseCommand):
    help = "Make the bit strings anew that count segments fast, of every tenant that has some or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="NAME", help="this tenant alone")

    def handle(self, *args: Any, tenant: str | None, **options: Any) -> None:
        if tenant and tenant_by_name(tenant) is None:
            raise CommandError(f"There is no tenant “{tenant}”.")
        for name in [tenant] if tenant else tenant_schemas():
            with tenant_context(tenant_by_name(name)):
                self.stdout.write(f"{name}: {'made anew' if bits_made_anew() else 'none kept'}")
