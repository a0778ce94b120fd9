"""docker-compose.yml: the product logs in as a role that PostgreSQL holds back, and that is enough for its work."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg2
import pytest
import yaml

from scrm.embedded import postgres
from scrm.embedded.paths import PYTHON, ROOT, give_to, server_owner

SCRIPT = ROOT / "docker/postgres/10-log-in-role.sql"
PASSWORD = "only-for-this-test"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_process_logs_in_as_the_role_that_the_script_makes(services):
    script = SCRIPT.read_text()
    database = services["postgres"]

    for name in ("migrate", "web", "worker", "beat"):
        url = services[name]["environment"]["DATABASE_URL"]
        assert url.startswith("postgres://scrm:${POSTGRES_PASSWORD:?")
        assert url.endswith("@postgres:5432/scrm")
    assert "CREATE ROLE scrm LOGIN CREATEROLE PASSWORD" in script
    assert "CREATE DATABASE scrm OWNER scrm;" in script
    assert "SUPERUSER" not in script
    assert database["environment"]["POSTGRES_USER"] == "postgres"
    assert f"ALTER ROLE {database['environment']['POSTGRES_USER']} PASSWORD NULL;" in script
    assert f"./{SCRIPT.parent.relative_to(ROOT)}:/docker-entrypoint-initdb.d:ro" in database["volumes"]


@pytest.fixture
def cluster(monkeypatch):
    """A server as the image makes it, on which the script has run."""
    monkeypatch.setattr(postgres, "USER", "postgres")
    folder, owner = Path(tempfile.mkdtemp(prefix="compose-")), server_owner()
    folder.chmod(0o755)
    sockets = folder / "s"
    sockets.mkdir()
    give_to(owner, sockets)
    server = postgres.Postgres(folder, sockets, owner, durable=False)
    (folder / "log").mkdir()
    give_to(owner, folder)
    server.start()
    try:
        subprocess.run(
            [server.bin / "psql", "-v", "ON_ERROR_STOP=1", "-X", "-h", sockets, "-U", "postgres", "-f", SCRIPT],
            env={**os.environ, "POSTGRES_PASSWORD": PASSWORD},
            check=True,
        )
        yield sockets
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.mark.skipif(not os.environ.get("SCRM_DEEP"), reason="a server of its own and every migration: a minute")
def test_role_is_enough_for_an_installation_and_the_check_has_nothing_to_say(cluster):
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://scrm:{PASSWORD}@/{cluster}/scrm",
        "DJANGO_SETTINGS_MODULE": "scrm.settings",
        "DEBUG": "false",
        "SCRM_REQUIRE_MFA": "true",
    }

    def manage(*words):
        command = [PYTHON, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)

    for words in (
        ["migrate_all"],
        ["create_tenant", "first", "--domain", "first.example.com"],
        ["migrate_all", "--check"],
        ["check", "--database", "default"],
    ):
        done = manage(*words)
        assert done.returncode == 0, done.stderr
        assert "scrm.W001" not in done.stderr
    with psycopg2.connect(host=str(cluster), user="postgres", dbname="postgres") as line, line.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolpassword IS NULL FROM pg_authid WHERE rolcanlogin ORDER BY 1")
        assert cursor.fetchall() == [("postgres", True, True), ("scrm", False, False)]
    line.close()
