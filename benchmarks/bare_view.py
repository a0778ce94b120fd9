"""The least that a server may do with a post: one row written by Django, in the same server as the product."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from events.models import EventType
from scrm.core.ids import uuid7


@csrf_exempt
def insert_one(request: HttpRequest) -> JsonResponse:
    """A row of four columns, in its own commit."""
    row = EventType.objects.create(code=f"bare_{uuid7().hex}", name="Bare")
    return JsonResponse({"id": row.pk}, status=201)


handler500 = "scrm.web.outage.answer_broken"
urlpatterns = [path("bare", insert_one), path("", include("scrm.urls"))]
