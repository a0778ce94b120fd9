"""What suits a contact now, on the desk and the phone, and the link of it that a colleague sends them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from audiences.match_selectors import next_best
from audiences.match_words import reasons_told
from contacts.models import Contact
from content.selectors import material_list_active
from content.upkeep import ensure_own_link
from scrm.core import clock
from scrm.web.access import Visit, found


def best_shown(contact: Contact, now: datetime) -> dict[str, Any]:
    """What `components/next_best.html` takes; no `best` where nothing suits them."""
    best = next_best(contact, now)
    return {"best": best, "why": reasons_told(best.reasons) if best else ""}


def link_shown(request: Visit, contact: Contact, material_id: UUID) -> HttpResponse:
    """The reader's own link of a material for this contact, to be copied."""
    material = found(material_list_active().filter(pk=material_id).first())
    link = ensure_own_link(material=material, contact_id=contact.pk, rep=request.user, now=clock.now())
    answer = render(request, "components/revealed.html", {"value": request.build_absolute_uri(f"/t/{link.code}")})
    answer["Cache-Control"] = "no-store"
    return answer
