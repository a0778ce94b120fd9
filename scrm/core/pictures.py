"""Makes a picture that a person uploaded fit to be shown to anybody: drawn anew, smaller, with nothing but pixels.

What is not one of three formats by its first bytes is never given to a decoder.
"""

import io
import struct
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LARGEST: Final = 5 * 1024 * 1024
"""Bytes of an upload."""
PIXELS_MOST: Final = 40_000_000
"""More would take too much memory, however few bytes they are packed in."""
WIDEST: Final = 1600
"""Pixels to a side in the end."""
CONTENT_TYPE: Final = "image/webp"

_QUALITY: Final = 80
_FORMATS: Final = {"JPEG": (0, b"\xff\xd8\xff"), "PNG": (0, b"\x89PNG\r\n\x1a\n"), "WEBP": (8, b"WEBP")}
_BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error)
"""What decoders raise over bytes that somebody made up."""

# Its own limit only warns. Ours is asked before anything is unpacked.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """WebP, upright, without metadata."""

    data: bytes
    width: int
    height: int


def redraw(data: bytes) -> Picture:
    """The picture as it may be shown; ValidationError says what is wrong with it."""
    if len(data) > LARGEST:
        raise ValidationError(_("The picture is larger than 5 MB."))
    kind = next((name for name, (at, mark) in _FORMATS.items() if data[at : at + len(mark)] == mark), None)
    if kind is None:
        raise ValidationError(_("Choose a JPEG, PNG or WebP picture."))
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as opened:
            if opened.width * opened.height > PIXELS_MOST:
                raise ValidationError(_("The picture has more than 40 million pixels."))
            return _drawn(opened)
    except _BROKEN as error:
        raise ValidationError(_("The picture can't be read.")) from error


def _drawn(opened: Image.Image) -> Picture:
    opened.thumbnail((WIDEST, WIDEST))
    upright = ImageOps.exif_transpose(opened)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    # Pixels alone: whatever else a file brings, such as where it was taken, stays behind.
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    target = io.BytesIO()
    bare.save(target, "WEBP", quality=_QUALITY)
    return Picture(target.getvalue(), bare.width, bare.height)
