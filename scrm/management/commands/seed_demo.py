"""Makes the two demo businesses with weeks of history."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from scrm.core import clock
from scrm.demo.seed import BUSINESSES, seed, seed_operator


class Command(BaseCommand):
    help = "Makes the demo businesses, unless they are there."

    def handle(self, **options: Any) -> None:
        began = clock.boot_seconds()
        seed_operator()
        # A business each for two cores; a forked child must not share its parent's connection.
        connections.close_all()
        with ProcessPoolExecutor(len(BUSINESSES), mp_context=get_context("fork")) as pool:
            leads = list(pool.map(seed, BUSINESSES))
        made = {business.schema: count for business, count in zip(BUSINESSES, leads, strict=True) if count}
        if not made:
            self.stdout.write("The demo businesses are there already.")
            return
        told = ", ".join(f"{schema} with {leads} leads" for schema, leads in made.items())
        self.stdout.write(f"Made {told} in {clock.boot_seconds() - began:.1f} s.")
