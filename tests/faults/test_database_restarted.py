"""PostgreSQL goes away and comes back: web and worker go on by themselves."""

import psycopg2
from django.db import connection

from scrm.embedded import health
from tests.live import eventually


def test_worker_and_web_go_on_after_every_connection_was_cut(live):
    def worked() -> str | None:
        return health.report(live.port, live.instance).get("worker_ran_at")

    before = eventually(worked)

    _cut_connections(live.database)

    eventually(lambda: (now := worked()) is not None and now > before)
    assert health.report(live.port, live.instance)["ready"]


def _cut_connections(database: str) -> None:
    connection.close()
    settings = connection.settings_dict
    client = psycopg2.connect(host=settings["HOST"], user=settings["USER"], dbname="postgres")
    client.autocommit = True
    with client.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
    client.close()
