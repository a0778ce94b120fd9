"""Lets a tenant work and send again."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scrm.core import clock
from scrm.flows.standing import tenant_resumed
from scrm.management.tenants import named_tenant, one_line


class Command(BaseCommand):
    help = "Let a paused or suspended tenant work and send again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", metavar="NAME", help="short name, such as acme")
        parser.add_argument("--leave-out-past", action="store_true", help="what was due until now never goes out")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["schema_name"])
        try:
            tenant_resumed(tenant, now=clock.now(), without_past=options["leave_out_past"])
        except ValidationError as error:
            raise CommandError(one_line(error)) from error
        self.stdout.write(f"{tenant.schema_name} works again.")
