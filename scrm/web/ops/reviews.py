"""The review log: what stands on outside sites, how far our answers are, and what is overdue."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.selectors import user_list_visible
from leads.enums import ReplyState
from leads.models import Review
from leads.review_file import check_review_file
from leads.selectors.reviews import review_get, review_leads, review_list, review_sites, review_totals
from leads.services.reviews import NewReview, add_reviews, plan_reply, settle_review
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm, offer, page_of, sorted_by
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.sheet_upload import SheetForm
from tenants.selectors import tenant_zone

SORTS = {"written": "written_at", "stars": "rating", "due": "reply_due_at"}
STARS = [(str(number), "★" * number) for number in range(5, 0, -1)]
SHOWN_PROBLEMS = 50


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class ReviewFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        states = [("overdue", gettext_lazy("Overdue")), *ReplyState.choices]
        self.choose("state", pgettext_lazy("reviews", "Answer"), gettext_lazy("Any answer"), states)
        self.choose("site", gettext_lazy("Site"), gettext_lazy("Any site"), review_sites())
        self.choose("stars", gettext_lazy("Stars"), gettext_lazy("Any stars"), STARS)


class ReviewForm(forms.Form):
    site = forms.CharField(label=gettext_lazy("Site"), max_length=60)
    author = forms.CharField(label=gettext_lazy("Author"), max_length=80, required=False)
    rating = forms.TypedChoiceField(
        label=gettext_lazy("Stars"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("None")), *STARS],
    )
    written_at = forms.DateTimeField(label=gettext_lazy("Written at"), widget=_moment())
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=4000, required=False, widget=forms.Textarea({"rows": 4})
    )
    url = forms.URLField(
        label=gettext_lazy("Address"), max_length=500, required=False, assume_scheme="https", widget=forms.URLInput()
    )

    def clean_written_at(self) -> datetime:
        at: datetime = self.cleaned_data["written_at"]
        if at > clock.now():
            raise ValidationError(_("This is yet to come."))
        return at


class SettleForm(forms.Form):
    state = forms.ChoiceField(label=pgettext_lazy("reviews", "Answer"), choices=ReplyState.choices)
    reply = forms.CharField(
        label=gettext_lazy("What we answered"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Answer on the site; this is our record of it."),
    )


class PlanForm(forms.Form):
    owner = forms.ChoiceField(label=gettext_lazy("Who answers"), required=False)
    due_at = forms.DateTimeField(label=gettext_lazy("Answer due"), widget=_moment())

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", gettext_lazy("Nobody")), *((str(user.pk), str(user)) for user in people)])


@may("review.view")
def index(request: Visit) -> HttpResponse:
    now = clock.now()
    filters = ReviewFilter(request)
    chosen = filters.chosen
    rows = review_list(
        request.user,
        search=chosen.get("q", ""),
        site=chosen.get("site", ""),
        stars=chosen.get("stars", ""),
        state=chosen.get("state", ""),
        now=now,
    )
    page = page_of(request, sorted_by(request, rows, SORTS, "-written_at"))
    context = {"page": page, "filters": filters, "filtered": bool(chosen), "totals": review_totals(now), "now": now}
    return render(request, "ops/review_list.html", context)


@may("review.edit")
def create(request: Visit) -> HttpResponse:
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = NewReview(**form.cleaned_data)
        try:
            new = add_reviews(reviews=[said], owner=request.user, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Review kept.") if new[0] else _("This review was known already."))
            return redirect("ops:review_list")
    return form_page(request, "ops/review_form.html", form, {})


@may("review.view")
def detail(request: Visit, review_id: UUID) -> HttpResponse:
    return _detail(request, found(review_get(review_id)))


@require_POST
@may("review.edit")
def settle(request: Visit, review_id: UUID) -> HttpResponse:
    """Say how far our answer is."""
    review = found(review_get(review_id))
    form = SettleForm(request.POST, auto_id="settle-%s")
    if form.is_valid():
        settle_review(review=review, **form.cleaned_data, by=request.user, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("ops:review_detail", review.pk)
    return _detail(request, review, settle_form=form)


@require_POST
@may("review.edit")
def plan(request: Visit, review_id: UUID) -> HttpResponse:
    """Say who answers, and until when."""
    review = found(review_get(review_id))
    people = list(user_list_visible(request.user))
    form = PlanForm(request.POST, people=people, auto_id="plan-%s")
    if form.is_valid():
        owner = next((user for user in people if str(user.pk) == form.cleaned_data["owner"]), None)
        plan_reply(review=review, owner=owner, due_at=form.cleaned_data["due_at"], by=request.user, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("ops:review_detail", review.pk)
    return _detail(request, review, plan_form=form)


@may("review.edit")
def import_reviews(request: Visit) -> HttpResponse:
    """Check a file of reviews, show what is wrong with it, and take its good rows when told so."""
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"checked": None}
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        checked = form.check(lambda file: check_review_file(file, zone=tenant_zone(), now=now))
        if checked and checked.made and request.POST.get("action") == "take":
            new = sum(add_reviews(reviews=checked.made, owner=request.user, by=request.user, now=now))
            said = ngettext("%(new)s new review kept.", "%(new)s new reviews kept.", new)
            messages.success(request, said % {"new": new})
            return redirect("ops:review_list")
        if checked:
            context = {"checked": checked, "problems": checked.problems[:SHOWN_PROBLEMS], "carried": form.carried}
    return form_page(request, "ops/review_import.html", form, context)


def _detail(
    request: Visit, review: Review, *, settle_form: SettleForm | None = None, plan_form: PlanForm | None = None
) -> HttpResponse:
    planned = {"owner": str(review.owner_id or ""), "due_at": review.reply_due_at}
    context = {
        "review": review,
        "leads": review_leads(request.user, review),
        "settle_form": settle_form
        or SettleForm(initial={"state": review.state, "reply": review.reply}, auto_id="settle-%s"),
        "plan_form": plan_form
        or PlanForm(people=list(user_list_visible(request.user)), initial=planned, auto_id="plan-%s"),
        "now": clock.now(),
    }
    status = 422 if settle_form or plan_form else 200
    return render(request, "ops/review_detail.html", context, status=status)
