"""Refuses to start behind a pooler in transaction mode.

The tenant's search path and role, and the drains' locks, are state of a session. A pooler that hands
a session to whoever begins the next transaction would show one tenant's rows to another.
"""

from contextlib import AbstractContextManager, ExitStack, closing
from typing import Any

import psycopg2
import structlog
from django.db import DatabaseError, connection

log = structlog.get_logger(__name__)

_LINES = 5
_MARK = "scrm.session"


class PooledByTransaction(RuntimeError):
    """The database is reached through a pooler that does not keep sessions apart."""


def refuse_transaction_pooling() -> None:
    """PooledByTransaction where a session is not ours alone. A database that is away is no reason to refuse."""
    try:
        shared = _is_shared()
    except (psycopg2.Error, DatabaseError) as error:
        log.warning("pooling.unchecked", error=type(error).__name__)
        return
    if shared:
        raise PooledByTransaction(
            "DATABASE_URL leads to a connection pooler in transaction mode, under which one tenant's work "
            "would run in another's schema: use session mode, or go to PostgreSQL directly."
        )


def _is_shared() -> bool:
    """Several lines set a mark each and read it again, in both orders, so that a pooler's turns don't hide it."""
    parameters = {**connection.get_connection_params(), "cursor_factory": None}
    with ExitStack() as lines:
        marked = [(str(number), lines.enter_context(_line(parameters))) for number in range(_LINES)]
        for mark, line in marked:
            _ask(line, f"SELECT set_config('{_MARK}', %s, false)", mark)
        read = f"SELECT current_setting('{_MARK}', true)"
        return any(_ask(line, read) != mark for mark, line in [*marked, *reversed(marked)])


def _line(parameters: dict[str, Any]) -> AbstractContextManager[Any]:
    line = psycopg2.connect(**parameters)
    line.autocommit = True
    return closing(line)


def _ask(line: Any, statement: str, *values: str) -> Any:
    with line.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
