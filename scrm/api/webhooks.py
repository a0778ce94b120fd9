"""/webhooks: who outside is told of changes. Never with personal data: that a person grants, on the dashboard."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.enums import HookEvent
from exchange.models import Webhook
from exchange.selectors import webhook_detail, webhook_list
from exchange.webhooks import create_webhook, rotate_webhook
from scrm.api.access import WEBHOOKS_WRITE
from scrm.api.authentication import actor_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import StrictSerializer, TextField
from scrm.core import clock

_EVENTS = [event.value for event in HookEvent if event != HookEvent.PING]


class WebhookOut(serializers.ModelSerializer):
    class Meta:
        model = Webhook
        fields: tuple[str, ...] = (
            *("id", "name", "url", "event_types", "personal", "active", "failing_since", "previous_until"),
            "created_at",
        )


class WebhookMade(WebhookOut):
    secret = serializers.CharField(help_text="Shown in this answer, and never again.")

    class Meta(WebhookOut.Meta):
        fields: tuple[str, ...] = (*WebhookOut.Meta.fields, "secret")


@extend_schema_field({"type": "string", "format": "uri", "pattern": "^https://", "maxLength": 500})
class AddressField(serializers.CharField):
    """Whether it may be called is asked when it is kept."""


class WebhookBody(StrictSerializer):
    name = TextField(max_length=80)
    url = AddressField(max_length=500, help_text="It begins with https:// and is reached from the internet.")
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=_EVENTS), min_length=1, max_length=len(_EVENTS)
    )


class WebhookList(ListResource):
    """Who is told of changes."""

    access = {"GET": WEBHOOKS_WRITE, "POST": WEBHOOKS_WRITE}
    serializer_class = WebhookOut

    def rows(self) -> QuerySet[Webhook]:
        return webhook_list()

    @extend_schema(
        summary="Tell another address of changes",
        request=WebhookBody,
        responses={201: WebhookMade, 400: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = WebhookBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            made = create_webhook(**body.validated_data, by=actor_of(request), now=clock.now())
        except ValidationError as error:
            raise Refused(
                [refusal(name, "invalid", str(said)) for name, texts in error.message_dict.items() for said in texts]
            ) from error
        return _made(made.webhook, made.secret, 201)


class WebhookDetail(DetailResource):
    """One of them."""

    access = {"GET": WEBHOOKS_WRITE}
    serializer_class = WebhookOut

    def get_object(self) -> Webhook:
        return _webhook(self.kwargs["pk"])


class WebhookSecret(Resource):
    """Its secret, replaced."""

    access = {"POST": WEBHOOKS_WRITE}

    @extend_schema(
        summary="Give a webhook a new secret",
        description="For two more days each call is signed with the one before too.",
        request=None,
        responses={200: WebhookMade, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        made = rotate_webhook(webhook=_webhook(pk), by=actor_of(request), now=clock.now())
        return _made(made.webhook, made.secret, 200)


def _webhook(pk: UUID) -> Webhook:
    webhook = webhook_detail(pk)
    if webhook is None:
        raise Http404
    return webhook


def _made(webhook: Webhook, secret: str, status: int) -> Response:
    told: dict[str, Any] = {**WebhookOut(webhook).data, "secret": secret}
    return Response(told, status=status, headers={"Cache-Control": "no-store"})
