"""The project's own app: commands, template tags and start-up."""

from django.apps import AppConfig


class ScrmConfig(AppConfig):
    name = "scrm"
    verbose_name = "SCRM"

    def ready(self) -> None:
        from scrm.flows import wiring

        wiring.connect()
