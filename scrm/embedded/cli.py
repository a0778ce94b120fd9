"""Picks the command behind bin/up, bin/test and bin/manage, once there is an environment to run it in."""

import os
import sys
import time

from scrm.embedded import bootstrap
from scrm.embedded.console import Trouble, complain
from scrm.embedded.paths import PYTHON, ROOT, VENV

_STARTED = "SCRM_STARTED"


def main(arguments: list[str]) -> int:
    # Everything that is made here can be reached by the servers' user; secrets have modes of their own.
    os.umask(0o022)
    command, rest = arguments[0], arguments[1:]
    try:
        if sys.prefix != str(VENV):
            return _enter_environment(command, arguments)
        return _run(command, rest)
    except Trouble as trouble:
        complain(str(trouble))
        return 1
    except KeyboardInterrupt:
        return 130


def _enter_environment(command: str, arguments: list[str]) -> int:
    os.environ.setdefault(_STARTED, str(time.time()))
    if command == "up":
        from scrm.embedded.up import options

        options(arguments[1:])
    bootstrap.ensure(bootstrap.TESTS if command in ("test", "install-tests") else bootstrap.BASE)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "scrm" / "embedded"), *arguments])


def _run(command: str, arguments: list[str]) -> int:
    started = float(os.environ.pop(_STARTED, time.time()))
    if command == "up":
        from scrm.embedded import up

        return up.run(arguments, started)
    if command == "manage":
        from scrm.embedded import manage

        return manage.run(arguments)
    if command in ("frontend", "assets"):
        from scrm.embedded import catalogues, frontend

        frontend.ensure()
        if command == "assets":
            catalogues.ensure()
        return 0
    if command == "install-tests":
        return 0
    if command == "messages":
        from scrm.embedded import messages

        return messages.run(arguments)
    from scrm.embedded import testing

    return testing.run(arguments)
