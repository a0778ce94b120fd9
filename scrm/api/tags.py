"""/tags: the tags that may be given."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from scrm.api.access import TAGS_READ
from scrm.api.base import ListResource
from tagging.models import Tag
from tagging.selectors import tag_list_active


class TagOut(serializers.ModelSerializer):
    group = serializers.CharField(source="group.name")
    exclusive = serializers.BooleanField(
        source="group.exclusive", help_text="A contact has one tag of its group at most."
    )

    class Meta:
        model = Tag
        fields: tuple[str, ...] = ("id", "code", "name", "group", "exclusive", "colour", "description", "lasts_days")


class TagFilter(django_filters.FilterSet):
    code = django_filters.CharFilter()
    group = django_filters.UUIDFilter(field_name="group_id")

    class Meta:
        model = Tag
        fields: tuple[str, ...] = ()


class TagList(ListResource):
    """Tags that may be given."""

    access = {"GET": TAGS_READ}
    serializer_class = TagOut
    filterset_class = TagFilter

    def rows(self) -> QuerySet[Tag]:
        return tag_list_active()
