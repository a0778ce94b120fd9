"""Counts rows that name something that is not there, where PostgreSQL has no foreign key to keep them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import tenant_context

from operations.reference_queries import dangling_references
from tenants.selectors import tenant_by_name, tenant_schemas


class Command(BaseCommand):
    help = "Check references that no foreign key keeps, of every tenant or of one. Ends with 1 when one leads nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="NAME", help="this tenant alone")

    def handle(self, *args: Any, tenant: str | None, **options: Any) -> None:
        if tenant and tenant_by_name(tenant) is None:
            raise CommandError(f"There is no tenant “{tenant}”.")
        broken = False
        for name in [tenant] if tenant else tenant_schemas():
            with tenant_context(tenant_by_name(name)):
                found = dangling_references()
            said = ", ".join(f"{count} in {where}" for where, count in found.items()) or "whole"
            self.stdout.write(f"{name}: {said}")
            broken |= bool(found)
        if broken:
            raise CommandError("Some rows name what is not there.")
