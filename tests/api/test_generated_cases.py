"""The API against requests made from its own description, by Schemathesis: every check it has, on a real server."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django_tenants.utils import schema_context

from exchange.enums import ApiScope
from exchange.keys import create_api_key
from scrm.api.schema import described
from scrm.core import clock

PHASES, EXAMPLES = ("coverage,fuzzing,stateful", 100) if os.environ.get("SCRM_DEEP") else ("fuzzing,stateful", 4)
CONFIG = Path(__file__).with_name("schemathesis.toml")
SEED = 20261121


def test_requests_made_from_the_description_find_nothing(live, tmp_path):
    with schema_context("acme"):
        token = create_api_key(
            name="Cases", scopes=list(ApiScope.values), rate_per_minute=100_000, now=clock.now()
        ).token
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(described("en")))
    command = [
        *(
            str(Path(sys.executable).with_name("st")),
            "--config-file",
            str(CONFIG),
            "run",
            str(description),
            "--url",
            f"http://127.0.0.1:{live.port}",
        ),
        *("--header", "Host: acme.localhost", "--header", f"Authorization: Bearer {token}"),
        *("--seed", str(SEED), "--phases", PHASES, "--max-examples", str(EXAMPLES), "--no-color"),
    ]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
