"""bin/test: pytest in the right environment; the servers are started by the plugin tests/servers.py."""

import os
import subprocess
from collections.abc import Sequence

from scrm.embedded import browser, catalogues, frontend
from scrm.embedded.paths import PYTHON, ROOT, check_shared_memory

_BROWSER_TESTS = "tests/browser"


def run(arguments: Sequence[str]) -> int:
    """The whole suite runs on two processes; `--deep` draws the large case counts."""
    env = {**os.environ}
    chosen = [argument for argument in arguments if argument != "--deep"]
    if "--deep" in arguments:
        env["SCRM_DEEP"] = "1"
    check_shared_memory()
    frontend.ensure()
    catalogues.ensure()
    is_whole = not any(argument and not argument.startswith("-") and _is_path(argument) for argument in chosen)
    extra: list[str] = []
    if (is_whole or any(_BROWSER_TESTS in argument for argument in chosen)) and not browser.ensure():
        extra.append(f"--ignore={_BROWSER_TESTS}")
    if is_whole and not any(argument.startswith(("-n", "--numprocesses", "-x", "--pdb")) for argument in chosen):
        extra += ["-n", "2", "--dist", "loadscope"]
    command = [str(PYTHON), "-m", "pytest", *extra, *chosen]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # pytest has been told by the terminal too, and stops its servers first.
            continue


def _is_path(argument: str) -> bool:
    return (ROOT / argument.split("::")[0]).exists()
