"""A cut of bin/chaos: rows 1, 2, 3, 15, 16 and 22 together, with the real processes, by chance."""

import os
import subprocess
import sys

from scrm.embedded.paths import ROOT

TOUCHPOINTS, SECONDS = (6_000, 180) if os.environ.get("SCRM_DEEP") else (500, 15)


def test_a_cut_of_chaos_loses_and_doubles_nothing():
    """fsync is on and the Redis is our own, or the run refuses; every kind of fault struck once at least."""
    command = [sys.executable, "-m", "chaos", str(TOUCHPOINTS), "--seconds", str(SECONDS), "--seed", "7"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if not line.startswith("   "))
    assert (told["lost"], told["twice"], told["unknown left"]) == ("0", "0", "0")
