"""Referral: programs, a contact's own link, and the ledger of rewards."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from contacts.selectors import contact_detail
from leads.enums import LimitPeriod, RewardState, RewardUnit
from leads.models import ReferralProgram
from leads.selectors import (
    form_choices_published,
    form_detail,
    program_choices,
    program_get,
    program_list,
    reward_ids_visible,
    reward_list,
    reward_totals,
    source_choices,
    source_detail,
)
from leads.services import ensure_referral_link, move_rewards, save_program
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm, offer, page_of
from scrm.web.ops.replies import first_message, form_page, take_errors
from tenants.selectors import tenant_current

_AMOUNT: Any = {"max_digits": 12, "decimal_places": 2, "min_value": 0}


class ProgramForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    form = forms.ChoiceField(label=gettext_lazy("Form"), help_text=gettext_lazy("Where people arrive who are brought."))
    source = forms.ChoiceField(label=gettext_lazy("Source"))
    unit = forms.ChoiceField(label=gettext_lazy("Paid in"), choices=RewardUnit.choices)
    per_lead = forms.DecimalField(label=gettext_lazy("For a valid lead"), initial=0, **_AMOUNT)
    per_deal = forms.DecimalField(label=gettext_lazy("For a deal"), initial=0, **_AMOUNT)
    period = forms.ChoiceField(label=gettext_lazy("Limits count within"), choices=LimitPeriod.choices)
    person_limit = forms.DecimalField(label=gettext_lazy("Limit per person"), required=False, **_AMOUNT)
    total_limit = forms.DecimalField(label=gettext_lazy("Limit in total"), required=False, **_AMOUNT)
    newcomers_only = forms.BooleanField(label=gettext_lazy("Only people who are new"), required=False)
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "form", form_choices_published())
        offer(self, "source", source_choices(active_only=True))


class RewardFilter(FilterForm):
    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.choose("state", gettext_lazy("State"), gettext_lazy("Any state"), RewardState.choices)
        self.choose("program", gettext_lazy("Program"), gettext_lazy("Any program"), program_choices())


@may("link.view")
def programs(request: Visit) -> HttpResponse:
    page = page_of(request, program_list(request.user))
    return render(request, "ops/referral_programs.html", {"page": page})


@may("link.edit")
def create(request: Visit) -> HttpResponse:
    return _program_page(request, None, {"newcomers_only": True, "active": True})


@may("link.edit")
def edit(request: Visit, program_id: UUID) -> HttpResponse:
    program = found(program_get(program_id))
    initial = {name: getattr(program, name) for name in ProgramForm.base_fields if name not in ("form", "source")}
    initial |= {"form": str(program.form_id), "source": str(program.source_id)}
    return _program_page(request, program, initial)


@may("link.view")
def rewards(request: Visit) -> HttpResponse:
    """The ledger; those who decide do so here, on many at once."""
    filters = RewardFilter(request)
    chosen = filters.chosen
    rows = reward_list(
        request.user, state=chosen.get("state", ""), program=chosen.get("program", ""), search=chosen.get("q", "")
    )
    context = {
        "page": page_of(request, rows.order_by("-created_at", "-pk")),
        "filters": filters,
        "filtered": bool(chosen),
        "totals": [
            {**row, "label": RewardState(row["state"]).label}
            for row in sorted(reward_totals(request.user), key=lambda row: RewardState.values.index(row["state"]))
        ],
        "actions": [
            {"value": RewardState.APPROVED.value, "label": _("Approve"), "icon": "check"},
            {"value": RewardState.PAID.value, "label": _("Mark as paid"), "icon": "cash"},
            {
                "value": RewardState.REFUSED.value,
                "label": _("Refuse"),
                "icon": "ban",
                "danger": True,
                "confirm": _("Refuse?"),
            },
        ],
    }
    return render(request, "ops/reward_list.html", context)


@require_POST
@may("reward.decide")
def decide(request: Visit) -> HttpResponse:
    """Approve, pay or refuse the rewards that were ticked; of them, those that the reader may see."""
    action = request.POST.get("action", "")
    asked = [pk for pk in map(_uuid, request.POST.getlist("ids")) if pk]
    if action not in (RewardState.APPROVED, RewardState.PAID, RewardState.REFUSED) or not asked:
        messages.error(request, _("Choose rewards, and what to do with them."))
        return redirect("ops:reward_list")
    ids = reward_ids_visible(request.user, asked)
    reason = request.POST.get("reason", "")
    try:
        moved = move_rewards(reward_ids=ids, to=RewardState(action), reason=reason, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:reward_list")
    text = ngettext("%(count)s reward changed.", "%(count)s rewards changed.", moved)
    left = len(asked) - moved
    if left:
        also = ngettext(
            "%(count)s can't come there from where it is.", "%(count)s can't come there from where they are.", left
        )
        messages.warning(request, f"{text % {'count': moved}} {also % {'count': left}}")
    else:
        messages.success(request, text % {"count": moved})
    return redirect("ops:reward_list")


@require_POST
@may("contact.edit")
def share(request: Visit, contact_id: UUID) -> HttpResponse:
    """Make the link by which a contact brings people; a second time it is the same."""
    contact = found(contact_detail(request.user, contact_id))
    program = found(_program(request.POST.get("program", "")))
    made = ensure_referral_link(program=program, contact=contact, by=request.user, now=clock.now())
    return redirect("ops:entry_link_detail", made.link_id)


def _program_page(request: Visit, program: ReferralProgram | None, initial: dict[str, Any]) -> HttpResponse:
    form = ProgramForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        rows = {"form": form_detail(UUID(said["form"])), "source": source_detail(UUID(said["source"]))}
        values = {**said, **rows, "currency": program.currency if program else tenant_current().currency}
        try:
            save_program(program=program, values=values, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Program saved."))
            return redirect("ops:referral_programs")
    return form_page(request, "ops/referral_form.html", form, {"program": program})


def _program(text: str) -> ReferralProgram | None:
    pk = _uuid(text)
    program = program_get(pk) if pk else None
    return program if program is not None and program.active else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
