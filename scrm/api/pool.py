"""/pool: customers who are nobody's, masked; claimed, and put back."""

from functools import partial
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import user_visible
from contacts.enums import PUT_BACK_BY_HAND, PutBack
from contacts.masking import masked_name
from exchange.idempotency import Answer
from exchange.models import ApiKey
from leads.enums import LeadOrigin, Rating
from leads.models import Lead
from leads.selectors import pool_lead, pool_list, pool_policy
from scrm.api.access import POOL_READ, POOL_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import ListResource, Resource
from scrm.api.contacts import contact_or_404
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.leads import NamedOut
from scrm.api.once import IDEMPOTENT, REPLAYED, answered_once, key_of
from scrm.api.parsing import IdField, StrictSerializer
from scrm.core import clock
from scrm.flows.pool import pool_assigned, pool_claimed
from scrm.flows.releasing import put_back
from scrm.web.pool_words import refused_words


class PoolOut(serializers.ModelSerializer):
    name = serializers.SerializerMethodField(help_text="Masked, such as 张**, unless the caller sees all records.")
    city = serializers.CharField(source="contact.city")
    country = serializers.CharField(source="contact.country")
    source: Any = NamedOut(allow_null=True)
    since = serializers.DateTimeField(help_text="When they came into the pool.")

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ("id", "name", "city", "country", "source", "rating", "came_by", "since")

    def get_name(self, lead: Lead) -> str:
        in_clear = viewer_of(self.context["request"]).data_scope == Scope.ALL
        return lead.contact.name if in_clear else masked_name(lead.contact.name)


class PoolFilter(django_filters.FilterSet):
    city = django_filters.CharFilter(field_name="contact__city")
    source = django_filters.UUIDFilter(field_name="source_id")
    rating = django_filters.MultipleChoiceFilter(choices=Rating.choices)
    came_by = django_filters.ChoiceFilter(choices=LeadOrigin.choices)

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()


class PoolList(ListResource):
    """Customers in the public pool who may be offered to the caller: of each the newest open lead."""

    access = {"GET": POOL_READ}
    serializer_class = PoolOut
    filterset_class = PoolFilter

    def rows(self) -> QuerySet[Lead]:
        return pool_list(viewer_of(self.request), policy=pool_policy(), now=moment_of(self.request))


class ClaimBody(StrictSerializer):
    owner = IdField(
        required=False,
        help_text="Who gets them, whatever their limits. Left out: the person who calls, within theirs.",
    )


class ClaimOut(serializers.Serializer):
    contact = serializers.UUIDField()
    owner = serializers.UUIDField()


class PoolClaim(Resource):
    access = {"POST": POOL_WRITE}

    @extend_schema(
        summary="Claim a customer from the public pool",
        description="Of many at once one gets it; the others are told who. The same request twice changes nothing.",
        parameters=[IDEMPOTENT],
        request=ClaimBody,
        responses={
            200: ClaimOut,
            400: ErrorsBody,
            404: ErrorsBody,
            409: OpenApiResponse(ErrorsBody, "Somebody was faster, or a limit is reached."),
            422: OpenApiResponse(ErrorsBody, "A field is wrong, or the key stands for another request."),
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        body = ClaimBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = {"address": request.path, "body": request.data}
        work = partial(self._claimed, request, pk, body.validated_data.get("owner"))
        answer = answered_once(request, work, key=key_of(request), said=said, now=moment_of(request))
        response = Response(answer.body)
        if answer.replayed:
            response[REPLAYED] = "true"
        return response

    def _owner(self, request: Request, asked: UUID | None) -> User | None:
        """Whom they are given to; None where the caller claims for themselves."""
        if asked is None:
            if isinstance(request.auth, ApiKey):
                raise Refused([refusal("owner", "required", _("Say who gets the customer."))])
            return None
        owner = user_visible(viewer_of(request), asked)
        if owner is None:
            raise Refused([refusal("owner", "unknown_user", _("There is no such user."))])
        return None if owner.pk == viewer_of(request).pk else owner

    def _claimed(self, request: Request, pk: UUID, asked: UUID | None) -> Answer:
        viewer, now = viewer_of(request), clock.now()
        if asked is not None and pool_lead(viewer, pk, policy=pool_policy()) is None:
            raise Http404
        owner = self._owner(request, asked)
        if owner is not None:
            given = pool_assigned([pk], owner, viewer=viewer, by=actor_of(request), now=now)
            if not given:
                raise Http404
            return Answer(status=200, body={"contact": str(given[0]), "owner": str(owner.pk)})
        made = pool_claimed(pk, by=viewer, now=now)
        if made is None:
            raise Http404
        if made.refusal is not None:
            raise Refused([refusal("", str(made.refusal), refused_words(made))], status=409)
        return Answer(status=200, body={"contact": str(made.contact_id), "owner": str(viewer.pk)})


class PutBackBody(StrictSerializer):
    reason = serializers.ChoiceField(choices=[(each.value, each.label) for each in PUT_BACK_BY_HAND])


class PutBackOut(serializers.Serializer):
    put_back = serializers.BooleanField(help_text="False when nobody had them, or they have no open enquiry.")


class ContactPool(Resource):
    access = {"POST": POOL_WRITE}

    @extend_schema(
        summary="Put a contact into the public pool",
        description="With the open leads and deals of whoever has them. Whoever had them may claim them again later.",
        request=PutBackBody,
        responses={200: PutBackOut, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = PutBackBody(data=request.data)
        body.is_valid(raise_exception=True)
        reason, viewer = PutBack(body.validated_data["reason"]), viewer_of(request)
        done = put_back([contact.pk], reason=reason, viewer=viewer, by=actor_of(request), now=clock.now())
        return Response({"put_back": done == 1})
