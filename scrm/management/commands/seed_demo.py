"""Makes the two demo businesses with weeks of history."""

from typing import Any

from django.core.management.base import BaseCommand

from scrm.core import clock
from scrm.demo.seed import BUSINESSES, seed


class Command(BaseCommand):
    help = "Makes the demo businesses, unless they are there."

    def handle(self, **options: Any) -> None:
        began = clock.boot_seconds()
        made = {business.schema: leads for business in BUSINESSES if (leads := seed(business))}
        if not made:
            self.stdout.write("The demo businesses are there already.")
            return
        told = ", ".join(f"{schema} with {leads} leads" for schema, leads in made.items())
        self.stdout.write(f"Made {told} in {clock.boot_seconds() - began:.1f} s.")
