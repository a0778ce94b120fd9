from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import facts


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("Contacts")

    def ready(self) -> None:
        from contacts.facts import FACTS  # models are loaded only now
        from contacts.field_facts import PREFIX, field_fact, field_facts
        from contacts.tie_facts import FACTS as TIE_FACTS

        facts.register(*FACTS, *TIE_FACTS)
        facts.offer(PREFIX, field_fact, field_facts)
