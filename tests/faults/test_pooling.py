"""Row 26 of the fault matrix: behind a pooler in transaction mode nothing starts."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from scrm.core.postgres.pooling import PooledByTransaction, refuse_transaction_pooling
from scrm.embedded.paths import PYTHON, ROOT
from tests.doubles.pooler import Pooler


@pytest.fixture
def folder():
    """Short, as a socket's path must be."""
    made = Path(tempfile.mkdtemp(prefix="pool-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def pooler(kept_database, folder, request, monkeypatch):
    """The database's URL through a pooler; ours goes through it too."""
    behind = connection.settings_dict["HOST"]
    with Pooler(folder, Path(behind), by_transaction=request.param), monkeypatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "HOST", str(folder))
        yield kept_database.replace(behind, str(folder))
        connection.close()


@pytest.mark.parametrize("pooler", [True], indirect=True)
def test_pooler_in_transaction_mode_is_refused(pooler):
    with pytest.raises(PooledByTransaction, match="session mode"):
        refuse_transaction_pooling()


@pytest.mark.parametrize("pooler", [False], indirect=True)
def test_pooler_in_session_mode_is_fine(pooler):
    refuse_transaction_pooling()


def test_postgresql_itself_is_fine(kept_database):
    refuse_transaction_pooling()


def test_database_that_is_away_is_no_reason_to_refuse(kept_database, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")

    refuse_transaction_pooling()


@pytest.mark.parametrize("pooler", [True], indirect=True)
def test_check_of_the_database_says_so(pooler):
    with pytest.raises(SystemCheckError, match=r"scrm\.E001"):
        call_command("check", databases=["default"])


@pytest.mark.parametrize("pooler", [True], indirect=True)
@pytest.mark.parametrize(
    "command",
    [["-m", "celery", "-A", "scrm.celery", "worker", "--pool", "solo"], ["-c", "import scrm.wsgi"]],
    ids=["worker", "web"],
)
@pytest.mark.skipif(not os.environ.get("SCRM_DEEP"), reason="each start takes seconds")
def test_process_refuses_to_start_behind_it(pooler, command):
    environment = {**os.environ, "DATABASE_URL": pooler, "DJANGO_SETTINGS_MODULE": "tests.settings"}

    done = subprocess.run([PYTHON, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0
    assert "pooler in transaction mode" in done.stderr + done.stdout
