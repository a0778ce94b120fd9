"""The product's settings where nothing has set an environment: for types and for tests without servers."""

import base64
import os
from pathlib import Path

for name, value in {
    "SECRET_KEY": "for-tests-only-" + "x" * 40,
    "SCRM_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
    "DATABASE_URL": "postgres://nobody@//nowhere/none",
    "REDIS_URL": "unix:///nowhere/redis.sock?db=0",
    "EMAIL_URL": "memorymail://",
    "DEBUG": "true",
    "SCRM_INSTANCE": "tests",
    "SCRM_REQUIRE_MFA": "false",
}.items():
    os.environ.setdefault(name, value)

import scrm.settings
from scrm.settings import *

# WhiteNoise warns of a folder that only collectstatic makes, and warnings are errors here.
Path(str(scrm.settings.STATIC_ROOT)).mkdir(parents=True, exist_ok=True)
