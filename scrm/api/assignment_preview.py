"""/assignment-rules/preview, /spread: whom the rules would give a lead, and why; nothing is written."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.normalise import InvalidValue, normalise_phone
from leads.assignment import Verdict
from leads.enums import AssignedBy, LeadOrigin, Rating
from leads.selectors import assignment_rules_active, lead_detail
from scrm.api.access import ASSIGNMENT_READ
from scrm.api.authentication import moment_of, viewer_of
from scrm.api.base import Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody, Refusal, Refused, refusal
from scrm.api.leads import NamedOut
from scrm.api.naming import named
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.flows.assignment import Asked
from scrm.flows.assignment_preview import last_leads_spread, who_would_get, who_would_get_lead
from tenants.selectors import tenant_current


class PreviewBody(StrictSerializer):
    """A lead that is there, or one as it might come in."""

    lead = IdField(required=False, help_text="Alone.")
    source: Any = IdField(required=False)
    form = IdField(required=False)
    department = IdField(required=False, help_text="That its form or link names.")
    came_by = serializers.ChoiceField(choices=LeadOrigin.choices, required=False)
    phone = TextField(max_length=40, required=False)
    city = TextField(max_length=80, required=False)
    region = TextField(max_length=80, required=False)
    country = TextField(max_length=80, required=False)
    company = TextField(max_length=200, required=False)
    rating = serializers.ChoiceField(choices=Rating.choices, required=False)
    attributes = serializers.DictField(child=TextField(max_length=200), required=False)
    utm = serializers.DictField(child=TextField(max_length=200), required=False)


class RuleStepOut(serializers.Serializer):
    rule: Any = NamedOut()
    verdict = serializers.ChoiceField(choices=[each.value for each in Verdict])


class PreviewOwnerOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class PreviewOut(serializers.Serializer):
    owner = PreviewOwnerOut(allow_null=True, help_text="null: it would be nobody's.")
    why = serializers.ChoiceField(choices=AssignedBy.choices)
    rule = serializers.UUIDField(allow_null=True)
    steps = RuleStepOut(many=True, help_text="What each rule says, up to the one that decides.")


class SpreadPersonOut(serializers.Serializer):
    name = serializers.CharField()
    leads = serializers.IntegerField()


class SpreadRuleOut(serializers.Serializer):
    rule = serializers.UUIDField()
    leads = serializers.IntegerField()


class SpreadOut(serializers.Serializer):
    leads = serializers.IntegerField()
    nobody = serializers.IntegerField()
    people = SpreadPersonOut(many=True)
    rules = SpreadRuleOut(many=True)


class AssignmentPreview(Resource):
    access = {"POST": ASSIGNMENT_READ}

    @extend_schema(
        summary="Who would get a lead, and why",
        description="As if it came in now and were nobody's. Nothing is written.",
        request=PreviewBody,
        responses={200: PreviewOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = PreviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(body.validated_data)
        now, rules = moment_of(request), assignment_rules_active()
        if "lead" in said:
            if len(said) > 1:
                raise Refused([refusal("lead", "needless", _("A lead that is there says the rest itself."))])
            lead = named("lead", said["lead"], lambda pk: lead_detail(viewer_of(request), pk))
            assert lead is not None
            shown = who_would_get_lead(lead, rules, now=now)
        else:
            shown = who_would_get(_asked(said), rules, now=now)
        owner = {"id": shown.decision.owner_id, "name": shown.owner} if shown.decision.owner_id else None
        told = {
            "owner": owner,
            "why": shown.decision.why,
            "rule": shown.decision.rule_id,
            "steps": [{"rule": rule, "verdict": verdict} for rule, verdict in shown.steps],
        }
        return Response(PreviewOut(told).data)


class AssignmentSpread(Resource):
    access = {"GET": ASSIGNMENT_READ}

    @extend_schema(summary="Where the last hundred leads would have gone", responses={200: SpreadOut})
    def get(self, request: Request) -> Response:
        refuse_unknown_parameters(request, None, also=())
        spread = last_leads_spread(assignment_rules_active(), now=moment_of(request))
        told = {
            "leads": spread.leads,
            "nobody": spread.nobody,
            "people": [{"name": name, "leads": count} for name, count in spread.people],
            "rules": [{"rule": pk, "leads": count} for pk, count in spread.by_rule.items()],
        }
        return Response(SpreadOut(told).data)


def _asked(said: dict[str, Any]) -> Asked:
    """Ids of nothing are no error: they fit no rule."""
    names = {"source": "source_id", "form": "form_id", "department": "department_id"}
    values = {names.get(name, name): value for name, value in said.items()}
    try:
        phone = normalise_phone(values.pop("phone"), region=tenant_current().region) if "phone" in values else None
    except InvalidValue as error:
        raise Refused([Refusal("phone", error.code, error.message, error.fix)]) from error
    return Asked(**values, phone=phone.key if phone else "")
