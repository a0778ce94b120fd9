"""Restores a backup of everything into an empty database; all tenants come up paused."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.backup import BackupRefused, read_backup, restore
from operations.backup.programs import ProgramFailed


class Command(BaseCommand):
    help = "Restores a backup into an empty database, compares every table with it, and leaves all tenants paused."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `backup` has made")
        parser.add_argument("--check", action="store_true", help="only see that the backup is whole and genuine")

    def handle(self, *, folder: Path, check: bool = False, **options: Any) -> None:
        try:
            if check:
                manifest = read_backup(folder)
                self.stdout.write(f"{folder}: whole, taken at {manifest['taken_at']}.")
                return
            done = restore(folder)
        except (BackupRefused, ProgramFailed) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.tables} tables, {done.rows} rows, {len(done.differences)} differences.")
        if done.differences:
            raise CommandError(f"Not as they were: {', '.join(done.differences)}")
        self.stdout.write(f"{done.paused} tenants are paused and send nothing: look, then resume each.")
