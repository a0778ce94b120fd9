from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class LifecycleConfig(AppConfig):
    name = "lifecycle"
    verbose_name = _("Lifecycle")

    def ready(self) -> None:
        from lifecycle.facts import FACTS  # models are loaded only now

        facts.register(*FACTS)
