"""/assignment-rules: by which rules new leads find their owner, and whom they would give one."""

from datetime import datetime
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

from accounts.selectors import colleague_get
from leads.enums import AssignMethod, OrElse
from leads.models import AssignmentRule
from leads.selectors import assignment_rule_detail, assignment_rule_rows, department_get
from leads.services import (
    archive_assignment_rule,
    hold_assignment_rules,
    order_assignment_rules,
    save_assignment_rule,
    switch_assignment_rule,
)
from scrm.api.access import ASSIGNMENT_READ, ASSIGNMENT_WRITE
from scrm.api.authentication import actor_of, moment_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.conditions import conditions_refused
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.naming import named
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import IdField, StrictSerializer, TextField, TruthField, storable


class MemberOut(serializers.Serializer):
    user = OwnerOut()
    weight = serializers.IntegerField()


class AssignmentRuleOut(serializers.ModelSerializer):
    department: Any = NamedOut(allow_null=True)
    people: Any = serializers.SerializerMethodField()

    class Meta:
        model = AssignmentRule
        fields: tuple[str, ...] = (
            *("id", "name", "position", "active", "condition", "method", "department", "people", "within_hours"),
            *("or_else", "created_at", "archived_at"),
        )

    def get_people(self, rule: AssignmentRule) -> Any:
        return MemberOut([member for member in rule.members.all() if member.named], many=True).data


class MemberBody(StrictSerializer):
    user = IdField()
    weight = serializers.IntegerField(min_value=1, max_value=100, default=1, help_text="For turns by weight.")


class _RuleBody(StrictSerializer):
    name = TextField(max_length=80, required=False)
    condition = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="In the rule language; an empty one fits every lead."
    )
    method = serializers.ChoiceField(choices=AssignMethod.choices, required=False)
    department = IdField(required=False, allow_null=True, help_text="Its people, and those below it.")
    people = serializers.ListField(child=MemberBody(), required=False, max_length=500)
    within_hours = TruthField(required=False)
    or_else = serializers.ChoiceField(choices=OrElse.choices, required=False)
    active = TruthField(required=False)

    def validate_condition(self, condition: dict[str, Any]) -> dict[str, Any]:
        if not storable(condition):
            raise serializers.ValidationError(_("This holds a character that can't be kept."))
        return condition


class AssignmentRuleChangeBody(_RuleBody):
    """What is left out stays. A rule that is changed begins its turns by weight anew."""

    archived = TruthField(required=False, help_text="false brings it back, switched off.")


class AssignmentRuleBody(_RuleBody):
    name = TextField(max_length=80)
    method = serializers.ChoiceField(choices=AssignMethod.choices, default=AssignMethod.TURNS)
    or_else = serializers.ChoiceField(choices=OrElse.choices, default=OrElse.NEXT)


class AssignmentRuleFilter(django_filters.FilterSet):
    active = django_filters.BooleanFilter()
    archived = django_filters.BooleanFilter(field_name="archived_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = AssignmentRule
        fields: tuple[str, ...] = ()


class AssignmentRuleList(ListResource):
    """Rules for new leads; the first by `position` that fits decides."""

    access = {"GET": ASSIGNMENT_READ, "POST": ASSIGNMENT_WRITE}
    serializer_class = AssignmentRuleOut
    filterset_class = AssignmentRuleFilter

    def rows(self) -> QuerySet[AssignmentRule]:
        return assignment_rule_rows()

    @extend_schema(
        summary="Make an assignment rule, behind the others",
        parameters=[IDEMPOTENT],
        request=AssignmentRuleBody,
        responses={201: AssignmentRuleOut, 200: AssignmentRuleOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = AssignmentRuleBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = {"condition": {}, "people": {}} | _values(body.validated_data)
        active = values.pop("active", True)

        def make(now: datetime) -> AssignmentRule:
            rule = save_assignment_rule(rule=None, by=actor_of(request), now=now, **values)
            if not active:
                switch_assignment_rule(rule=rule, active=False, by=actor_of(request), now=now)
            return rule

        with conditions_refused():
            return created_once(request, make, assignment_rule_detail, AssignmentRuleOut)


class AssignmentRuleDetail(DetailResource):
    """One of them."""

    access = {"GET": ASSIGNMENT_READ, "PATCH": ASSIGNMENT_WRITE}
    serializer_class = AssignmentRuleOut

    def get_object(self) -> AssignmentRule:
        return _found(self.kwargs["pk"])

    @extend_schema(
        summary="Change an assignment rule, switch it, archive it",
        parameters=[IF_MATCH],
        request=AssignmentRuleChangeBody,
        responses={
            200: AssignmentRuleOut,
            404: ErrorsBody,
            412: OpenApiResponse(ErrorsBody, "It was changed meanwhile."),
        },
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        _found(pk)
        body = AssignmentRuleChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = _values(body.validated_data)
        with conditions_refused():
            return changed_as_read(
                request,
                hold_assignment_rules,
                lambda: _change(request, _found(pk), dict(said)),
                lambda: assignment_rule_detail(pk),
                AssignmentRuleOut,
            )


class RuleOrderBody(StrictSerializer):
    ids = serializers.ListField(
        child=IdField(), min_length=1, max_length=500, help_text="Rules that are not named come behind."
    )


class RuleOrderOut(serializers.Serializer):
    ids = serializers.ListField(child=serializers.UUIDField(), help_text="All rules, as they are asked now.")


class AssignmentRuleOrder(Resource):
    """In which order the rules are asked."""

    access = {"PUT": ASSIGNMENT_WRITE}

    @extend_schema(
        summary="Put assignment rules in order",
        request=RuleOrderBody,
        responses={200: RuleOrderOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def put(self, request: Request) -> Response:
        body = RuleOrderBody(data=request.data)
        body.is_valid(raise_exception=True)
        ids = body.validated_data["ids"]
        for index, pk in enumerate(ids):
            named(f"ids.{index}", pk, assignment_rule_detail)
        order_assignment_rules(ids=ids, by=actor_of(request), now=moment_of(request))
        return Response(RuleOrderOut({"ids": [rule.pk for rule in assignment_rule_rows().order_by("position")]}).data)


def _change(request: Request, held: AssignmentRule, said: dict[str, Any]) -> None:
    """The rule itself where it is spoken of, then whether it is on, then whether it is put away."""
    by, now = actor_of(request), moment_of(request)
    active, archived = said.pop("active", None), said.pop("archived", None)
    if said:
        names = ("name", "condition", "method", "department", "within_hours", "or_else")
        before = {name: getattr(held, name) for name in names}
        before["people"] = {each.user_id: each.weight for each in held.members.all() if each.named}
        save_assignment_rule(rule=held, by=by, now=now, **(before | said))
    if archived is not None and archived != (held.archived_at is not None):
        archive_assignment_rule(rule=held, by=by, now=now)
    if active is not None and active != held.active:
        if active and archived is not False and held.archived_at is not None:
            raise Refused([refusal("active", "archived", _("Bring it back first."))])
        switch_assignment_rule(rule=held, active=active, by=by, now=now)


def _values(said: dict[str, Any]) -> dict[str, Any]:
    values = dict(said)
    if "department" in values:
        values["department"] = named("department", values["department"], department_get)
    if "people" in values:
        values["people"] = {each["user"]: each["weight"] for each in values["people"]}
        for index, pk in enumerate(values["people"]):
            named(f"people.{index}.user", pk, colleague_get)
    return values


def _found(pk: UUID) -> AssignmentRule:
    rule = assignment_rule_detail(pk)
    if rule is None:
        raise Http404
    return rule
