"""The browser for the browser tests: found, or installed where we may."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scrm.embedded import bootstrap
from scrm.embedded.console import Trouble, complain, stage
from scrm.embedded.paths import LOGS, make_folder

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ON_A_MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)


def find() -> str | None:
    if chosen := os.environ.get("SCRM_BROWSER"):
        return chosen
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in (*found, *_ON_A_MAC) if path and Path(path).exists()), None)


def missing() -> list[str]:
    """Debian's names of what the browser tests still need."""
    browser = [] if find() else ["chromium", "fonts-wqy-zenhei"]
    return browser if _driver_runs() else [*browser, "libatomic1"]


def ensure() -> bool:
    """Whether they can run now. A missing browser is a failure in CI and a line to read elsewhere."""
    wanted = missing()
    if wanted and sys.platform == "linux" and os.getuid() == 0 and shutil.which("apt-get"):
        make_folder(LOGS)
        with stage("Browser (apt-get)"):
            bootstrap.apt_install(*wanted)
        wanted = missing()
    if not wanted:
        return True
    remedy = f"sudo apt-get install {' '.join(wanted)} (or set SCRM_BROWSER to a Chromium)"
    if os.environ.get("CI"):
        raise Trouble(f"The browser tests can't run here: {remedy}")
    complain(f"The browser tests are left out, they can't run here: {remedy}")
    return False


def _driver_runs() -> bool:
    """Playwright brings its own Node, which needs a library that a bare Debian lacks."""
    spec = importlib.util.find_spec("playwright")
    folders = spec.submodule_search_locations if spec else None
    node = Path(folders[0]) / "driver" / "node" if folders else Path("node")
    return subprocess.run([str(node), "--version"], capture_output=True).returncode == 0
