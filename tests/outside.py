"""Other people's files, which lie beside the project where they are there at all."""

import os
from pathlib import Path

import pytest

_DATA = Path(os.environ.get("SCRM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def data_file(name: str) -> Path:
    """A file of other people's data; without it the test is left out."""
    path = _DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not here; SCRM_DATA says where such files are")
    return path
