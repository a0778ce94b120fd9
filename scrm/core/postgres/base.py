"""The database backend: django-tenants', but DEBUG does not keep every statement with all its values."""

from typing import Any

from django_tenants.postgresql_backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    """An import's statements are megabytes each; a laptop's worker would fill up with the last 9,000 of them."""

    @property
    def queries_logged(self) -> Any:
        """Only where a test counts statements."""
        return self.force_debug_cursor
