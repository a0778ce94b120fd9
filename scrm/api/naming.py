"""Rows that a body names by their ids: found within the caller's sight, or refused by name."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import User
from accounts.selectors import user_visible
from contacts.models import Contact
from contacts.selectors import contact_detail
from leads.models import Lead
from leads.selectors import lead_detail
from scrm.api.authentication import viewer_of
from scrm.api.errors import Refused, refusal

Row = TypeVar("Row", bound=Model)


def named(field: str, pk: UUID | None, read: Callable[[UUID], Row | None]) -> Row | None:
    """The row of this id; None where none is named."""
    if pk is None:
        return None
    row = read(pk)
    if row is None:
        raise Refused([refusal(field, "unknown", _("There is no such row."))])
    return row


def contact_named(request: Request, pk: UUID) -> Contact:
    contact = named("contact", pk, lambda pk: contact_detail(viewer_of(request), pk))
    assert contact is not None
    return contact


def lead_named(request: Request, pk: UUID | None, contact: Contact) -> Lead | None:
    """A lead of this contact."""

    def read(pk: UUID) -> Lead | None:
        lead = lead_detail(viewer_of(request), pk)
        return lead if lead is not None and lead.contact_id == contact.pk else None

    return named("lead", pk, read)


def owner_named(request: Request, pk: UUID | None, *, field: str = "owner") -> User | None:
    """An active user that the caller may put in charge."""
    return named(field, pk, lambda pk: user_visible(viewer_of(request), pk))


def refuse_other_ages(on: date) -> None:
    """A year that was mistyped."""
    if not 1970 <= on.year < 2200:
        raise serializers.ValidationError(_("This is not within 1970 and 2199."))
