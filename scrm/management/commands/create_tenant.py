"""Makes a business: its schema, its host and what it begins with."""

from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from scrm.flows.opening import tenant_opened
from scrm.management.tenants import one_line
from tenants.services import TEMPLATE_SCHEMA


class Command(BaseCommand):
    help = "Make a tenant: its schema, its first host, its tracking plan, lifecycle and tags."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name", metavar="NAME", help="short name, such as acme")
        parser.add_argument("--domain", required=True, help="the host it answers on, such as acme.localhost")
        parser.add_argument("--template", default=TEMPLATE_SCHEMA, help="the template that it is cloned from")
        parser.add_argument("--name", default="", help="the name that people see")
        parser.add_argument("--zone", default="Asia/Shanghai", help="time zone")
        parser.add_argument("--language", default="zh-hans", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--region", default="CN", help="region of phone numbers, two letters")
        parser.add_argument("--currency", default="CNY", help="three letters")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("schema_name", "domain", "template", "name", "zone", "language", "region", "currency")
        fields = {name: options[name] for name in names}
        try:
            ZoneInfo(fields["zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise CommandError(f"--zone: there is no time zone “{fields['zone']}”.") from error
        try:
            tenant = tenant_opened(**fields)
        except ValidationError as error:
            raise CommandError(one_line(error)) from error
        self.stdout.write(f"{tenant.schema_name}: {tenant.name} answers on {fields['domain']}.")
