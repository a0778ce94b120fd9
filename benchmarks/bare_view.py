"""The least that a server may do: one row written or read by Django, in the same server as the product."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from contacts.models import Contact
from events.models import EventType
from scrm.core.ids import uuid7


@csrf_exempt
def insert_one(request: HttpRequest) -> JsonResponse:
    """A row of four columns, in its own commit."""
    row = EventType.objects.create(code=f"bare_{uuid7().hex}", name="Bare")
    return JsonResponse({"id": row.pk}, status=201)


def read_one(request: HttpRequest, contact_id: UUID) -> JsonResponse:
    """What one row says, to whoever is logged in."""
    row = Contact.objects.get(pk=contact_id)
    return JsonResponse({"name": row.name, "reader": str(request.user)})


handler500 = "scrm.web.outage.answer_broken"
urlpatterns = [path("bare", insert_one), path("bare/<uuid:contact_id>", read_one), path("", include("scrm.urls"))]
