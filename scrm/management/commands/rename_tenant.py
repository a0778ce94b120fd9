"""Gives a tenant another name to be shown."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scrm.core import clock
from scrm.flows.standing import tenant_renamed
from scrm.management.tenants import named_tenant, one_line


class Command(BaseCommand):
    help = "Give a tenant another name to be shown. Its short name, hosts, links and sessions stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", metavar="NAME", help="short name, such as acme")
        parser.add_argument("name", metavar="SHOWN", help="the name that people see")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["schema_name"])
        try:
            tenant_renamed(tenant, options["name"], now=clock.now())
        except ValidationError as error:
            raise CommandError(one_line(error, {"name": "SHOWN"})) from error
        self.stdout.write(f"{tenant.schema_name} is shown as {tenant.name}.")
