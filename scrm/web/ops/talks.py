"""Talks with a contact: logged, corrected within a day, deleted and brought back; and the contact's files."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contacts.models import Contact
from contacts.selectors import contact_detail
from leads.enums import InteractionKind
from leads.models import Interaction
from leads.selectors import attachment_visible, lead_open_of_contact
from leads.services.attachments import remove_attachment
from scrm.core import clock
from scrm.flows.talks import files_added
from scrm.web.access import Visit, found, may
from scrm.web.file_fields import FilesField
from scrm.web.ops.replies import first_message
from scrm.web.talk_form import EditTalkForm, TalkForm, upload_of
from scrm.web.talks import correct_talk, deletion, edits_told, file_answer, log_talk, talk_seen


class FilesForm(forms.Form):
    attached = FilesField(label=gettext_lazy("Files"))


@may("contact.edit")
def log(request: Visit, contact_id: UUID) -> HttpResponse:
    """The dialog, and what was entered there."""
    contact = found(contact_detail(request.user, contact_id))
    if request.method != "POST":
        return _dialog(request, contact, TalkForm(initial={"kind": InteractionKind.CALL}))
    form = TalkForm(request.POST, request.FILES)
    lead = lead_open_of_contact(request.user, contact.pk)
    if log_talk(request, form, contact.pk, lead) is None:
        return _dialog(request, contact, form)
    messages.success(request, _("Logged."))
    return _back(request, contact.pk)


@may("contact.edit")
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
    return _dialog(request, talk.contact, form, talk)


@require_POST
@may("contact.edit")
def delete(request: Visit, talk_id: UUID) -> HttpResponse:
    return _deletion(request, talk_id, back=False)


@require_POST
@may("contact.edit")
def restore(request: Visit, talk_id: UUID) -> HttpResponse:
    return _deletion(request, talk_id, back=True)


@require_POST
@may("contact.edit")
def attach(request: Visit, contact_id: UUID) -> HttpResponse:
    """Files that belong to no talk."""
    contact = found(contact_detail(request.user, contact_id))
    form = FilesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            uploads = [upload_of(file) for file in form.cleaned_data["attached"]]
            files_added(contact.pk, uploads, by=request.user, now=clock.now())
            messages.success(request, _("Kept."))
        except ValidationError as error:
            messages.error(request, first_message(error))
    else:
        messages.error(request, _("Choose a file."))
    return _back(request, contact.pk)


@require_safe
@may("contact.view")
def file(request: Visit, attachment_id: UUID) -> HttpResponse:
    return file_answer(request, attachment_id)


@require_POST
@may("contact.edit")
def remove_file(request: Visit, attachment_id: UUID) -> HttpResponse:
    attachment = found(attachment_visible(request.user, attachment_id))
    remove_attachment(attachment=attachment, by=request.user, now=clock.now())
    messages.success(request, _("The file is deleted."))
    return _back(request, attachment.contact_id)


def _dialog(request: Visit, contact: Contact, form: TalkForm, talk: Interaction | None = None) -> HttpResponse:
    context = {"contact": contact, "form": form, "talk": talk, "edits": edits_told(talk) if talk else []}
    status = 422 if form.is_bound and form.errors else 200
    answer = render(request, "ops/talk_dialog.html", context, status=status)
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
    """To the contact: a dialog's form is sent by htmx, and the whole page has changed."""
    answer = redirect("ops:contact_detail", contact_id)
    if not request.htmx:
        return answer
    moved = HttpResponse()
    moved["HX-Redirect"] = answer.url
    return moved
