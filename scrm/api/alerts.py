"""/alerts: what the person who calls was alerted of. Other systems have none: they are told by webhooks."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.selectors import alert_count_unread, alert_list
from alerts.services import mark_read
from scrm.api.access import ALERTS_READ
from scrm.api.authentication import moment_of, viewer_of
from scrm.api.base import ListResource, Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import IdField, StrictSerializer, TruthField


class AlertOut(serializers.ModelSerializer):
    title = serializers.CharField(source="get_kind_display")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ("id", "kind", "title", "subject_id", "params", "count", "created_at", "read_at")


class AlertFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=AlertKind.choices)
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()


class AlertList(ListResource):
    """The caller's own alerts, the newest first. `subject_id` is a lead or a contact, as the kind says."""

    access = {"GET": ALERTS_READ}
    serializer_class = AlertOut
    filterset_class = AlertFilter

    def rows(self) -> QuerySet[Alert]:
        return alert_list(viewer_of(self.request))


class SeenBody(StrictSerializer):
    ids = serializers.ListField(child=IdField(), required=False, max_length=500)
    all = TruthField(required=False)


class SeenOut(serializers.Serializer):
    seen = serializers.IntegerField(help_text="How many were unread until now.")
    unread = serializers.IntegerField(help_text="How many still are; 100 means more than 99.")


class AlertsSeen(Resource):
    access = {"POST": ALERTS_READ}

    @extend_schema(
        summary="Mark alerts as seen",
        description="Those of `ids`, or `all` of them; either of the two. The same again changes nothing.",
        request=SeenBody,
        responses={200: SeenOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = SeenBody(data=request.data)
        body.is_valid(raise_exception=True)
        said: dict[str, Any] = body.validated_data
        if bool(said.get("all")) == ("ids" in said):
            raise Refused([refusal("ids", "required", _("Name some, or say all."))])
        viewer = viewer_of(request)
        seen = mark_read(user=viewer, now=moment_of(request), ids=said.get("ids"))
        return Response({"seen": seen, "unread": alert_count_unread(viewer)})
