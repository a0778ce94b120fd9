"""A sealed file opens whole or not at all."""

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm.core.sealed_file import CHUNK, SealedFileError, SealedReader, SealingWriter

TEXT = bytes(range(256)) * (CHUNK // 128) + b"the end"
EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]


def sealed(plain: bytes) -> bytes:
    target = io.BytesIO()
    with SealingWriter(target) as writer:
        writer.write(plain)
    return target.getvalue()


def opened(file: bytes) -> bytes:
    reader = SealedReader(io.BytesIO(file))
    reader.verify()
    return reader.read()


FILE = sealed(TEXT)


@pytest.mark.parametrize("size", EDGES)
def test_what_was_sealed_is_read(size):
    assert opened(sealed(TEXT[:size])) == TEXT[:size]


def test_pieces_make_one_file():
    target = io.BytesIO()
    with SealingWriter(target) as writer:
        for start in range(0, len(TEXT), 1000):
            writer.write(TEXT[start : start + 1000])

    assert opened(target.getvalue()) == TEXT


@given(st.integers(0, len(TEXT) + 10), st.integers(0, 3 * CHUNK))
def test_any_part_is_read_by_itself(start, length):
    reader = io.BufferedReader(SealedReader(io.BytesIO(FILE)))
    reader.seek(start)

    assert reader.read(length) == TEXT[start : start + length]


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_any_altered_byte_shows(place, change):
    altered = bytearray(FILE)
    altered[place] ^= change

    with pytest.raises(SealedFileError):
        opened(bytes(altered))


@given(st.integers(0, len(FILE) - 1))
def test_any_cut_shows(length):
    with pytest.raises(SealedFileError):
        opened(FILE[:length])


def test_cut_at_the_edge_of_a_chunk_shows():
    header, piece = len(sealed(b"")) - 16, CHUNK + 16

    for chunks in (1, 2):
        with pytest.raises(SealedFileError, match="cut or altered"):
            opened(FILE[: header + chunks * piece])


def test_chunks_stay_in_their_order_and_file():
    header, piece = len(sealed(b"")) - 16, CHUNK + 16
    first, second = FILE[header : header + piece], FILE[header + piece : header + 2 * piece]
    other = sealed(TEXT)

    for forged in (
        FILE[:header] + second + first + FILE[header + 2 * piece :],
        FILE[:header] + first + FILE[header + 2 * piece :],
        FILE[:header] + other[header:],
        FILE + b"more",
    ):
        with pytest.raises(SealedFileError):
            opened(forged)


def test_other_master_key_is_named(settings):
    settings.SCRM_MASTER_KEY = base64.b64encode(bytes(32)).decode()

    with pytest.raises(SealedFileError, match="another master key"):
        opened(FILE)


def test_unsealed_file_is_none_of_ours():
    with pytest.raises(SealedFileError, match="no file that was sealed"):
        opened(b"PK\x03\x04" + b"x" * 100)


def test_nothing_is_left_to_be_read():
    assert b"the end" not in FILE
    assert sealed(TEXT) != FILE
