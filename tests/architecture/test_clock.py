"""One clock and no signals: the linter refuses what would bring a second one."""

import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

BANNED = [
    "from django.utils import timezone\n\nmoment = timezone.now()\n",
    "import time\n\nmoment = time.time()\n",
    "import datetime\n\nmoment = datetime.datetime.now()\n",
    "import datetime\n\nmoment = datetime.datetime.now(datetime.UTC)\n",
    "from datetime import date\n\nday = date.today()\n",
    "from datetime import datetime\n\nmoment = datetime(2026, 1, 1)\n",
    "from django.db.models.signals import post_save\n",
    "from django.dispatch import receiver\n",
]


def ruff(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251,DTZ", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)


@pytest.mark.parametrize("text", BANNED)
def test_linter_refuses_another_clock_and_signals(text):
    assert ruff("--stdin-filename", "leads/services.py", "-", text=text).returncode == 1


def test_house_has_one_clock_and_no_signals():
    done = ruff(".")

    assert done.returncode == 0, done.stdout
