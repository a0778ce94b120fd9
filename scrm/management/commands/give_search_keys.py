"""Gives keys to names that were written by processes of an earlier release, which know none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import tenant_context

from contacts.services import give_search_keys
from tenants.selectors import tenant_by_name, tenant_schemas


class Command(BaseCommand):
    help = (
        "Let people and companies be found who were written without keys, of every tenant or of one. May be run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="NAME", help="this tenant alone")

    def handle(self, *args: Any, tenant: str | None, **options: Any) -> None:
        if tenant and tenant_by_name(tenant) is None:
            raise CommandError(f"There is no tenant “{tenant}”.")
        for name in [tenant] if tenant else tenant_schemas():
            with tenant_context(tenant_by_name(name)):
                self.stdout.write(f"{name}: {give_search_keys()}")
