"""/segments: saved audiences and who is in them, as far as the caller sees."""

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers

from audiences.models import Segment, SegmentKind, SegmentMember
from audiences.selectors import segment_get, segment_list, segment_members
from scrm.api.access import SEGMENTS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import ListResource
from scrm.api.leads import NamedOut


class SegmentOut(serializers.ModelSerializer):
    size = serializers.IntegerField(source="seen", help_text="Members that the caller may see.")

    class Meta:
        model = Segment
        fields: tuple[str, ...] = ("id", "name", "kind", "condition", "size", "refreshed_at", "created_at")


class MemberOut(serializers.ModelSerializer):
    contact = NamedOut()

    class Meta:
        model = SegmentMember
        fields: tuple[str, ...] = ("contact", "entered_at")


class SegmentFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=SegmentKind.choices)

    class Meta:
        model = Segment
        fields: tuple[str, ...] = ()


class SegmentList(ListResource):
    """Saved audiences."""

    access = {"GET": SEGMENTS_READ}
    serializer_class = SegmentOut
    filterset_class = SegmentFilter

    def rows(self) -> QuerySet[Segment]:
        return segment_list(viewer_of(self.request))


class SegmentMembers(ListResource):
    """Who is in an audience now."""

    access = {"GET": SEGMENTS_READ}
    serializer_class = MemberOut

    def rows(self) -> QuerySet[SegmentMember]:
        segment = segment_get(viewer_of(self.request), self.kwargs["pk"])
        if segment is None:
            raise Http404
        return segment_members(viewer_of(self.request), segment)
