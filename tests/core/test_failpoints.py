"""Failpoints: what can't be armed is refused loudly, and only the n-th pass acts."""

import os
import subprocess
import sys

import pytest
from django.db import OperationalError, connection

from scrm.core import failpoints
from scrm.core.clock import now
from scrm.core.failpoints import Failed, UnknownFailpoint, arm, passed


@pytest.fixture(autouse=True)
def disarmed():
    yield
    arm("")


@pytest.mark.parametrize(
    "text",
    [
        "http.snet=kill",
        "http.sent=explode",
        "http.sent",
        "http.sent=kill@0",
        "http.sent=kill@x",
        "http.sent=raise,oops=kill",
    ],
)
def test_what_is_not_there_is_refused(text):
    with pytest.raises(UnknownFailpoint):
        arm(text)

    passed("http.sent")


def test_process_with_a_wrong_failpoint_does_not_start():
    environment = {**os.environ, "SCRM_FAILPOINTS": "http.snet=kill"}

    done = subprocess.run([sys.executable, "-c", "import scrm.core.failpoints"], env=environment, capture_output=True)

    assert done.returncode == 1
    assert b"There is no failpoint 'http.snet'" in done.stderr


def test_only_the_named_pass_of_the_named_point_acts():
    arm("http.sent=raise@2")
    passed("http.sent")
    passed("guard.passed")

    with pytest.raises(Failed):
        passed("http.sent")
    passed("http.sent")


def test_drop_cuts_the_database_line(own_database):
    now()
    arm("claim.committed=drop")

    passed("claim.committed")

    with pytest.raises(OperationalError):
        now()
    connection.close()
    assert now()


def test_every_named_point_is_passed_somewhere():
    from tests.architecture.tree import product

    everywhere = "".join(module.text for module in product() if module.path != "scrm/core/failpoints.py")

    assert {name for name in failpoints.NAMES if f'failpoints.passed("{name}")' not in everywhere} == set()
