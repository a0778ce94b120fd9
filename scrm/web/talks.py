"""What the dashboard and the phone do alike about talks: take the form, hand out a file."""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from leads.enums import InteractionKind
from leads.interaction_rules import may_change
from leads.models import Attachment, Interaction, Lead
from leads.selectors import attachment_visible, interaction_detail, interaction_edits, outcome_names
from leads.services.attachments import read_attachment
from scrm.core import clock
from scrm.flows.talks import contact_talked, talk_changed, talk_deleted, talk_restored
from scrm.web.access import Visit, found
from scrm.web.talk_form import EditTalkForm, TalkForm

Kept = TypeVar("Kept")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def log_talk(request: Visit, form: TalkForm, contact_id: UUID, lead: Lead | None) -> Interaction | None:
    """Keep what the form says; None where it can't be kept, and then the form says why."""
    if not form.is_valid():
        return None
    return _tried(
        form,
        lambda: contact_talked(
            contact_id,
            form.said(),
            lead=lead,
            voice=form.voice(),
            uploads=form.uploads(),
            by=request.user,
            now=clock.now(),
        ),
    )


def correct_talk(request: Visit, form: EditTalkForm, talk: Interaction) -> bool:
    """Correct what was logged; False where it can't be, and then the form says why."""
    if not form.is_valid():
        return False
    changed = _tried(form, lambda: (talk_changed(talk, form.said(), by=request.user, now=clock.now()),))
    return changed is not None


def talk_seen(request: Visit, talk_id: UUID) -> tuple[Interaction, str]:
    """A talk of a contact that the reader may see, and why it is not theirs to change; empty when it is."""
    talk = found(interaction_detail(request.user, talk_id))
    since = talk.deleted_at or talk.at
    if may_change(logged_by=talk.by_id, logged_at=since, viewer=request.user.pk, now=clock.now()):
        return talk, ""
    return talk, _("Only whoever logged it may change it, for a day.")


def deletion(request: Visit, talk: Interaction, *, back: bool) -> str:
    """Delete what was logged, or bring it back; what came of it, in words."""
    if back:
        done = talk_restored(talk, by=request.user, now=clock.now())
        return _("It is back.") if done else _("It was there already.")
    talk_deleted(talk, by=request.user, now=clock.now())
    return _("Deleted. It can come back for a day.")


def edits_told(talk: Interaction) -> list[dict[str, Any]]:
    """What it said before each correction: who corrected it, when, and (label, value) of what they changed."""
    edits = interaction_edits(talk)
    outcomes = outcome_names({edit.before["outcome_id"] for edit in edits if edit.before.get("outcome_id")})
    told = []
    for edit in edits:
        values = []
        for name, value in edit.before.items():
            label = TalkForm.base_fields[name.removesuffix("_id")].label
            if name == "kind":
                value = InteractionKind(value).label
            elif name == "outcome_id":
                value = outcomes.get(UUID(value), "") if value else ""
            elif name == "effective":
                value = _("Yes") if value else _("No")
            values.append((label, "–" if value in ("", None) else value))
        told.append({"by": edit.by, "at": edit.at, "told": values})
    return told


def file_answer(request: Visit, attachment_id: UUID) -> HttpResponse:
    """A contact's file to be saved; who asked is in the audit trail. A browser never runs it."""
    attachment: Attachment = found(attachment_visible(request.user, attachment_id))
    data = read_attachment(attachment=attachment, by=request.user, now=clock.now())
    named = content_disposition_header(as_attachment=True, filename=attachment.name) or "attachment"
    headers = _HEADERS | {"Content-Disposition": named}
    return HttpResponse(data, content_type=attachment.content_type, headers=headers)


def _tried(form: TalkForm, keep: Callable[[], Kept]) -> Kept | None:
    try:
        return keep()
    except ValidationError as error:
        form.refuse(error)
        return None
