"""The database backend: django-tenants', each tenant under a role of its own, and no memory of statements."""

from typing import Any

from django_tenants.postgresql_backend import base
from django_tenants.utils import quote_schema_name
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from scrm.core.postgres.roles import role_name
from scrm.core.postgres.statements import Connection, Cursor


class DatabaseWrapper(base.DatabaseWrapper):
    """Statements in a tenant run with its search path and as its role: both or neither."""

    connection: Connection
    _setting_search_path: bool
    search_path_set_schemas: list[str] | None

    @property
    def tenant_role(self) -> str | None:
        """Of the tenant that was entered; None in `public`, and where somebody named a schema only: a migration."""
        uuid = getattr(self.tenant, "uuid", None)
        return None if uuid is None or self.schema_name == "public" else role_name(uuid)

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Once after each switch, before the first statement.

        django-tenants' own goes on in the old schema where this fails; here whoever asks gets the error.
        """
        if self._setting_search_path or self.search_path_set_schemas:
            return
        if self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            # Only a rollback can run now, and after it the next cursor comes here again.
            return
        paths = self._get_cursor_search_paths()
        role = f'"{self.tenant_role}"' if self.tenant_role else "NONE"
        statement = self.connection.enter(self.schema_name)
        statement += f"SET search_path = {','.join(map(quote_schema_name, paths))}; SET ROLE {role}"
        self._setting_search_path = True
        try:
            if cursor is None:
                with self.connection.cursor() as own:
                    own.execute(statement)
            else:
                cursor.execute(statement)
        finally:
            self._setting_search_path = False
        self.search_path_set_schemas = paths

    def _cursor(self, name: str | None = None) -> Any:
        """Django's and django-tenants', without asking again what is settled while a connection is there.

        Each of a page's statements has one, and to get it cost as much as to send a short statement.
        """
        is_settled = self.connection is not None and self.search_path_set_schemas and not self._setting_search_path
        if name or not is_settled or (self.health_check_enabled and not self.health_check_done):
            return super()._cursor(name)
        with self.wrap_database_errors:
            cursor = self.connection.cursor()
        cursor.tzinfo_factory = self.tzinfo_factory
        return self._prepare_cursor(cursor)

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"connection_factory": Connection, "cursor_factory": Cursor}

    def savepoint_rollback(self, sid: str) -> None:
        # All of it was put off since the savepoint, which is a statement too.
        self.connection.put_off.clear()
        super().savepoint_rollback(sid)

    @property
    def queries_logged(self) -> Any:
        """Only where a test counts statements.

        An import's are megabytes each; under DEBUG a worker would fill up with the last 9,000 of them.
        """
        return self.force_debug_cursor
