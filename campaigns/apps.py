from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        from campaigns.arrival_facts import CAMPAIGN  # models are loaded only now
        from campaigns.facts import FACTS
        from leads.arrival_facts import arrival_facts

        facts.register(*FACTS)
        arrival_facts.register(CAMPAIGN)
