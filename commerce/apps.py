from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class CommerceConfig(AppConfig):
    name = "commerce"
    verbose_name = _("Commerce")

    def ready(self) -> None:
        from commerce.facts import FACTS  # models are loaded only now
        from commerce.facts_tiers import TIER_FACTS

        facts.register(*FACTS, *TIER_FACTS)
