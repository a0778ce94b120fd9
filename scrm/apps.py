"""The project's own app: commands, template tags and start-up."""

from django.apps import AppConfig


class ScrmConfig(AppConfig):
    name = "scrm"
    verbose_name = "SCRM"

    def ready(self) -> None:
        from scheduler import bell
        from scrm.core.content_types import remember_per_schema
        from scrm.flows import wiring
        from scrm.worker.bell import ring

        remember_per_schema()
        wiring.connect()
        bell.install(ring)
