"""/tag-rules: who gets a tag by itself; tried out, switched on, and followed while everybody is asked."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.selectors import contact_names
from exchange.models import Job
from scrm.api.access import TAG_RULES_READ, TAG_RULES_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource, refuse_unknown_parameters
from scrm.api.conditions import conditions_refused
from scrm.api.errors import ErrorsBody
from scrm.api.leads import NamedOut
from scrm.api.naming import named
from scrm.api.once import IDEMPOTENT, created_once
from scrm.api.parsing import IdField, StrictSerializer, TextField, TruthField, storable
from scrm.flows.tag_points import GIVE, TAKE, run_seen
from scrm.flows.tag_rules import tag_rule_switched
from tagging.models import TagRule
from tagging.selectors import tag_get, tag_rule_get, tag_rule_list
from tagging.services_rules import save_tag_rule
from tagging.standing import dry_run


class TagRuleOut(serializers.ModelSerializer):
    tag = serializers.UUIDField(source="tag_id")

    class Meta:
        model = TagRule
        fields: tuple[str, ...] = (
            *("id", "name", "tag", "event_type", "condition", "takes", "over_hand", "active", "created_at"),
        )


class TagRuleBody(StrictSerializer):
    name = TextField(max_length=120)
    tag = IdField()
    event_type = TextField(
        max_length=60, allow_blank=True, default="", help_text="Of the tracking plan. Empty: it is about everybody."
    )
    condition = serializers.DictField(
        child=serializers.JSONField(), default=dict, help_text="In the rule language; needed about everybody."
    )
    takes = TruthField(default=False, help_text="About everybody: take the tag when it holds no more.")
    over_hand = TruthField(default=False, help_text="Also against what people decided by hand.")

    def validate_condition(self, condition: dict[str, Any]) -> dict[str, Any]:
        if not storable(condition):
            raise serializers.ValidationError(_("This holds a character that can't be kept."))
        return condition


class TagRuleSwitchBody(StrictSerializer):
    active = TruthField()


class TagRunOut(serializers.ModelSerializer):
    given = serializers.SerializerMethodField(help_text="Who got a tag so far.")
    taken = serializers.SerializerMethodField(help_text="Who lost it.")

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            "id",
            "title",
            "state",
            "done",
            "total",
            "given",
            "taken",
            "created_at",
            "finished_at",
        )

    @extend_schema_field(serializers.IntegerField())
    def get_given(self, job: Job) -> int:
        return int(job.result.get(GIVE, 0))

    @extend_schema_field(serializers.IntegerField())
    def get_taken(self, job: Job) -> int:
        return int(job.result.get(TAKE, 0))


class TagRuleSwitched(serializers.Serializer):
    rule = TagRuleOut()
    run = TagRunOut(allow_null=True, help_text="Of a rule about everybody that was switched on; null where it runs.")


class TagRuleTried(serializers.Serializer):
    give = serializers.IntegerField(help_text="Who would get the tag now, of those whom the caller sees.")
    take = serializers.IntegerField(help_text="Who would lose it.")
    giving = NamedOut(many=True, help_text="Some of them.")
    taking = NamedOut(many=True)


class TagRuleList(ListResource):
    """Rules that give tags, and take them again."""

    access = {"GET": TAG_RULES_READ, "POST": TAG_RULES_WRITE}
    serializer_class = TagRuleOut

    def rows(self) -> QuerySet[TagRule]:
        return tag_rule_list()

    @extend_schema(
        summary="Make a tag rule",
        description="One at an event counts at once; one about everybody is off until it is switched on.",
        parameters=[IDEMPOTENT],
        request=TagRuleBody,
        responses={201: TagRuleOut, 200: TagRuleOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = TagRuleBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        said["tag"] = named("tag", said["tag"], tag_get)
        with conditions_refused():
            return created_once(
                request,
                lambda now: save_tag_rule(**said, by=actor_of(request), now=now),
                tag_rule_get,
                TagRuleOut,
            )


class TagRuleDetail(DetailResource):
    """One of them."""

    access = {"GET": TAG_RULES_READ, "PUT": TAG_RULES_WRITE}
    serializer_class = TagRuleOut

    def get_object(self) -> TagRule:
        return _found(self.kwargs["pk"])

    @extend_schema(
        summary="Change a tag rule",
        description="One about everybody that says something else is off until it is switched on again.",
        request=TagRuleBody,
        responses={200: TagRuleOut, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def put(self, request: Request, pk: UUID) -> Response:
        rule = _found(pk)
        body = TagRuleBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        said["tag"] = named("tag", said["tag"], tag_get)
        with conditions_refused():
            saved = save_tag_rule(rule=rule, **said, by=actor_of(request), now=moment_of(request))
        return Response(TagRuleOut(saved).data)


class TagRuleDryRun(Resource):
    """Nothing is written."""

    access = {"GET": TAG_RULES_READ}

    @extend_schema(
        summary="What a rule about everybody would do now",
        description="A rule at an event does nothing to anybody now.",
        responses={200: TagRuleTried, 404: ErrorsBody, 422: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        refuse_unknown_parameters(request, None, also=())
        rule = _found(pk)
        if rule.event_type:
            return Response({"give": 0, "take": 0, "giving": [], "taking": []})
        viewer = viewer_of(request)
        with conditions_refused():
            tried = dry_run(rule, viewer, moment_of(request))
        names = contact_names(viewer, [*tried.giving, *tried.taking])
        shown = {
            kind: [{"id": str(pk), "name": names[str(pk)]} for pk in ids if str(pk) in names]
            for kind, ids in (("giving", tried.giving), ("taking", tried.taking))
        }
        return Response({"give": tried.give, "take": tried.take, **shown})


class TagRuleSwitch(Resource):
    access = {"POST": TAG_RULES_WRITE}

    @extend_schema(
        summary="Switch a tag rule on or off",
        description="One about everybody is then applied to all in the background: its run says how far it is.",
        request=TagRuleSwitchBody,
        responses={200: TagRuleSwitched, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        rule = _found(pk)
        body = TagRuleSwitchBody(data=request.data)
        body.is_valid(raise_exception=True)
        with conditions_refused():
            active = body.validated_data["active"]
            run = tag_rule_switched(rule, active=active, by=actor_of(request), now=moment_of(request))
        return Response(TagRuleSwitched({"rule": rule, "run": run}).data)


class TagRunDetail(DetailResource):
    """Tags for many: how far it is."""

    access = {"GET": TAG_RULES_READ}
    serializer_class = TagRunOut

    def get_object(self) -> Job:
        job = run_seen(viewer_of(self.request), self.kwargs["pk"])
        if job is None:
            raise Http404
        return job


def _found(pk: UUID) -> TagRule:
    rule = tag_rule_get(pk)
    if rule is None:
        raise Http404
    return rule
