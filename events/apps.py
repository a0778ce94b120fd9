from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from events.facts import FACTS  # models are loaded only now

        facts.register(*FACTS)
