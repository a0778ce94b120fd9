"""What a rule may ask about whom of us a contact is with: teams, friends, chat groups."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.selectors import department_list
from contacts.enums import FriendshipState
from contacts.facts import GROUP, OWNED, user_choices
from contacts.models import Group
from scrm.core.conditions import Fact, Kept, Type

# The owner's department and every one above it: who asks for a region finds its shops too.
_TEAMS = """
    SELECT {whose}, up.id::text FROM {owners} JOIN (
        WITH RECURSIVE above(start, id, parent_id) AS (
            SELECT d.id, d.id, d.parent_id FROM accounts_department d
            UNION SELECT a.start, d.id, d.parent_id FROM above a JOIN accounts_department d ON d.id = a.parent_id)
        SELECT start, id FROM above) up ON up.start = w.department_id
"""
_DEPARTMENTS = _TEAMS.format(whose="o.id", owners="contacts_contact o JOIN accounts_user w ON w.id = o.owner_id")


def department_choices() -> Iterable[tuple[str, str]]:
    return [(str(department.pk), department.name) for department in department_list()]


def group_choices() -> Iterable[tuple[str, str]]:
    return [(str(group.pk), group.name) for group in Group.objects.all()]


def _keys(name: str, label: Any, sql: str, choices: Any, kept: Kept | None = None) -> Fact:
    return Fact(
        key=f"contact.{name}",
        label=label,
        group=GROUP,
        type=Type.KEYS,
        choices=choices,
        sql=sql,
        oracle=lambda subject, args, now: subject["contact"][name],
        kept=kept,
    )


def _friends(state: FriendshipState) -> str:
    return f"SELECT f.contact_id, f.rep_id::text FROM contacts_friendship f WHERE f.state = '{state.value}'"


FACTS = (
    _keys(
        "departments",
        _("departments of the owner, those above included"),
        _DEPARTMENTS,
        department_choices,
        Kept(OWNED, _TEAMS.format(whose="w.id", owners="accounts_user w")),
    ),
    _keys("friends", _("friends among us"), _friends(FriendshipState.FRIENDS), user_choices),
    _keys("deleted", _("those of us whom they deleted"), _friends(FriendshipState.DELETED_BY_CONTACT), user_choices),
    _keys(
        "groups",
        _("chat groups"),
        "SELECT m.contact_id, m.group_id::text FROM contacts_groupmember m WHERE m.left_at IS NULL",
        group_choices,
    ),
)
