"""Customers change hands: one from its page, or all that a colleague leaves behind."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.selectors import user_get, user_list_visible, user_list_with_leavers, user_names
from campaigns.selectors import sop_choices_live
from contacts.selectors import contact_counts_of_leavers, contact_detail, contact_names
from exchange.jobs import ACTIVE
from exchange.models import Job
from exchange.selectors import change_counts_by_after, changes_staying, job_list_about
from scrm.core import clock
from scrm.flows.handover import HandedOver, contacts_handed_over
from scrm.flows.handover_desk import Recipients
from scrm.flows.handover_job import CONTACT, KIND, Told, begin_hand_over, cancel_hand_over
from scrm.flows.handover_preview import left_by
from scrm.flows.handover_reach import hand_over_seen, may_steer
from scrm.flows.handover_traces import Stay
from scrm.flows.handover_undo import Undone, begin_undo, can_be_undone, cancel_undo, undo_of
from scrm.web.access import Visit, found, may
from scrm.web.counts import small_count
from scrm.web.ops.filters import Choices, offer, page_of
from scrm.web.ops.lead_forms import OwnerForm, owner_choices

_SHARE: Final = "share-"
_SHOWN: Final = 10
_NOT_YOURS: Final = gettext_lazy("Whoever began it can do that, and who sees everything.")


class LeaverForm(forms.Form):
    leaver = forms.ChoiceField(
        label=pgettext_lazy("hand-over", "From"), help_text=gettext_lazy("Whose customers need somebody.")
    )

    def __init__(self, request: HttpRequest, leavers: Choices) -> None:
        super().__init__(request.POST or request.GET or None, auto_id="leaver-%s")
        offer(self, "leaver", [("", gettext_lazy("Choose …")), *leavers])


class GivingForm(forms.Form):
    """To whom, beside the people and their shares that stand in a table of their own; and who tells the customers."""

    way = forms.ChoiceField(
        label=gettext_lazy("To"),
        choices=[
            ("people", gettext_lazy("One colleague, or several by their shares")),
            ("rules", gettext_lazy("Whoever the assignment rules find")),
        ],
        widget=forms.RadioSelect,
        initial="people",
    )
    sop = forms.ChoiceField(
        label=gettext_lazy("Tell the customers"),
        required=False,
        help_text=gettext_lazy("Each of them enters this SOP, as from their new owner. Most hand-overs need none."),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        offer(self, "sop", [("", gettext_lazy("Don’t tell them")), *sop_choices_live()])


@require_POST
@may("contact.hand_over")
def one(request: Visit, contact_id: UUID) -> HttpResponse:
    contact = found(contact_detail(request.user, contact_id))
    form = OwnerForm(request.POST, owners=owner_choices(request.user))
    if not form.is_valid():
        messages.error(request, _("Choose an owner."))
    else:
        handed = contacts_handed_over([contact.pk], UUID(form.cleaned_data["owner"]), by=request.user, now=clock.now())
        messages.success(request, _told(handed) if handed.contacts else _("It is theirs already."))
    return redirect("ops:contact_detail", contact.pk)


@may("contact.hand_over")
def many(request: Visit) -> HttpResponse:
    """All that somebody leaves behind: first how much it is, then to whom."""
    people = {str(user.pk): user for user in user_list_with_leavers(request.user)}
    asked = LeaverForm(request, [(pk, _named(user)) for pk, user in people.items()])
    leaver = people[asked.cleaned_data["leaver"]] if asked.is_valid() else None
    posted = request.POST if leaver and request.method == "POST" else None
    form = GivingForm(posted)
    shares = _shares(request, leaver) if leaver else {}
    if leaver and posted is not None and form.is_valid():
        by_rules = form.cleaned_data["way"] == "rules"
        if by_rules or shares:
            recipients = Recipients({}, by_rules=True) if by_rules else Recipients(shares)
            sop = form.cleaned_data["sop"]
            job = begin_hand_over(
                leaver, recipients, sop_id=UUID(sop) if sop else None, by=request.user, now=clock.now()
            )
            if job is not None:
                return redirect("ops:hand_over_detail", job.pk)
            form.add_error(None, _("What they have is being handed over already."))
        else:
            form.add_error("way", _("Choose at least one colleague."))
    context = {
        "asked": asked,
        "leaver": leaver,
        "form": form,
        "left": left_by(leaver.pk, viewer=request.user) if leaver else None,
        "choices": [
            (user, shares.get(user.pk))
            for user in user_list_visible(request.user)
            if leaver is None or user.pk != leaver.pk
        ],
        "waiting": [(people[str(pk)], count) for pk, count in _leavers(request.user) if str(pk) in people],
        "jobs": [(job, people[job.options["from"]]) for job in job_list_about(KIND, "from", people)[:_SHOWN]],
    }
    return render(request, "ops/contact_hand_over.html", context, status=422 if form.errors else 200)


@require_safe
@may("contact.hand_over")
def detail(request: Visit, job_id: UUID) -> HttpResponse:
    """How far it is, what came of it, and the way back."""
    job = _job(request, job_id)
    page = page_of(request, changes_staying(job.pk, CONTACT), 20)
    names = contact_names(request.user, [row.subject for row in page])
    context = {
        **_how_far(request, job),
        "people": _people(job),
        "page": page,
        "staying": [(row.subject, names.get(str(row.subject), ""), Stay(row.why).label) for row in page],
    }
    return render(request, "ops/hand_over.html", context)


@require_safe
@may("contact.hand_over")
def progress(request: Visit, job_id: UUID) -> HttpResponse:
    """The moving part, for htmx; when the work ends the whole page comes anew."""
    job = _job(request, job_id)
    context = _how_far(request, job)
    if not (context["running"] or context["undoing"]):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "ops/hand_over.html#progress", context)


@require_POST
@may("contact.hand_over")
def cancel(request: Visit, job_id: UUID) -> HttpResponse:
    """Stop what is going on: the hand-over, or its undoing."""
    job = _job(request, job_id)
    run = undo_of(job)
    if not may_steer(request.user, job):
        messages.error(request, _NOT_YOURS)
    elif cancel_hand_over(job, by=request.user):
        messages.success(request, _("Stopped. What went over stays there until you undo it."))
    elif run is not None and cancel_undo(run, by=request.user):
        messages.success(request, _("Stopped. What went back stays there."))
    return redirect("ops:hand_over_detail", job.pk)


@require_POST
@may("contact.hand_over")
def undo(request: Visit, job_id: UUID) -> HttpResponse:
    job = _job(request, job_id)
    if not may_steer(request.user, job):
        messages.error(request, _NOT_YOURS)
    elif begin_undo(job, by=request.user) is None:
        messages.error(request, _("This can’t be undone any more, or is being undone already."))
    return redirect("ops:hand_over_detail", job.pk)


def _job(request: Visit, job_id: UUID) -> Job:
    return found(hand_over_seen(request.user, job_id))


def _how_far(request: Visit, job: Job) -> dict[str, Any]:
    run = undo_of(job)
    undoing = run is not None and run.state in ACTIVE
    running = job.state in ACTIVE
    steering = may_steer(request.user, job)
    return {
        "job": job,
        "leaver": user_get(UUID(job.options["from"])),
        "told": Told.of(job),
        "running": running,
        "run": run,
        "undoing": undoing,
        "undone": Undone.of(run) if run else None,
        "steering": steering,
        "undoable": can_be_undone(job) if steering else 0,
        "undo_until": _undo_until(job),
    }


def _undo_until(job: Job) -> datetime | None:
    return None if job.state in ACTIVE else job.due_at


def _people(job: Job) -> list[tuple[str, int]]:
    """Whom the contacts went to."""
    counts = change_counts_by_after(job.pk, CONTACT)
    names = user_names(counts)
    return sorted(((names.get(pk, "–"), count) for pk, count in counts.items()), key=lambda each: -each[1])


def _leavers(viewer: User) -> list[tuple[UUID, int]]:
    return sorted(contact_counts_of_leavers(viewer).items(), key=lambda each: -each[1])


def _shares(request: Visit, leaver: User) -> dict[UUID, int]:
    """Who was ticked, with their shares; those whom the viewer doesn't see, and the leaver, are left out."""
    ticked = set(request.POST.getlist("person"))
    shares = {}
    for user in user_list_visible(request.user):
        if str(user.pk) in ticked and user.pk != leaver.pk:
            said = request.POST.get(f"{_SHARE}{user.pk}", "1")
            shares[user.pk] = min(max(small_count(said) or 1, 1), 100)
    return shares


def _named(user: User) -> str:
    return str(user) if user.is_active else _("%(name)s (left)") % {"name": user}


def _told(handed: HandedOver) -> str:
    told = _("Handed over: %(contacts)s contacts, %(leads)s open leads, %(tasks)s open tasks.")
    return told % {"contacts": handed.contacts, "leads": handed.leads, "tasks": handed.tasks}
