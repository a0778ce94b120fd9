"""/touchpoints: the ledger, row by row: what was meant, when it was due and what became of it."""

from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from campaigns.enums import Channel, TouchState
from campaigns.models import Touchpoint
from campaigns.selectors import touchpoint_list
from scrm.api.access import SOPS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import ListResource
from scrm.api.filters import MomentFilter
from scrm.api.leads import NamedOut

STATES: Final = {state.name.lower(): state for state in TouchState}


class TouchpointOut(serializers.ModelSerializer):
    contact = NamedOut()
    sop = NamedOut(source="lane.sop")
    channel = serializers.ChoiceField(source="lane.channel", choices=Channel.choices)
    step = serializers.CharField(source="step.name")
    state = serializers.SerializerMethodField()
    lead_id = serializers.UUIDField(source="enrollment.lead_id", allow_null=True)

    class Meta:
        model = Touchpoint
        fields: tuple[str, ...] = (
            *("id", "contact", "lead_id", "sop", "channel", "step", "step_number", "occurrence", "due_at", "state"),
            *("attempt", "sent_at", "finished_at", "reason", "provider_ref"),
        )

    def get_state(self, touch: Touchpoint) -> str:
        return TouchState(touch.state).name.lower()


class TouchpointFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=[(name, name) for name in STATES], method="in_states")
    sop = django_filters.UUIDFilter(field_name="lane__sop_id")
    channel = django_filters.ChoiceFilter(field_name="lane__channel", choices=Channel.choices)
    contact = django_filters.UUIDFilter(field_name="contact_id")
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Touchpoint
        fields: tuple[str, ...] = ()

    def in_states(self, rows: QuerySet[Touchpoint], name: str, values: list[str]) -> QuerySet[Any]:
        return rows.filter(state__in=[STATES[value] for value in values]) if values else rows


class TouchpointList(ListResource):
    """The ledger: what was meant for whom, when it was due and what became of it."""

    access = {"GET": SOPS_READ}
    serializer_class = TouchpointOut
    filterset_class = TouchpointFilter

    def rows(self) -> QuerySet[Touchpoint]:
        return touchpoint_list(viewer_of(self.request))
