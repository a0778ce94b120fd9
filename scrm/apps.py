"""The project's own app: commands, template tags and start-up."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class ScrmConfig(AppConfig):
    name = "scrm"
    verbose_name = "SCRM"

    def ready(self) -> None:
        from scheduler import bell
        from scrm.core.checks import check_outgoing
        from scrm.core.content_types import remember_per_schema
        from scrm.core.postgres.checks import check_log_in_role, check_sessions
        from scrm.flows import wiring
        from scrm.worker.bell import ring

        register(check_sessions, Tags.database)
        register(check_log_in_role, Tags.database)
        register(check_outgoing, Tags.security, deploy=True)
        remember_per_schema()
        wiring.connect()
        bell.install(ring)
