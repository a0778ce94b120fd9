"""Talks on the phone: logged in two taps, corrected within a day, deleted and brought back; a customer's files."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contacts.models import Contact
from contacts.selectors import contact_detail
from leads.models import Interaction
from leads.selectors import lead_open_of_contact
from scrm.web.access import Visit, found
from scrm.web.rep.page import on_phone
from scrm.web.talk_form import EditTalkForm, TalkForm
from scrm.web.talks import correct_talk, deletion, file_answer, log_talk, talk_seen


@on_phone("contact.edit")
def log(request: Visit, contact_id: UUID) -> HttpResponse:
    """The sheet whose buttons are the outcomes, and the one that was tapped."""
    contact = found(contact_detail(request.user, contact_id))
    if request.method != "POST":
        return _sheet(request, contact, TalkForm())
    form = TalkForm(request.POST, request.FILES)
    lead = lead_open_of_contact(request.user, contact.pk)
    if log_talk(request, form, contact.pk, lead) is None:
        return _sheet(request, contact, form)
    messages.success(request, _("Logged."))
    return _back(request, contact.pk)


@on_phone("contact.edit")
def edit(request: Visit, talk_id: UUID) -> HttpResponse:
    """What was logged, to be corrected; with what it said before."""
    talk, refusal = talk_seen(request, talk_id)
    if refusal or talk.deleted_at:
        messages.error(request, refusal or _("It is deleted."))
        return _back(request, talk.contact_id)
    form = EditTalkForm(request.POST or None, talk=talk)
    if request.method == "POST" and correct_talk(request, form, talk):
        messages.success(request, _("Saved."))
        return _back(request, talk.contact_id)
    return _sheet(request, talk.contact, form, talk)


@require_POST
@on_phone("contact.edit")
def delete(request: Visit, talk_id: UUID) -> HttpResponse:
    return _deletion(request, talk_id, back=False)


@require_POST
@on_phone("contact.edit")
def restore(request: Visit, talk_id: UUID) -> HttpResponse:
    return _deletion(request, talk_id, back=True)


@require_safe
@on_phone("contact.view")
def file(request: Visit, attachment_id: UUID) -> HttpResponse:
    return file_answer(request, attachment_id)


def _sheet(request: Visit, contact: Contact, form: TalkForm, talk: Interaction | None = None) -> HttpResponse:
    context = {"contact": contact, "form": form, "talk": talk}
    status = 422 if form.is_bound and form.errors else 200
    answer = render(request, "rep/talk_sheet.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _deletion(request: Visit, talk_id: UUID, *, back: bool) -> HttpResponse:
    talk, refusal = talk_seen(request, talk_id)
    if refusal:
        messages.error(request, refusal)
    else:
        messages.success(request, deletion(request, talk, back=back))
    return _back(request, talk.contact_id)


def _back(request: Visit, contact_id: UUID) -> HttpResponse:
    """To the customer: a sheet is sent by htmx, and the whole page has changed."""
    answer = redirect("rep:customer", contact_id)
    if not request.htmx:
        return answer
    moved = HttpResponse()
    moved["HX-Redirect"] = answer.url
    return moved
