"""The triggers that note of whom something changed, as SQL for migrations.

A capture asks nothing more for it, and COPY, bulk statements and hand-made SQL are noted too. Where no bit strings are
kept, a trigger looks for one row that is not there. Names are qualified, since some of who writes (a restore) is
elsewhere; who clones a schema replaces them.
"""

from collections.abc import Sequence

_NOTE = """
CREATE FUNCTION %1$I.{name}() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
    IF EXISTS (SELECT FROM %1$I.audiences_bitfold) THEN
        INSERT INTO %1$I.audiences_bitnote (contact_id) SELECT DISTINCT {whom};
    END IF;
    RETURN NULL;
END $note$
"""
FUNCTIONS = {
    "audiences_note_people": "id FROM changed",
    "audiences_note_person": "NEW.id",
    "audiences_note_rows": "contact_id FROM changed",
    "audiences_note_row": "unnest(ARRAY[OLD.contact_id, NEW.contact_id])",
}


def make_functions() -> str:
    """They lie in the tenant's schema, where a clone takes them along."""
    bodies = [
        f"EXECUTE format($body${_NOTE.format(name=name, whom=whom)}$body$, current_schema())"
        for name, whom in FUNCTIONS.items()
    ]
    return f"DO $do$ BEGIN {'; '.join(bodies)}; END $do$"


def drop_functions() -> str:
    return "; ".join(f"DROP FUNCTION {name}()" for name in FUNCTIONS)


def watch(table: str, columns: Sequence[str]) -> str:
    """Note whom rows of the table are about that come, go, or change in one of these columns.

    Many rows at once come and go; a row that changes does so alone mostly, and seldom in these columns.
    """
    people = table == "contacts_contact"
    many, one = (
        ("audiences_note_people", "audiences_note_person") if people else ("audiences_note_rows", "audiences_note_row")
    )
    before, after = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"""
CREATE TRIGGER bit_note_come AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION {many}();
CREATE TRIGGER bit_note_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION {many}();
CREATE TRIGGER bit_note_changed AFTER UPDATE OF {", ".join(columns)} ON {table}
    FOR EACH ROW WHEN (({before}) IS DISTINCT FROM ({after})) EXECUTE FUNCTION {one}()
"""


def unwatch(table: str) -> str:
    return "; ".join(f"DROP TRIGGER bit_note_{what} ON {table}" for what in ("come", "gone", "changed"))
