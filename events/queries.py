"""What every event asks of the tracking plan, in SQL: Django takes longer to put it so than PostgreSQL to answer."""

import json
from collections.abc import Collection
from typing import Any, Final

from django.db import connection

from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement

_DECLARED: Final = Statement(
    "SELECT id, code, properties, active, engaging FROM events_eventtype WHERE code = ANY(%s::text[])"
)


def declared(codes: Collection[str]) -> list[tuple[int, str, dict[str, Any], bool, bool]]:
    """(id, code, properties, active, engaging) of these types of event."""
    with connection.cursor() as cursor:
        cursor.execute(_DECLARED, [array(codes)])
        return [(pk, code, json.loads(said), *rest) for pk, code, said, *rest in cursor.fetchall()]
