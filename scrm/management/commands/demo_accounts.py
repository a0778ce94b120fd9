"""Tells how to log in to the demo businesses."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from scrm.demo.seed import BUSINESSES, OPERATOR
from tenants.selectors import tenant_base_url, tenant_by_name


class Command(BaseCommand):
    help = "Prints the addresses and accounts of the demo businesses."

    def handle(self, **options: Any) -> None:
        for business in BUSINESSES:
            tenant = tenant_by_name(business.schema)
            if tenant is None:
                continue
            self.stdout.write(f"\n{business.name}: {tenant_base_url(tenant)}/")
            for person in business.people:
                self.stdout.write(f"  {person.username:10} {person.password:20} {person.role.value}")
        port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
        self.stdout.write(f"\n{OPERATOR.full_name}: {settings.PUBLIC_SCHEME}://{settings.PUBLIC_HOST}{port}/")
        self.stdout.write(f"  {OPERATOR.username:10} {OPERATOR.password:20}")
