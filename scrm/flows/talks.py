"""The story of a talk: logged with its files and what was said of our products, and the next one planned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

import contacts.services
from accounts.models import User
from alerts.enums import AlertKind
from alerts.services import NewAlert
from campaigns.services.follow_ups import plan_follow_up, settle_follow_ups, take_reminders, withdraw_follow_ups
from commerce.models import Voice
from commerce.services_voices import VoiceSaid, record_voice
from contacts.models import Contact
from exchange.enums import HookEvent
from leads.enums import InteractionKind
from leads.interaction_rules import next_moment
from leads.models import Interaction, Lead
from leads.services.attachments import Upload, attach_files
from leads.services.interactions import (
    Said,
    change_interaction,
    delete_interaction,
    log_interaction,
    purge_interactions,
    restore_interaction,
)
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.alerts import alerted
from scrm.flows.telling import told
from tenants.selectors import tenant_current, tenant_zone

_TITLE_MOST: Final = 80
_BATCH: Final = 100


def contact_talked(
    contact_id: UUID,
    said: Said,
    *,
    lead: Lead | None = None,
    voice: VoiceSaid | None = None,
    uploads: Sequence[Upload] = (),
    by: User | None,
    now: datetime,
) -> Interaction:
    """Somebody talked to a contact. What earlier talks had agreed on is done; what is agreed on now becomes a task.

    ValidationError; then nothing is kept.
    """
    with due_work():
        contacts.services.hold_contact(contact_id=contact_id)
        interaction = log_interaction(contact_id=contact_id, said=said, lead=lead, by=by, now=now)
        attach_files(contact_id=contact_id, uploads=uploads, interaction=interaction, by=by, now=now)
        if voice is not None:
            record_voice(contact_id=contact_id, said=voice, interaction=interaction, by=by, now=now)
        if said.kind != InteractionKind.NOTE or said.next_on is not None:
            settle_follow_ups(contact_id=contact_id, now=now)
        _plan(interaction, by, now)
        talk = {"interaction_id": interaction.pk, "contact_id": contact_id, "kind": str(interaction.kind)}
        told(HookEvent.INTERACTION_LOGGED, [talk | {"effective": interaction.effective}], now=now)
        return interaction


def voice_heard(contact_id: UUID, said: VoiceSaid, *, by: User | None, now: datetime) -> Voice:
    """A contact said something outside of any talk. ValidationError."""
    with due_work():
        contacts.services.hold_contact(contact_id=contact_id)
        return record_voice(contact_id=contact_id, said=said, by=by, now=now)


def talk_changed(interaction: Interaction, said: Said, *, by: User | None, now: datetime) -> bool:
    """What was logged is corrected, and the task that came of it with it; False when nothing differs. ValidationError
    when the contact is no longer there."""
    with due_work():
        contacts.services.hold_contact(contact_id=interaction.contact_id)
        agreed = (interaction.next_on, interaction.next_time)
        if not change_interaction(interaction=interaction, said=said, by=by, now=now):
            return False
        interaction.refresh_from_db()
        if agreed != (interaction.next_on, interaction.next_time):
            withdraw_follow_ups(interaction_id=interaction.pk, now=now)
            _plan(interaction, by, now)
        return True


def talk_deleted(interaction: Interaction, *, by: User | None, now: datetime) -> bool:
    """What was logged by mistake goes out of sight with the task that came of it; False when it is gone already."""
    with due_work():
        contacts.services.lock_contacts(contact_ids=[interaction.contact_id])
        if not delete_interaction(interaction=interaction, by=by, now=now):
            return False
        withdraw_follow_ups(interaction_id=interaction.pk, now=now)
        return True


def talk_restored(interaction: Interaction, *, by: User | None, now: datetime) -> bool:
    """What was deleted is back, and so is its task; False when it can't come back."""
    with due_work():
        if not contacts.services.lock_contacts(contact_ids=[interaction.contact_id]):
            return False
        if not restore_interaction(interaction=interaction, by=by, now=now):
            return False
        interaction.refresh_from_db()
        _plan(interaction, by, now)
        return True


def files_added(contact_id: UUID, uploads: Sequence[Upload], *, by: User, now: datetime) -> int:
    """Files of a contact that belong to no talk; gives how many. ValidationError; then none is kept."""
    with due_work():
        contacts.services.hold_contact(contact_id=contact_id)
        return len(attach_files(contact_id=contact_id, uploads=uploads, by=by, now=now))


def talks_due(budget: Budget) -> bool:
    """What was deleted a day ago goes for good; True when more is waiting."""
    while purge_interactions(now=clock.now()):
        if budget.spent:
            return True
    return False


def follow_ups_due(budget: Budget) -> bool:
    """Whoever agreed to talk to somebody now is told so; True when more is waiting."""
    while True:
        now = clock.now()
        with due_work():
            due = take_reminders(limit=_BATCH, now=now)
            alerted(
                NewAlert(task.owner_id, AlertKind.FOLLOW_UP, now, params={"contact": str(task.contact_id)})
                for task in due
            )
        if len(due) < _BATCH:
            return False
        if budget.spent:
            return True


def _plan(interaction: Interaction, by: User | None, now: datetime) -> None:
    """The next contact is a task of whoever looks after them, else of whoever agreed on it."""
    due_at = next_moment(interaction.next_on, interaction.next_time, tenant_zone())
    contact = Contact.objects.select_related("owner").get(pk=interaction.contact_id)
    owner = contact.owner if contact.owner is not None and contact.owner.is_active else by
    if due_at is None or owner is None:
        return
    with translation.override(owner.language or tenant_current().language):
        about = " ".join((str(interaction.outcome or "") or interaction.text).split())[:_TITLE_MOST]
        title = gettext("Follow up: %(about)s") % {"about": about} if about else gettext("Follow up")
    plan_follow_up(interaction=interaction, owner=owner, title=title, body=interaction.text, due_at=due_at, now=now)
