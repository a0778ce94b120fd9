"""/sources: the channels that bring leads."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from leads.enums import SourceKind
from leads.models import Source
from leads.selectors import source_list
from scrm.api.access import SOURCES_READ
from scrm.api.base import ListResource


class SourceOut(serializers.ModelSerializer):
    part_of = serializers.UUIDField(source="parent_id", allow_null=True)

    class Meta:
        model = Source
        fields: tuple[str, ...] = ("id", "name", "kind", "part_of", "active", "created_at")


class SourceFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=SourceKind.choices)
    active = django_filters.BooleanFilter()

    class Meta:
        model = Source
        fields: tuple[str, ...] = ()


class SourceList(ListResource):
    """Channels that bring leads."""

    access = {"GET": SOURCES_READ}
    serializer_class = SourceOut
    filterset_class = SourceFilter

    def rows(self) -> QuerySet[Source]:
        return source_list()
