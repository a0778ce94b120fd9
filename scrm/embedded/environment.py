"""The settings that a laptop's processes get, and the two secrets that are made once."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from scrm.embedded.console import Trouble
from scrm.embedded.paths import ROOT, VAR, make_folder

_SECRETS = VAR / "secrets.env"


def laptop(database_url: str, redis_url: str, *, port: int, instance: str = "") -> dict[str, str]:
    """The whole environment of our children; what is set already wins."""
    mail = make_folder(VAR / "mail")
    defaults = {
        **_local_secrets(),
        "DJANGO_SETTINGS_MODULE": "scrm.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EMAIL_URL": f"filemail:///{mail}",
        "DEBUG": "true",
        "PUBLIC_PORT": str(port),
        "SCRM_METRICS_FOLDER": str(VAR / "metrics"),
        "SCRM_WATCHED_FOLDERS": str(VAR),
    }
    # The demo's people log in at once: where DEBUG is off, settings.py refuses this.
    if {**defaults, **os.environ}["DEBUG"].lower() in ("true", "1", "yes", "on"):
        defaults["SCRM_REQUIRE_MFA"] = "false"
    fixed = {"SCRM_INSTANCE": instance, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}
    return {**defaults, **os.environ, **fixed}


def check_secrets(data: Path) -> None:
    """Data sealed with a key that is gone must not silently get a new one."""
    if data.exists() and not _SECRETS.exists() and "SCRM_MASTER_KEY" not in os.environ:
        raise Trouble(
            f"{_SECRETS} is gone, but {data} holds data sealed with its key: put the file back, "
            f"or remove {data} to start anew."
        )


def _local_secrets() -> Mapping[str, str]:
    if not _SECRETS.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SCRM_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        make_folder(VAR)
        fresh = _SECRETS.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{key}={value}\n" for key, value in made.items())
        fresh.rename(_SECRETS)
    try:
        lines = _SECRETS.read_text().splitlines()
    except OSError as error:
        raise Trouble(f"{_SECRETS} can't be read ({error.strerror}): make it yours (chown).") from None
    return dict(line.split("=", 1) for line in lines if "=" in line)
