"""Backs up everything: all tenants and the platform, and the files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.backup import BackupRefused, back_up
from operations.backup.programs import ProgramFailed
from scrm.core import clock


class Command(BaseCommand):
    help = "Makes a folder with the whole database, the files and a sealed manifest, while everybody works on."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a new folder, such as /backups/2026-11-21")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            sums = back_up(folder.resolve(), clock.now())
        except (BackupRefused, ProgramFailed) as error:
            raise CommandError(str(error)) from error
        rows = sum(int(rows) for rows, _sum in sums.values())
        self.stdout.write(f"{folder}: {len(sums)} tables, {rows} rows. Keep SCRM_MASTER_KEY apart from it.")
