"""What an exported tenant's file says about itself. Pure."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

FORMAT: Final = 1


class ExportInvalid(Exception):
    """The file is no export that can be restored here; the text says why."""


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """The tenant's own row. `key_uuid` is what the keys of all that is sealed derive from."""

    uuid: str
    key_uuid: str
    schema_name: str
    name: str
    zone: str
    language: str
    region: str
    currency: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a table or a file must hold."""

    count: int
    """Rows of a table, bytes of a file."""
    sha256: str


@dataclass(slots=True)
class Manifest:
    made_at: str
    tenant: TenantFacts
    migrations: list[tuple[str, str]]
    columns: dict[str, list[tuple[str, str]]]
    tables: dict[str, Content] = field(default_factory=dict)
    sequences: dict[str, tuple[int, bool]] = field(default_factory=dict)
    files: dict[str, Content] = field(default_factory=dict)
    format: int = FORMAT


def dump(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True).encode()


def load(text: bytes) -> Manifest:
    """ExportInvalid when it is no manifest of this format."""
    try:
        said: dict[str, Any] = json.loads(text)
        if said["format"] != FORMAT:
            raise ExportInvalid(f"The file has format {said['format']}; this version reads {FORMAT}.")
        manifest = Manifest(
            made_at=said["made_at"],
            tenant=TenantFacts(**said["tenant"]),
            migrations=[(app, name) for app, name in said["migrations"]],
            columns={table: [(name, kind) for name, kind in each] for table, each in said["columns"].items()},
            tables={name: Content(**each) for name, each in said["tables"].items()},
            sequences={name: (last, called) for name, (last, called) in said["sequences"].items()},
            files={name: Content(**each) for name, each in said["files"].items()},
        )
        UUID(manifest.tenant.uuid), UUID(manifest.tenant.key_uuid), datetime.fromisoformat(manifest.made_at)
    except (KeyError, TypeError, ValueError) as error:
        raise ExportInvalid("The file's table of contents can't be read.") from error
    return manifest


def version_problem(
    manifest: Manifest, *, migrations: list[tuple[str, str]], columns: dict[str, list[tuple[str, str]]]
) -> str:
    """Why a file does not fit tables of this version; nothing when it does."""
    ours, theirs = set(migrations), set(manifest.migrations)
    missing, unknown = sorted(ours - theirs), sorted(theirs - ours)
    if unknown:
        return f"The file is of a newer version ({_some(unknown)}): upgrade first."
    if missing:
        return (
            f"The file is of an older version (without {_some(missing)}): "
            "restore it with the version that made it, then upgrade."
        )
    if columns != manifest.columns:
        differ = sorted(
            name for name in {*columns, *manifest.columns} if columns.get(name) != manifest.columns.get(name)
        )
        return f"The file's tables are not those of this version: {', '.join(differ[:3])}."
    return ""


def _some(migrations: list[tuple[str, str]]) -> str:
    shown = ", ".join(f"{app}.{name}" for app, name in migrations[:3])
    return f"{shown} …" if len(migrations) > 3 else shown
