"""One person's privacy: what they agreed to, how they must not be reached, who saw them, and what they ask of us."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from contacts.enums import ChannelKind, ConsentPurpose, ConsentWay, RequestKind
from contacts.models import Contact
from contacts.models.reveals import OTHER_THAN_KINDS
from contacts.selectors import (
    consent_list_of_contact,
    consent_standing,
    consent_text_by_version,
    consent_text_newest,
    contact_detail,
    copy_of,
    marks_of,
    request_list_of_contact,
    reveal_list_of_contact,
)
from contacts.selectors.kinds import kind_names
from contacts.services import note_request
from scrm.core import clock
from scrm.flows.consent import contact_agreed, contact_withdrew, purpose_agreed
from scrm.flows.erasure import foresee_erasure
from scrm.flows.erasure_job import erasure_asked
from scrm.flows.person_copy import copy_asked
from scrm.web.access import Visit, found, may
from scrm.web.ops.replies import first_message
from tenants.selectors import tenant_zone

_NOTED: Final = (RequestKind.COPY, RequestKind.CORRECTION, RequestKind.ERASURE, RequestKind.OBJECTION)


class ConsentForm(forms.Form):
    """One word of theirs: about a channel, or about a purpose."""

    about = forms.ChoiceField(
        label=pgettext_lazy("consent", "About"),
        choices=[
            *((f"channel:{value}", label) for value, label in ChannelKind.choices),
            *((f"purpose:{value}", label) for value, label in ConsentPurpose.choices if value != "marketing"),
        ],
    )
    given = forms.TypedChoiceField(
        label=pgettext_lazy("consent", "What they said"),
        choices=[("no", gettext_lazy("No, or no more")), ("yes", gettext_lazy("Yes"))],
        coerce=lambda value: value == "yes",
    )
    reason = forms.CharField(
        label=gettext_lazy("How you know"), max_length=200, help_text=gettext_lazy("Such as: said so on the phone.")
    )


class RequestForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What they ask"), choices=[(kind, kind.label) for kind in _NOTED])
    asked_on = forms.DateField(
        label=gettext_lazy("Asked on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2})
    )


@may("contact.view")
def index(request: Visit, contact_id: UUID) -> HttpResponse:
    return _page(request, _contact(request, contact_id))


def _page(
    request: Visit, contact: Contact, *, consent: ConsentForm | None = None, asking: RequestForm | None = None
) -> HttpResponse:
    now = clock.now()
    consents = consent_list_of_contact(contact.pk, limit=100)
    reveals = reveal_list_of_contact(contact.pk)
    kinds = kind_names({row.kind for row in reveals} - OTHER_THAN_KINDS)
    texts = consent_text_by_version({row.text_version for row in consents})
    context = {
        "contact": contact,
        "marks": marks_of(contact.pk),
        "standing": consent_standing(contact.pk),
        "consents": [(row, texts.get(row.text_version)) for row in consents],
        "reveals": [(row, kinds.get(row.kind) or row.get_kind_display()) for row in reveals],
        "requests": [(row, copy_of(row, now)) for row in request_list_of_contact(contact.pk)],
        "consent_form": consent or ConsentForm(auto_id="consent-%s"),
        "request_form": asking
        or RequestForm(initial={"asked_on": now.astimezone(tenant_zone()).date()}, auto_id="request-%s"),
    }
    wrong = any(form is not None and form.errors for form in (consent, asking))
    return render(request, "ops/contact_privacy.html", context, status=422 if wrong else 200)


@require_POST
@may("contact.edit")
def consent(request: Visit, contact_id: UUID) -> HttpResponse:
    """Note what somebody said, in their words' place why we know."""
    contact = _contact(request, contact_id)
    form = ConsentForm(request.POST, auto_id="consent-%s")
    if not form.is_valid():
        return _page(request, contact, consent=form)
    kind, _colon, value = form.cleaned_data["about"].partition(":")
    said: dict[str, Any] = {
        "by": request.user,
        "way": ConsentWay.HAND,
        "reason": form.cleaned_data["reason"],
        "now": clock.now(),
    }
    given = form.cleaned_data["given"]
    if kind == "purpose":
        purpose_agreed(contact.pk, ConsentPurpose(value), given=given, **said)
    elif given:
        text = consent_text_newest(ConsentPurpose.MARKETING, request.LANGUAGE_CODE)
        contact_agreed(contact.pk, ChannelKind(value), text_version=text.version if text else "", **said)
    else:
        contact_withdrew(contact.pk, ChannelKind(value), **said)
    messages.success(request, _("Noted. It counts from now on."))
    return redirect("ops:contact_privacy", contact.pk)


@require_POST
@may("person.note")
def note(request: Visit, contact_id: UUID) -> HttpResponse:
    """Note what somebody asks of us; from that day the time to answer runs."""
    contact = _contact(request, contact_id)
    form = RequestForm(request.POST, auto_id="request-%s")
    if not form.is_valid():
        return _page(request, contact, asking=form)
    kind = RequestKind(form.cleaned_data["kind"])
    try:
        noted = note_request(
            contact_id=contact.pk,
            kind=kind,
            asked_on=form.cleaned_data["asked_on"],
            note=form.cleaned_data["note"],
            by=request.user,
            now=clock.now(),
        )
    except (ValidationError, OverflowError) as error:
        text = first_message(error) if isinstance(error, ValidationError) else _("Enter a valid date.")
        messages.error(request, text)
    else:
        day = noted.due_on
        messages.success(request, _("Noted: answer by %(day)s.") % {"day": day.strftime("%Y-%m-%d")})
    return redirect("ops:contact_privacy", contact.pk)


@require_POST
@may("person.export")
def copy(request: Visit, contact_id: UUID) -> HttpResponse:
    """Begin to make a copy of all that is known of them."""
    contact = _contact(request, contact_id)
    copy_asked(contact.pk, by=request.user, now=clock.now())
    messages.success(request, _("The copy is being made: it is here in a moment, for 24 hours."))
    return redirect("ops:contact_privacy", contact.pk)


@may("person.erase")
def erase(request: Visit, contact_id: UUID) -> HttpResponse:
    """What goes and what stays; then, with their name typed, it begins."""
    contact = _contact(request, contact_id)
    wrong = False
    if request.method == "POST":
        wrong = _folded(request.POST.get("typed", "")) != _folded(str(contact))
        if not wrong:
            forget = request.POST.get("forget") == "on"
            erasure_asked(contact.pk, by=request.user, forget=forget, now=clock.now())
            messages.success(request, _("The person is being erased. What happened stays counted, without a name."))
            return redirect("ops:request_list")
    lines = foresee_erasure(contact.pk)
    context = {
        "contact": contact,
        "gone": [line for line in lines if line.deleted],
        "stays": [line for line in lines if not line.deleted],
        "wrong": wrong,
    }
    return render(request, "ops/contact_erase.html", context, status=422 if wrong else 200)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _contact(request: Visit, contact_id: UUID) -> Contact:
    return found(contact_detail(request.user, contact_id))
