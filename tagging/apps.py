from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class TaggingConfig(AppConfig):
    name = "tagging"
    verbose_name = _("Tags")

    def ready(self) -> None:
        from tagging.facts import FACTS  # models are loaded only now

        facts.register(*FACTS)
