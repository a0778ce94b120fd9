"""/leads/{id}: one enquiry, to read and to change."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import user_visible
from contacts.enums import FieldSubject
from contacts.selectors import field_values
from contacts.services import read_values
from leads.enums import LeadStatus, Rating
from leads.models import Lead
from leads.selectors import lead_detail
from scrm.api.access import LEADS_READ, LEADS_WRITE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import DetailResource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.fields import custom_field, fields_refused
from scrm.api.leads import LeadOut
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.api.versions import etag_of, is_expected
from scrm.core import clock
from scrm.flows.lead_change import LeadChange, lead_changed
from tenants.selectors import tenant_zone

_ENDS = (LeadStatus.WORKING, LeadStatus.WON, LeadStatus.LOST)


class LeadChangeBody(StrictSerializer):
    """What is left out stays. A status only moves on."""

    rating = serializers.ChoiceField(choices=Rating.choices, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=[(each.value, each.label) for each in _ENDS], required=False)
    lost_reason = TextField(max_length=80, required=False, help_text="Needed with the status lost.")
    owner = IdField(required=False, help_text="An active user that the caller may see.")
    custom = custom_field(required=False)


class LeadDetailOut(LeadOut):
    custom = serializers.SerializerMethodField(help_text="Fields of the business by their codes.")

    class Meta(LeadOut.Meta):
        fields: tuple[str, ...] = (*LeadOut.Meta.fields, "custom")

    def get_custom(self, lead: Lead) -> dict[str, Any]:
        return field_values(lead, of=FieldSubject.LEAD, role=viewer_of(self.context["request"]).role)


class LeadDetail(DetailResource):
    """One enquiry."""

    access = {"GET": LEADS_READ, "PATCH": LEADS_WRITE}
    serializer_class = LeadDetailOut

    def get_object(self) -> Lead:
        lead = lead_detail(viewer_of(self.request), self.kwargs["pk"])
        if lead is None:
            raise Http404
        return lead

    @extend_schema(
        summary="Rate a lead, move it on, hand it over, write its fields",
        description="With `If-Match`, only while the lead is as that ETag names it; else 412, and nothing is changed.",
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="An ETag.")],
        request=LeadChangeBody,
        responses={200: LeadDetailOut, 404: ErrorsBody, 412: OpenApiResponse(ErrorsBody, "It was changed meanwhile.")},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        lead = self.get_object()
        body = LeadChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        custom = said.get("custom", {})
        with fields_refused(custom):
            fields = read_values(custom, of=FieldSubject.LEAD, role=viewer_of(request).role, zone=tenant_zone())
        change = replace(self._change(said), fields=fields)
        if not lead_changed(lead, change, read=self._as_expected, by=actor_of(request), now=clock.now()):
            reason = _("The lead was changed since you read it.")
            raise Refused([refusal("If-Match", "changed_meanwhile", reason)], status=412)
        # Whoever hands a lead over may see it no more.
        after = lead_detail(viewer_of(request), pk) or lead
        data = self._shown(after)
        return Response(data, headers={"ETag": etag_of(data)})

    def _as_expected(self) -> Lead | None:
        lead = self.get_object()
        return lead if is_expected(self.request, self._shown(lead)) else None

    def _shown(self, lead: Lead) -> Any:
        return LeadDetailOut(lead, context={"request": self.request}).data

    def _change(self, said: dict[str, Any]) -> LeadChange:
        if said.get("status") == LeadStatus.LOST and not said.get("lost_reason"):
            raise Refused([refusal("lost_reason", "required", _("Say why the lead was lost: a few words will do."))])
        owner = None
        if "owner" in said:
            owner = user_visible(viewer_of(self.request), UUID(str(said["owner"])))
            if owner is None:
                raise Refused([refusal("owner", "unknown_user", _("There is no such user."))])
        return LeadChange(
            rating=said.get("rating"),
            status=said.get("status"),
            lost_reason=said.get("lost_reason", ""),
            owner_id=owner.pk if owner else None,
        )
