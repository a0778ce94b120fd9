"""Where a tenant's files lie."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def media_folder(schema_name: str) -> Path:
    """The tenant's own folder, as its storage sees it."""
    return Path(settings.MEDIA_ROOT) / (settings.MULTITENANT_RELATIVE_MEDIA_ROOT % schema_name)


def media_files(schema_name: str) -> Iterator[tuple[str, Path]]:
    """Each file with its name within the folder."""
    folder = media_folder(schema_name)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def remove_media(schema_name: str) -> None:
    folder = media_folder(schema_name)
    if folder.exists():
        shutil.rmtree(folder)
