"""/forms: hosted forms with what they ask, and what they brought."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Scope
from leads.enums import FieldKind
from leads.form_results import sums_by_day, sums_by_way, total_of
from leads.models import Form
from leads.selectors import form_content, form_counts, form_detail, form_list, form_tallies
from scrm.api.access import FORMS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import ListResource, Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody
from tenants.selectors import tenant_base_url, tenant_current


class FormOut(serializers.ModelSerializer):
    name = serializers.CharField(source="title")
    source: Any = serializers.UUIDField(source="source_id")
    published = serializers.BooleanField(source="active")
    version = serializers.IntegerField(source="live_version", allow_null=True, help_text="The live one.")
    url = serializers.SerializerMethodField(help_text="Of the public page.")

    class Meta:
        model = Form
        fields: tuple[str, ...] = ("id", "name", "source", "published", "version", "url", "created_at")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, form: Form) -> str:
        # One question to the database for a whole list.
        kept: Any = self.context
        if "base_url" not in kept:
            kept["base_url"] = tenant_base_url(tenant_current())
        return str(kept["base_url"]) + reverse("public:form", args=[form.slug])


class QuestionOut(serializers.Serializer):
    key = serializers.CharField(help_text="The name of its answer among a lead's attributes.")
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    label: Any = serializers.CharField()
    required: Any = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.CharField(), source="offered")
    field = serializers.CharField(help_text="The code of the field of the business that it fills, or empty.")


class FormWholeOut(FormOut):
    questions = QuestionOut(many=True, help_text="Of the live version.")

    class Meta(FormOut.Meta):
        fields = (*FormOut.Meta.fields, "questions")


class SumOut(serializers.Serializer):
    """Counts of views are null for callers who see a part of the leads only."""

    views = serializers.IntegerField(allow_null=True)
    visitors = serializers.IntegerField(allow_null=True)
    begun = serializers.IntegerField(allow_null=True)
    leads = serializers.IntegerField()


class FormDayOut(SumOut):
    on = serializers.DateField()


class WayOut(SumOut):
    utm_source = serializers.CharField()
    utm_medium = serializers.CharField()
    utm_campaign = serializers.CharField()


class AnswerOut(serializers.Serializer):
    answer = serializers.CharField()
    count = serializers.IntegerField()


class TallyOut(serializers.Serializer):
    question = serializers.CharField()
    answered = serializers.IntegerField()
    answers = AnswerOut(many=True)


class FormResultsOut(serializers.Serializer):
    total = SumOut()
    days = FormDayOut(many=True)
    ways = WayOut(many=True)
    questions = TallyOut(many=True)


class ResultsQuery(serializers.Serializer):
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)


class FormFilter(django_filters.FilterSet):
    published = django_filters.BooleanFilter(field_name="active")

    class Meta:
        model = Form
        fields: tuple[str, ...] = ()


class FormList(ListResource):
    """Hosted forms."""

    access = {"GET": FORMS_READ}
    serializer_class = FormOut
    filterset_class = FormFilter

    def rows(self) -> QuerySet[Form]:
        return form_list(viewer_of(self.request))


class FormDetail(Resource):
    access = {"GET": FORMS_READ}

    @extend_schema(summary="A hosted form and what it asks", responses={200: FormWholeOut})
    def get(self, request: Request, pk: UUID) -> Response:
        refuse_unknown_parameters(request, None, also=())
        form = _form(pk)
        content = form_content(form, form.live_version)
        shown = FormOut(form).data | {
            "questions": QuestionOut(content.questions if content else (), many=True).data,
        }
        return Response(shown)


class FormResults(Resource):
    access = {"GET": FORMS_READ}

    @extend_schema(
        summary="What a hosted form brought",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE, description="First day."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Last day, included."),
        ],
        responses={200: FormResultsOut, 400: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        refuse_unknown_parameters(request, None, also=ResultsQuery().fields)
        query = ResultsQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        form, viewer, days = _form(pk), viewer_of(request), query.validated_data
        counts = form_counts(viewer, form, **days)
        content = form_content(form, form.live_version)
        tallies = form_tallies(viewer, form, content, **days) if content else []
        whole = viewer.data_scope == Scope.ALL
        body = {
            "total": _numbers(total_of(counts), whole),
            "days": [{"on": day.name, **_numbers(day, whole)} for day in sums_by_day(counts)],
            "ways": [
                {
                    **dict(zip(("utm_source", "utm_medium", "utm_campaign"), way.name, strict=True)),
                    **_numbers(way, whole),
                }
                for way in sums_by_way(counts)
            ],
            "questions": [
                {
                    "question": tally.label,
                    "answered": tally.answered,
                    "answers": [{"answer": answer, "count": count} for answer, count in tally.answers],
                }
                for tally in tallies
            ],
        }
        return Response(FormResultsOut(body).data)


def _numbers(counted: Any, whole: bool) -> dict[str, int | None]:
    seen = {name: getattr(counted, name) if whole else None for name in ("views", "visitors", "begun")}
    return {**seen, "leads": counted.leads}


def _form(pk: UUID) -> Form:
    form = form_detail(pk)
    if form is None:
        raise Http404
    return form
