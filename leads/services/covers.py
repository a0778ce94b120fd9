"""Writes of the pictures above hosted forms: files with random names, known only by the content that names them."""

from datetime import datetime, timedelta
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from leads.form_content import COVER_BITS
from leads.models import Form, FormVersion
from leads.selectors.covers import FOLDER, cover_path
from scrm.core.ids import short_code
from scrm.core.pictures import redraw

_KEPT_UNUSED: Final = timedelta(days=1)


def keep_cover(*, data: bytes, now: datetime) -> str:
    """The code by which a form's content names the picture; ValidationError says why it can't be one."""
    picture = redraw(data)
    _drop_unused(now)
    code = short_code(COVER_BITS)
    default_storage.save(cover_path(code), ContentFile(picture.data))
    return code


def _drop_unused(now: datetime) -> None:
    """Pictures of drafts that became something else; a version that was published once keeps its own."""
    if not default_storage.exists(FOLDER):
        return
    paths = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    old = {path for path in paths if _is_old(path, now)}
    if old:
        named = {code for code in FormVersion.objects.values_list("content__cover", flat=True) if code}
        named |= {code for code in Form.objects.values_list("draft__cover", flat=True) if code}
        for path in old - {cover_path(code) for code in named}:
            default_storage.delete(path)


def _is_old(path: str, now: datetime) -> bool:
    try:
        return default_storage.get_modified_time(path) < now - _KEPT_UNUSED
    except FileNotFoundError:
        # Somebody who tidies up at the same moment was first.
        return False
