"""A business made by a few statements: contacts, ten tags each, ten events each in the order of time, a stage each."""

from dataclasses import dataclass
from typing import Any, Final

USERS: Final = 20
TAGS: Final = 40
STAGES: Final = 6
TYPES: Final = 5

# Five tags on six of ten people, ten on four of ten, the others on twelve of a hundred: ten each.
_SHARE: Final = "CASE WHEN t.place <= 5 THEN 0.6 WHEN t.place <= 15 THEN 0.4 ELSE 0.12 END"
# Ids that count up, as those of the product do, and tell nothing else.
_ID: Final = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"

_PEOPLE: Final = f"""
INSERT INTO contacts_contact (id, owner_id, {{columns}})
SELECT {_ID}, (%(users)s::uuid[])[1 + n %% {USERS}], {{columns}}
FROM generate_series(1, %(count)s) AS n, (SELECT {{columns}} FROM contacts_contact WHERE id = %(one)s) AS one
"""
_TAGGED: Final = f"""
INSERT INTO tagging_tagassignment (contact_id, tag_id, source, evidence, at)
SELECT {_ID}, t.id, 'hand', '', %(now)s
FROM generate_series(1, %(count)s) AS n, unnest(%(tags)s::uuid[]) WITH ORDINALITY AS t(id, place)
WHERE (hashint8(n * 64 + t.place) & 1023) / 1024.0 < {_SHARE}
"""
_PLACED: Final = f"""
INSERT INTO lifecycle_position (contact_id, lifecycle_id, stage_id, since)
SELECT {_ID}, %(lifecycle)s, (%(stages)s::uuid[])[1 + n * 7 %% {STAGES}], %(now)s
FROM generate_series(1, %(count)s) AS n
"""
_HAPPENED: Final = f"""
INSERT INTO events_event (contact_id, type_id, occurred_at, received_at, dedupe_key, properties)
SELECT ('01900000-0000-7000-8000-' || lpad(to_hex((1 + random() * (%(count)s - 1))::int), 12, '0'))::uuid,
    (%(types)s::int[])[1 + (random() * {TYPES - 1})::int], at, at, 'e:' || e, '{{}}'
FROM generate_series(1, %(count)s * 10) AS e,
    LATERAL (SELECT %(now)s::timestamptz - interval '1 year' * (1 - e / (%(count)s * 10.0))) AS moment(at)
"""


_TABLES: Final = ("contacts_contact", "tagging_tagassignment", "lifecycle_position", "events_event")
# Those that hold no constraint.
_INDEXES: Final = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Codes of tags from the most common one on, of stages and of types of events; ids of tags in the same order."""

    tags: list[str]
    tag_ids: list[Any]
    stages: list[str]
    types: list[str]
    ops: Any


def lay(count: int) -> Ground:
    from django.db import connection

    from accounts.services import create_user
    from contacts.models import Contact
    from events.models import EventType
    from lifecycle.models import Lifecycle, Stage
    from scrm.core import clock
    from tagging.models import Tag, TagCategory, TagGroup

    now = clock.now()
    users = [create_user(username=f"rep{n}", password=None, role="rep") for n in range(USERS)]
    ops = create_user(username="ops", password=None, role="ops")
    group = TagGroup.objects.create(category=TagCategory.objects.create(name="bench"), name="bench")
    tags = [Tag.objects.create(group=group, code=f"bench-{n}", name=str(n)) for n in range(TAGS)]
    Lifecycle.objects.filter(is_default=True).update(is_default=False)
    lifecycle = Lifecycle.objects.create(name="bench", is_default=True)
    stages = [
        Stage.objects.create(lifecycle=lifecycle, code=f"bench-{n}", name=str(n), position=n) for n in range(STAGES)
    ]
    types = [EventType.objects.create(code=f"bench-{n}", name=str(n)) for n in range(TYPES)]
    one = Contact.objects.create(name="P", created_at=now, updated_at=now)
    left_out = {"id", "owner_id"}
    columns = ", ".join(str(each.column) for each in one._meta.concrete_fields if each.column not in left_out)
    values: dict[str, Any] = {
        "count": count,
        "now": now,
        "one": one.pk,
        "lifecycle": lifecycle.pk,
        "users": [user.pk for user in users],
        "tags": [tag.pk for tag in tags],
        "stages": [stage.pk for stage in stages],
        "types": [each.pk for each in types],
    }
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        # Without the checks of references: what is filled in is whole.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_INDEXES, [list(_TABLES)])
        indexes = cursor.fetchall()
        # Built once over all rows they take half the time.
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for statement in (_PEOPLE.format(columns=columns), _TAGGED, _PLACED, _HAPPENED):
            cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    return Ground(
        [tag.code for tag in tags],
        [tag.pk for tag in tags],
        [stage.code for stage in stages],
        [each.code for each in types],
        ops,
    )
