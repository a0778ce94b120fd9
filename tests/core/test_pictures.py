"""Pictures that people upload: only the pixels of three formats get through, and never too many of them."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from scrm.core.pictures import LARGEST, PIXELS_MOST, WIDEST, redraw

MARK = b"31.2304,121.4737"


def drawn(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    target = io.BytesIO()
    colours = {"RGB": (200, 30, 60), "RGBA": (200, 30, 60, 0), "L": 90, "P": 7, "CMYK": (0, 90, 70, 20)}
    Image.new(mode, size, colours.get(mode)).save(target, kind, **more)
    return target.getvalue()


def tiff_text(text: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = text.decode()
    exif[0x0112] = 6
    return exif


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGBA")],
)
def test_picture_becomes_webp_and_stays_see_through(kind, mode):
    picture = redraw(drawn(kind, mode=mode))

    with Image.open(io.BytesIO(picture.data)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (40, 20))
        assert shown.has_transparency_data == (mode == "RGBA")
    assert (picture.width, picture.height) == (40, 20)


def test_large_picture_is_made_smaller_and_keeps_its_shape():
    wide, high = redraw(drawn("JPEG", (4000, 1000))), redraw(drawn("JPEG", (1000, 4000)))

    assert (wide.width, wide.height) == (WIDEST, WIDEST // 4)
    assert (high.width, high.height) == (WIDEST // 4, WIDEST)


def test_nothing_but_pixels_is_kept_and_they_stand_upright():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", MARK.decode())
    brought = [
        drawn("JPEG", exif=tiff_text(MARK), comment=MARK, icc_profile=MARK * 20),
        drawn("PNG", exif=tiff_text(MARK), pnginfo=text, icc_profile=MARK * 20),
        drawn("WEBP", exif=tiff_text(MARK), xmp=MARK, icc_profile=MARK * 20),
    ]

    pictures = [redraw(data) for data in brought]

    for before, after in zip(brought, pictures, strict=True):
        assert MARK in before or zlib.compress(MARK * 20) in before
        assert MARK not in after.data
        with Image.open(io.BytesIO(after.data)) as shown:
            assert not {"exif", "icc_profile", "xmp", "comment"} & set(shown.info)
        assert (after.width, after.height) == (20, 40)


def test_moving_picture_stands_still():
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "green", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:])

    with Image.open(io.BytesIO(redraw(target.getvalue()).data)) as shown:
        assert getattr(shown, "n_frames", 1) == 1


def bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Choose a JPEG"),
        (b"GIF89a" + bytes(100), "Choose a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "Choose a JPEG"),
        (b"%PDF-1.7" + bytes(100), "Choose a JPEG"),
        (drawn("TIFF"), "Choose a JPEG"),
        (b"\xff\xd8\xff" + drawn("TIFF"), "can't be read"),
        (b"\xff\xd8\xff\xe0" + bytes(1000), "can't be read"),
        (drawn("JPEG", (400, 400))[:400], "can't be read"),
        (b"RIFF\xff\xff\xff\xffWEBP" + bytes(100), "can't be read"),
        (b"\xff\xd8\xff" + bytes(LARGEST), "5 MB"),
        (bomb(PIXELS_MOST, 2), "40 million"),
        (bomb(1 << 30, 1 << 30), "40 million"),
        (bomb(0, 10), "can't be read"),
    ],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(data, why):
    with pytest.raises(ValidationError, match=why):
        redraw(data)


@given(data=st.data())
def test_broken_bytes_are_refused_or_drawn_and_never_more(data):
    whole = bytearray(data.draw(st.sampled_from([drawn("JPEG"), drawn("PNG"), drawn("WEBP")])))
    for _change in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    try:
        picture = redraw(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except ValidationError:
        return
    assert max(picture.width, picture.height) <= WIDEST
