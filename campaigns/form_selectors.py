"""Reads about where the leads of a form go."""

from uuid import UUID

from django.db.models import QuerySet

from campaigns.enums import SopState
from campaigns.form_models import FormRoute
from campaigns.models import Campaign, Sop
from leads.models import Form


def form_route(form_id: UUID) -> FormRoute:
    """Where the leads of a form go; the usual way where nobody said."""
    rows = FormRoute.objects.select_related("sop", "person")
    return rows.filter(form_id=form_id).first() or FormRoute(form_id=form_id)


def form_list_of_campaign(campaign: Campaign) -> list[Form]:
    return list(Form.objects.filter(route__campaign=campaign).order_by("title", "pk"))


def sop_list_to_begin() -> QuerySet[Sop]:
    """SOPs that a form may begin: those that are not stopped."""
    return Sop.objects.exclude(state=SopState.STOPPED).order_by("name")
