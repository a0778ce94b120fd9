"""What a rule may ask about who somebody is."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.enums import ChannelKind
from contacts.selectors.kinds import kind_choices
from scrm.core.conditions import Fact, Family, Kept, Type

GROUP = _("Contact")

OWNED = Family("owner", "SELECT o.id, o.owner_id FROM contacts_contact o WHERE o.owner_id IS NOT NULL")

# A mark for all channels bars each of them, so a rule may ask for the channel it means.
_BARRED = f"""
    SELECT d.contact_id, k.key FROM contacts_donotcontact d
    JOIN (VALUES {", ".join(f"('{channel.value}')" for channel in ChannelKind)}) AS k(key)
    ON d.channel IN (k.key, '{ChannelKind.ALL.value}')
"""


def user_choices() -> Iterable[tuple[str, str]]:
    return [(str(user.pk), str(user)) for user in get_user_model().objects.all()]


def _barred(marks: Iterable[str]) -> set[str]:
    return {channel.value for channel in ChannelKind} if ChannelKind.ALL in marks else set(marks)


def _column(name: str, label: Any, sql: str = "", **more: Any) -> Fact:
    return Fact(
        key=f"contact.{name}",
        label=label,
        group=GROUP,
        sql=sql or f"c.{name}",
        oracle=lambda subject, args, now: subject["contact"][name],
        **{"type": Type.TEXT, **more},
    )


FACTS = (
    _column("name", pgettext_lazy("person", "name")),
    _column("city", _("city")),
    _column("country", _("country")),
    _column("zone", _("time zone")),
    _column("language", _("language")),
    _column("company", _("company"), "(SELECT o.name FROM contacts_company o WHERE o.id = c.company_id)"),
    _column(
        "owner",
        _("owner"),
        "c.owner_id::text",
        type=Type.CHOICE,
        choices=user_choices,
        kept=Kept(OWNED, "SELECT u.id, u.id::text FROM accounts_user u"),
    ),
    _column("created_at", _("known since"), type=Type.MOMENT, always_set=True),
    Fact(
        key="contact.known_by",
        label=_("kinds of identity"),
        group=GROUP,
        type=Type.KEYS,
        choices=kind_choices,
        sql="SELECT i.contact_id, i.kind FROM contacts_identity i",
        oracle=lambda subject, args, now: subject["contact"]["identities"],
    ),
    Fact(
        key="contact.do_not_contact",
        label=_("channels barred"),
        group=GROUP,
        type=Type.KEYS,
        choices=lambda: ChannelKind.choices,
        sql=_BARRED,
        oracle=lambda subject, args, now: _barred(subject["contact"]["do_not_contact"]),
    ),
)
