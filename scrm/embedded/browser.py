"""The browser for the browser tests: found, or installed where we may."""

import os
import shutil
import sys
from pathlib import Path

from scrm.embedded import bootstrap
from scrm.embedded.console import Trouble, complain, stage
from scrm.embedded.paths import LOGS, make_folder

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ON_A_MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
_REMEDY = "sudo apt-get install chromium fonts-wqy-zenhei (or set SCRM_BROWSER to a Chromium)"


def find() -> str | None:
    if chosen := os.environ.get("SCRM_BROWSER"):
        return chosen
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in (*found, *_ON_A_MAC) if path and Path(path).exists()), None)


def ensure() -> bool:
    """Whether there is one now. A missing browser is a failure in CI and a line to read elsewhere."""
    if find():
        return True
    if sys.platform == "linux" and os.getuid() == 0 and shutil.which("apt-get"):
        make_folder(LOGS)
        with stage("Browser (apt-get)"):
            bootstrap.apt_install("chromium", "fonts-wqy-zenhei")
        if find():
            return True
    if os.environ.get("CI"):
        raise Trouble(f"There is no Chromium for the browser tests: {_REMEDY}")
    complain(f"The browser tests are left out, for want of a Chromium: {_REMEDY}")
    return False
