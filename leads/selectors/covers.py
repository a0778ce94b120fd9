"""Reads of the pictures above hosted forms."""

from typing import Final

from django.core.files.storage import default_storage

from leads.models import Form, FormVersion

FOLDER: Final = "forms"


def cover_path(code: str) -> str:
    """Where the picture lies among the tenant's files."""
    return f"{FOLDER}/{code}.webp"


def cover_is_shown(form: Form, code: str) -> bool:
    """Whether any version of the form shows it."""
    return FormVersion.objects.filter(form=form, content__cover=code).exists()


def cover_data(code: str) -> bytes | None:
    """The picture, if it is there."""
    try:
        with default_storage.open(cover_path(code)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
