from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        from leads.facts import FACTS  # models are loaded only now

        facts.register(*FACTS)
