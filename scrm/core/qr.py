"""QR codes of addresses, as PNG and SVG: the highest error correction and a quiet zone, to survive print. Pure."""

from io import BytesIO
from typing import Final

import segno

QUIET: Final = 4
"""Modules of white around it, as ISO 18004 asks."""
SIZES: Final = (4, 8, 16, 32)
"""Pixels a module: a screen, a page, a poster, a banner."""


def qr_png(address: str, *, size: int = 16) -> bytes:
    drawn = BytesIO()
    _code(address).save(drawn, kind="png", scale=size, border=QUIET)
    return drawn.getvalue()


def qr_svg(address: str) -> bytes:
    """Black on white whatever the page's colours, scaled by whoever shows it."""
    drawn = BytesIO()
    _code(address).save(
        drawn,
        kind="svg",
        border=QUIET,
        light="#fff",
        dark="#000",
        omitsize=True,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
    )
    return drawn.getvalue()


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="h", boost_error=False)
