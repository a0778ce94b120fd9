"""Takes the second factors from somebody who lost them and whom nobody else can help."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import schema_context, schema_exists

from accounts.selectors_log_in import user_by_username
from accounts.services_log_in import reset_factors


class Command(BaseCommand):
    help = "Take all second factors from a user, and end their sessions; they set up new ones at the next log-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--tenant", metavar="NAME", default="public", help="of a business; else of the platform")

    def handle(self, *args: Any, **options: Any) -> None:
        if not schema_exists(options["tenant"]):
            raise CommandError(f"--tenant: there is no tenant “{options['tenant']}”.")
        with schema_context(options["tenant"]):
            user = user_by_username(options["username"])
            if user is None:
                raise CommandError(f"USERNAME: there is no user “{options['username']}” here.")
            count = reset_factors(user=user, by=None)
        self.stdout.write(f"Took {count} from {user.username}, and ended their sessions.")
