"""Where things lie on this machine, and the locks that keep two runs apart."""

import fcntl
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scrm.embedded.console import Trouble, pause

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
LOGS = VAR / "log"


@dataclass(frozen=True)
class Owner:
    """The user that the servers run as: PostgreSQL refuses root, so root lends them to `nobody`."""

    uid: int
    gid: int

    @property
    def is_another(self) -> bool:
        return self.uid != os.getuid()


def server_owner() -> Owner:
    if os.getuid() != 0:
        return Owner(os.getuid(), os.getgid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble(
            "PostgreSQL refuses to run as root and there is no user `nobody`: run this as an ordinary user."
        ) from None
    return Owner(nobody.pw_uid, nobody.pw_gid)


def make_folder(folder: Path, mode: int = 0o755) -> Path:
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise Trouble(
            f"Can't write to {folder} ({error.strerror}): make it yours (chown), or check out the project "
            "in a folder that you own."
        ) from None
    return folder


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def server_state(name: str) -> Path:
    """The folder for the servers' data: var/<name>, or /var/lib where `nobody` can't reach the checkout."""
    owner = server_owner()
    folder = make_folder(VAR / name)
    if owner.is_another and not _can_reach(owner, folder):
        folder = make_folder(Path("/var/lib") / f"scrm-{short_hash(str(ROOT))}" / name)
        if not _can_reach(owner, folder):
            raise Trouble(f"The user `nobody`, who runs PostgreSQL, can't reach {folder}: chmod o+x its parents.")
    return folder


def _can_reach(owner: Owner, folder: Path) -> bool:
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    done = subprocess.run(command, user=owner.uid, group=owner.gid, extra_groups=[], cwd="/", capture_output=True)
    return done.returncode == 0


def give_to(owner: Owner, folder: Path) -> None:
    if owner.is_another:
        os.chown(folder, owner.uid, owner.gid)


def check_shared_memory(folder: Path = Path("/dev/shm")) -> None:  # nosec B108
    """Celery's processes share locks there; without it every worker dies with a bare PermissionError."""
    if folder.exists() and not os.access(folder, os.W_OK):
        raise Trouble(f"Can't write to {folder}, where processes share memory: as root, chmod 1777 {folder}")


def socket_folder(state: Path) -> Path:
    """A short private folder: a socket's whole path must stay below 108 bytes."""
    folder = Path(tempfile.gettempdir()) / _private_name(state)
    if len(str(folder)) > 80:
        folder = Path("/tmp") / folder.name  # nosec B108
    return _make_private(folder)


def memory_folder(state: Path, room: int, memory: Path = Path("/dev/shm")) -> Path | None:  # nosec B108
    """A private folder in memory for files that may be lost; None where there are not so many bytes of room."""
    try:
        found = os.statvfs(memory)
    except OSError:
        return None
    if found.f_bavail * found.f_frsize < room:
        return None
    return _make_private(memory / _private_name(state))


def _private_name(state: Path) -> str:
    return f"scrm-{os.getuid()}-{short_hash(str(state))}"


def _make_private(folder: Path) -> Path:
    owner = server_owner()
    try:
        folder.mkdir(mode=0o700)
        give_to(owner, folder)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), owner.uid) or found.st_mode & 0o077:
            raise Trouble(f"{folder} belongs to somebody else: remove it.") from None
        give_to(owner, folder)
    return folder


def try_lock(file: Path, note: str = "") -> IO[str] | None:
    """The open file that holds the lock until it is closed or this process ends; None where another holds it."""
    make_folder(file.parent)
    try:
        handle = file.open("a+", encoding="utf-8")
    except OSError as error:
        raise Trouble(f"Can't write {file} ({error.strerror}): make it yours (chown).") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    handle.truncate(0)
    handle.write(note)
    handle.flush()
    return handle


def wait_for_lock(file: Path, note: str, seconds: float) -> IO[str] | None:
    """After a kill -9 the servers need a moment to let go, so a lock is asked for more than once."""
    for _ in range(max(1, round(seconds / 0.1))):
        if handle := try_lock(file, note):
            return handle
        pause(0.1)
    return None


def lock_note(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
