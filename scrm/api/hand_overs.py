"""/hand-overs: all that a colleague leaves behind goes to others; looked at, begun, followed, stopped, taken back."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.selectors import user_list_visible, user_list_with_leavers, user_names, user_visible
from campaigns.selectors import sop_choices_live
from exchange.models import ApiKey, Job
from exchange.selectors import change_counts_by_after
from scrm.api.access import CONTACTS_WRITE
from scrm.api.authentication import viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.leads import NamedOut
from scrm.api.once import IDEMPOTENT, created_once
from scrm.api.parsing import StrictSerializer, TruthField
from scrm.flows.handover_desk import Recipients
from scrm.flows.handover_job import CONTACT, Told, begin_hand_over, cancel_hand_over
from scrm.flows.handover_preview import left_by
from scrm.flows.handover_reach import hand_over_seen, hand_overs_seen, may_steer
from scrm.flows.handover_undo import Undone, begin_undo, can_be_undone, cancel_undo, undo_of


class HandOverCountsOut(serializers.Serializer):
    contacts = serializers.IntegerField()
    leads = serializers.IntegerField()
    deals = serializers.IntegerField()
    tasks = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Contacts for whom nobody was free.")
    started = serializers.IntegerField(help_text="Contacts who entered the SOP that tells them.")


class HandOverOut(serializers.ModelSerializer):
    leaver = serializers.SerializerMethodField()
    by_rules = serializers.SerializerMethodField()
    done = serializers.IntegerField(help_text="Steps that are done, of `total`.")
    handed = serializers.SerializerMethodField(help_text="What went over so far.")
    undo_until = serializers.SerializerMethodField(help_text="Until when it can be taken back; null while it runs.")

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            *("id", "leaver", "by_rules", "state", "error", "done", "total", "handed", "created_at", "finished_at"),
            "undo_until",
        )

    @extend_schema_field(NamedOut())
    def get_leaver(self, job: Job) -> dict[str, Any]:
        return {"id": job.options["from"], "name": job.title}

    def get_by_rules(self, job: Job) -> bool:
        return bool(job.options["by_rules"])

    @extend_schema_field(HandOverCountsOut())
    def get_handed(self, job: Job) -> dict[str, int]:
        return dict(HandOverCountsOut(Told.of(job)).data)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_undo_until(self, job: Job) -> Any:
        return job.due_at if job.finished_at else None


class ReceiverOut(serializers.Serializer):
    user = NamedOut()
    contacts = serializers.IntegerField()


class StayingOut(serializers.Serializer):
    reason = serializers.CharField()
    contacts = serializers.IntegerField()


class HandOverUndoOut(serializers.Serializer):
    state = serializers.CharField()
    contacts = serializers.IntegerField(help_text="That went back.")
    staying = StayingOut(many=True, help_text="Contacts that somebody did something with since, by the reason.")


class HandOverDetailOut(HandOverOut):
    receivers = serializers.SerializerMethodField()
    undo = serializers.SerializerMethodField(help_text="The last time that it was taken back; null: never.")

    class Meta(HandOverOut.Meta):
        fields: tuple[str, ...] = (*HandOverOut.Meta.fields, "receivers", "undo")

    @extend_schema_field(ReceiverOut(many=True))
    def get_receivers(self, job: Job) -> list[dict[str, Any]]:
        counts = change_counts_by_after(job.pk, CONTACT)
        names = user_names(counts)
        return [{"user": {"id": str(pk), "name": names.get(pk, "")}, "contacts": count} for pk, count in counts.items()]

    @extend_schema_field(HandOverUndoOut(allow_null=True))
    def get_undo(self, job: Job) -> dict[str, Any] | None:
        run = undo_of(job)
        if run is None:
            return None
        undone = Undone.of(run)
        staying = [{"reason": str(reason), "contacts": count} for reason, count in undone.stay.items() if count]
        return {"state": run.state, "contacts": undone.contacts, "staying": staying}


class ShareBody(StrictSerializer):
    user = serializers.UUIDField()
    share = serializers.IntegerField(min_value=1, max_value=100, default=1, help_text="2 and 1: the first gets 2 of 3.")


class SteeringBody(StrictSerializer):
    by = serializers.UUIDField(
        required=False,
        help_text="In whose name a key acts: somebody who may hand over. People act in their own and leave it out.",
    )


class HandOverBody(SteeringBody):
    leaver = serializers.UUIDField(help_text="Whose customers go.")
    to = serializers.ListField(child=ShareBody(), required=False, max_length=100)
    by_rules = TruthField(default=False, help_text="Instead of `to`: whoever the assignment rules find.")
    sop = serializers.UUIDField(required=False, allow_null=True, help_text="A live one that tells the customers.")


class LeftOut(serializers.Serializer):
    contacts = serializers.IntegerField()
    leads = serializers.IntegerField()
    deals = serializers.IntegerField()
    tasks = serializers.IntegerField()
    sop_tasks = serializers.IntegerField(help_text="Of the tasks those that an SOP waits for.")


class HandOverPreviewBody(StrictSerializer):
    leaver = serializers.UUIDField()


class HandOverPreview(Resource):
    access = {"POST": CONTACTS_WRITE}

    @extend_schema(
        summary="What somebody would leave behind",
        description="Open leads, deals and tasks, and contacts. Nothing is written.",
        request=HandOverPreviewBody,
        responses={200: LeftOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = HandOverPreviewBody(data=request.data)
        body.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        return Response(LeftOut(left_by(_leaver(viewer, body.validated_data["leaver"]).pk, viewer=viewer)).data)


class HandOverList(ListResource):
    """Hand-overs of colleagues whose customers the caller sees."""

    access = {"GET": CONTACTS_WRITE, "POST": CONTACTS_WRITE}
    serializer_class = HandOverOut

    def rows(self) -> QuerySet[Job]:
        return hand_overs_seen(viewer_of(self.request))

    @extend_schema(
        summary="Hand all that somebody has to colleagues",
        description="Begun at once and done in the background: `state`, `done` and `total` say how far it is.",
        parameters=[IDEMPOTENT],
        request=HandOverBody,
        responses={
            201: HandOverDetailOut,
            200: HandOverDetailOut,
            400: ErrorsBody,
            409: OpenApiResponse(ErrorsBody, "It is going on already."),
            422: ErrorsBody,
        },
    )
    def post(self, request: Request) -> Response:
        body = HandOverBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        by = _in_charge(request, said.get("by"))
        leaver = _leaver(by, said["leaver"])
        recipients = _recipients(by, leaver, said)
        sop = said.get("sop")
        if sop is not None and str(sop) not in dict(sop_choices_live()):
            raise Refused([refusal("sop", "unknown", _("There is no such live SOP."))])

        def make(now: Any) -> Job:
            job = begin_hand_over(leaver, recipients, sop_id=sop, by=by, now=now)
            if job is None:
                reason = _("What they have is being handed over already.")
                raise Refused([refusal("leaver", "running", reason)], status=409)
            return job

        viewer = viewer_of(request)
        return created_once(request, make, lambda pk: hand_over_seen(viewer, pk), HandOverDetailOut)


class HandOverDetail(DetailResource):
    """One of them, with whom the customers went to and what came of taking it back."""

    access = {"GET": CONTACTS_WRITE}
    serializer_class = HandOverDetailOut

    def get_object(self) -> Job:
        return _found(self.request, self.kwargs["pk"])


_STEERED: Any = {
    200: HandOverDetailOut,
    400: ErrorsBody,
    403: OpenApiResponse(ErrorsBody, "Somebody else began it, and the caller does not see everything."),
    404: ErrorsBody,
    422: ErrorsBody,
}


class HandOverCancel(Resource):
    access = {"POST": CONTACTS_WRITE}

    @extend_schema(
        summary="Stop a hand-over, or its being taken back",
        description="What went over stays there until it is taken back. One that has ended stays as it is.",
        request=SteeringBody,
        responses=_STEERED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        job, by = _steered(request, pk)
        run = undo_of(job)
        if not cancel_hand_over(job, by=by) and run is not None:
            cancel_undo(run, by=by)
        return Response(HandOverDetailOut(_found(request, pk)).data)


class HandOverUndo(Resource):
    access = {"POST": CONTACTS_WRITE}

    @extend_schema(
        summary="Take a hand-over back",
        description="Within 7 days: what nobody touched since goes back to exactly whoever had it, in the background.",
        request=SteeringBody,
        responses=_STEERED | {409: OpenApiResponse(ErrorsBody, "It runs still, is too old or was taken back.")},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        job, by = _steered(request, pk)
        if not can_be_undone(job) or begin_undo(job, by=by) is None:
            reason = _("This can’t be undone any more, or is being undone already.")
            raise Refused([refusal("", "not_undoable", reason)], status=409)
        return Response(HandOverDetailOut(_found(request, pk)).data)


def _found(request: Request, pk: UUID) -> Job:
    job = hand_over_seen(viewer_of(request), pk)
    if job is None:
        raise Http404
    return job


def _steered(request: Request, pk: UUID) -> tuple[Job, User]:
    job = _found(request, pk)
    body = SteeringBody(data=request.data)
    body.is_valid(raise_exception=True)
    by = _in_charge(request, body.validated_data.get("by"))
    if not may_steer(by, job):
        reason = _("Whoever began it can do that, and who sees everything.")
        raise Refused([refusal("", "not_yours", reason)], status=403)
    return job, by


def _in_charge(request: Request, asked: UUID | None) -> User:
    """In whose name and within whose reach it is done: always a person's."""
    if not isinstance(request.auth, ApiKey):
        if asked is not None and asked != viewer_of(request).pk:
            raise Refused([refusal("by", "not_you", _("You act in your own name."))])
        return viewer_of(request)
    if asked is None:
        raise Refused([refusal("by", "required", _("Say in whose name."))])
    user = user_visible(viewer_of(request), asked)
    if user is None or not user.may(CONTACTS_WRITE.action):
        raise Refused([refusal("by", "unknown_user", _("There is no such user, or they may not hand over."))])
    return user


def _leaver(viewer: User, pk: UUID) -> User:
    leaver = user_list_with_leavers(viewer).filter(pk=pk).first()
    if leaver is None:
        raise Refused([refusal("leaver", "unknown_user", _("There is no such user."))])
    return leaver


def _recipients(by: User, leaver: User, said: dict[str, Any]) -> Recipients:
    shares = {each["user"]: each["share"] for each in said.get("to", [])}
    if bool(shares) == said["by_rules"]:
        raise Refused([refusal("to", "required", _("Name colleagues, or let the assignment rules choose."))])
    known = set(user_list_visible(by).exclude(pk=leaver.pk).values_list("pk", flat=True))
    unknown = [place for place, each in enumerate(said.get("to", [])) if each["user"] not in known]
    if unknown:
        reason = _("There is no such user.")
        raise Refused([refusal(f"to.{place}.user", "unknown_user", reason) for place in unknown])
    return Recipients(shares, by_rules=said["by_rules"])
