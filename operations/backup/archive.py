"""The folder of a backup and its manifest: what it must hold, sealed with the installation's master key."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from scrm.core.crypto import parse_master_key

FORMAT: Final = 1
DATABASE: Final = "database"
MEDIA: Final = "media.tar"
_MANIFEST: Final = "manifest.json"


class BackupRefused(Exception):
    """Why nothing was restored."""


def seal_backup(folder: Path, facts: dict[str, Any]) -> None:
    """Write the manifest: the facts, every file's size and digest, and a seal over all of it."""
    manifest = {"format": FORMAT, **facts, "files": _files(folder)}
    manifest["seal"] = _seal(manifest)
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")


def read_backup(folder: Path) -> dict[str, Any]:
    """The manifest of a whole and genuine backup; BackupRefused says what is wrong with another."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupRefused(f"{folder} is no whole backup: its manifest can't be read.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupRefused(f"{folder} was made by another version: this one reads format {FORMAT}.")
    seal = str(manifest.pop("seal", ""))
    if not hmac.compare_digest(seal, _seal(manifest)):
        raise BackupRefused("The manifest was altered, or sealed under another SCRM_MASTER_KEY.")
    found, meant = _files(folder), manifest["files"]
    for name in sorted({*found, *meant}):
        if found.get(name) != meant.get(name):
            state = "missing" if name not in found else "not of this backup" if name not in meant else "cut or altered"
            raise BackupRefused(f"{name} is {state}.")
    return manifest


def _files(folder: Path) -> dict[str, list[Any]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _MANIFEST)
    return {path.relative_to(folder).as_posix(): [path.stat().st_size, _digest(path)] for path in paths}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seal(manifest: dict[str, Any]) -> str:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"scrm backup").derive(parse_master_key(settings.SCRM_MASTER_KEY))
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
