"""Tells how to log in to the demo businesses."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand

from scrm.demo.seed import BUSINESSES, OPERATOR
from tenants.selectors import tenant_base_url, tenant_by_name

_TOLD: Final = ("ops", "rep", "manager", "admin", "principal")
"""One account of each kind, by who is looked at first."""


class Command(BaseCommand):
    help = "Prints the addresses and accounts of the demo businesses."

    def handle(self, **options: Any) -> None:
        for business in BUSINESSES:
            tenant = tenant_by_name(business.schema)
            if tenant is None:
                continue
            self.stdout.write(f"\n{business.name}: {tenant_base_url(tenant)}/")
            people = {person.username: person for person in business.people}
            for name in _TOLD:
                self.stdout.write(f"  {name:10} {people[name].password:20} {people[name].role.value}")
        port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
        self.stdout.write(f"\n{OPERATOR.full_name}: {settings.PUBLIC_SCHEME}://{settings.PUBLIC_HOST}{port}/")
        self.stdout.write(f"  {OPERATOR.username:10} {OPERATOR.password:20}")
