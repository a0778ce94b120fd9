"""From a bare python3 to an environment with everything that is locked. Standard library only."""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from scrm.embedded.console import Trouble, complain, stage_done
from scrm.embedded.paths import LOGS, PYTHON, ROOT, VAR, VENV, make_folder, try_lock, wait_for_lock

BASE = ("requirements.txt", "requirements-local.txt")
TESTS = (*BASE, "requirements-dev.txt")
_INSTALLER = "requirements-installer.txt"
_LOG = LOGS / "install.log"
_UV = VENV / "bin" / "uv"
_WITH_UV = [str(_UV), "pip", "install", "--system-certs", "--require-hashes", "--python", str(PYTHON)]


def ensure(files: tuple[str, ...]) -> None:
    """Make the environment hold these files' packages; instant when it does already."""
    if _is_installed(files):
        return
    lock_file = VAR / "install.lock"
    lock = try_lock(lock_file)
    if lock is None:
        complain("Another run is installing; waiting for it.")
        lock = wait_for_lock(lock_file, "", 600)
        if lock is None:
            raise Trouble("Another run has been installing for ten minutes: stop it, then run this again.")
    with lock:
        if not _is_installed(files):
            _make_environment()
            _fetch_frontend_meanwhile()
            _install(files)


def _stamp(files: tuple[str, ...]) -> str:
    digest = hashlib.sha256(f"{ROOT} {platform.python_version()}".encode())
    for name in (*files, _INSTALLER):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _is_installed(files: tuple[str, ...]) -> bool:
    try:
        return PYTHON.exists() and (VENV / f"{files[-1]}.stamp").read_text() == _stamp(files)
    except OSError:
        return False


def _make_environment() -> None:
    started = time.monotonic()
    make_folder(ROOT)
    make_folder(LOGS)
    if not _works():
        shutil.rmtree(VENV, ignore_errors=True)
        if importlib.util.find_spec("ensurepip") is None:
            _install_venv_module()
        # pip runs out of its bundled wheel, once, to fetch uv: installing pip would take longer than all the rest.
        done = _logged([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        if done.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            raise Trouble(f"Python could not make an environment in {VENV}; see {_LOG}.")
    if not _UV.exists():
        _logged([*_pip(), "-r", _INSTALLER])
    stage_done("Python environment", time.monotonic() - started)


def _works() -> bool:
    if not PYTHON.exists():
        return False
    try:
        command = [str(PYTHON), "-c", "import sys; print(sys.prefix)"]
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == str(VENV)


def _pip() -> list[str]:
    import ensurepip

    folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).parent / "_bundled"
    wheel = max(Path(folder).glob("pip-*.whl"))
    options = ["--disable-pip-version-check", "--retries", "2", "--require-hashes"]
    return [str(PYTHON), str(wheel / "pip"), "install", *options]


def _install_venv_module() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    remedy = f"Python's venv module is missing. Run: sudo apt-get install {package}"
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        raise Trouble(remedy)
    if not apt_install(package):
        raise Trouble(f"{remedy} (tried as root, failed; see {_LOG})")
    importlib.invalidate_caches()


def apt_install(*packages: str) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    return (_logged(["apt-get", "update"], env).returncode == 0 and _logged(install, env).returncode == 0) or _logged(
        install, env
    ).returncode == 0


def _install(files: tuple[str, ...]) -> None:
    started = time.monotonic()
    wanted = [part for name in files for part in ("-r", name)]
    # uv is ten times faster; pip obeys settings (mirrors, proxies) that uv doesn't read.
    done = _logged([*_WITH_UV, *wanted]) if _UV.exists() else None
    if done is None or done.returncode:
        done = _logged([*_pip(), *wanted])
    if done.returncode:
        raise Trouble(_why_not(done.stdout))
    (VENV / f"{files[-1]}.stamp").write_text(_stamp(files))
    stage_done("Python packages", time.monotonic() - started)


def _why_not(output: str) -> str:
    if "No space left" in output:
        return f"The disk is full: make room, then run this again ({_LOG})."
    signs = ("NewConnectionError", "Temporary failure", "Max retries", "ConnectTimeout", "No matching distribution")
    if any(sign in output for sign in signs):
        return f"No package index in reach: check the network or the proxy, then run this again ({_LOG})."
    return f"The Python packages could not be installed; see {_LOG}."


def _logged(command: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with _LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done


def install_beside(requirements: str, folder: Path) -> bool:
    """One more locked file into a folder of its own, as a Node; False where it could not be had."""
    make_folder(LOGS)
    wanted = ["--target", str(folder), "-r", requirements]
    return (_UV.exists() and _logged([*_WITH_UV, *wanted]).returncode == 0) or (
        _logged([*_pip(), *wanted]).returncode == 0
    )


def _fetch_frontend_meanwhile() -> None:
    """A head start, while the packages come; whoever needs the result waits for it, and says what went wrong."""
    command = [str(PYTHON), str(ROOT / "scrm" / "embedded"), "frontend"]
    null = subprocess.DEVNULL
    subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
