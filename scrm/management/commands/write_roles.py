"""Writes docs/roles.md from the declared matrix and the routes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from scrm.web.roles_document import roles_document


class Command(BaseCommand):
    help = "Write docs/roles.md from accounts/permissions.py and the routes."

    def handle(self, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "roles.md"
        path.write_text(roles_document(), encoding="utf-8")
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} is written.")
