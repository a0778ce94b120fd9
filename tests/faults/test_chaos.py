"""A cut of bin/chaos: rows 1, 2, 3, 15, 16 and 22 together, with the real processes, by chance."""

import os
import subprocess
import sys

from chaos.plan import Fault
from scrm.embedded.paths import ROOT

TOUCHPOINTS, SECONDS = (6_000, 180) if os.environ.get("SCRM_DEEP") else (1_000, 60)


def test_a_cut_of_chaos_loses_and_doubles_nothing():
    """Of all that was put in nothing was lost, sent twice or left unknown, by the provider's own books.

    A worker, its child, PostgreSQL, a back-end, Redis and beat were killed meanwhile, each once at least. fsync is on
    and the Redis is our own, or the run refuses.
    """
    command = [sys.executable, "-m", "chaos", str(TOUCHPOINTS), "--seconds", str(SECONDS), "--seed", "7"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(line.strip().rsplit(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith("   "))
    assert (told["lost"], told["twice"], told["unknown left"]) == ("0", "0", "0")
    assert [fault for fault in Fault if int(told[fault]) < 1] == []
