"""/taxonomy: all tags in their places, read and written as one: what a file of tags is to a person."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from scrm.api.access import TAGS_READ, TAXONOMY_WRITE
from scrm.api.authentication import actor_of, moment_of
from scrm.api.base import Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import StrictSerializer, TextField, TruthField, storable
from tagging.enums import Act, CategoryKind, Colour
from tagging.selectors import taxonomy_lines
from tagging.services_taxonomy import take_taxonomy
from tagging.taxonomy import Line, as_tree, steps_between
from tagging.taxonomy_file import TAGS_MOST


class TaxonomyTagBody(StrictSerializer):
    code = TextField(
        max_length=60,
        validators=[RegexValidator(r"^[a-zA-Z0-9_-]+\Z")],
        help_text="By it the tag is known; it never changes.",
    )
    name = TextField(max_length=60)
    colour = serializers.ChoiceField(choices=Colour.choices, default=Colour.GRAY)
    description = TextField(max_length=200, allow_blank=True, default="")


class TaxonomyGroupBody(StrictSerializer):
    name = TextField(max_length=60)
    exclusive = TruthField(default=False, help_text="A contact has one tag of it at most.")
    tags = serializers.ListField(child=TaxonomyTagBody(), max_length=TAGS_MOST)


class TaxonomyCategoryBody(StrictSerializer):
    name = TextField(max_length=60)
    kind = serializers.ChoiceField(choices=CategoryKind.choices, default=CategoryKind.CUSTOM)
    groups = serializers.ListField(child=TaxonomyGroupBody(), max_length=500)


class TaxonomyBody(StrictSerializer):
    categories = serializers.ListField(child=TaxonomyCategoryBody(), max_length=200)
    dry_run = TruthField(default=False, help_text="Only say what would change.")


class TaxonomyOut(serializers.Serializer):
    categories = TaxonomyCategoryBody(many=True)


class TaxonomyStepOut(serializers.Serializer):
    act = serializers.ChoiceField(choices=Act.choices)
    category = serializers.CharField(source="line.category")
    group = serializers.CharField(source="line.group")
    tag = serializers.CharField(source="line.name")
    code = serializers.CharField(help_text="Of a tag that was there already.")
    before = serializers.CharField()
    after = serializers.CharField()


class TaxonomyTaken(serializers.Serializer):
    dry_run = serializers.BooleanField()
    steps = TaxonomyStepOut(many=True, help_text="Empty when all of it was there already.")


class Taxonomy(Resource):
    access = {"GET": TAGS_READ, "PUT": TAXONOMY_WRITE}

    @extend_schema(summary="All tags in use, in their places", responses={200: TaxonomyOut})
    def get(self, request: Request) -> Response:
        refuse_unknown_parameters(request, None, also=())
        return Response({"categories": as_tree(taxonomy_lines(archived=False))["categories"]})

    @extend_schema(
        summary="Make the taxonomy say this",
        description="What is missing comes, what differs changes, nothing goes. Sent again, it changes nothing.",
        request=TaxonomyBody,
        responses={200: TaxonomyTaken, 400: ErrorsBody, 422: ErrorsBody},
    )
    def put(self, request: Request) -> Response:
        body = TaxonomyBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        lines = _lines(said["categories"])
        try:
            if said["dry_run"]:
                steps = steps_between(taxonomy_lines(), lines)
            else:
                steps = take_taxonomy(lines=lines, by=actor_of(request), now=moment_of(request))
        except ValidationError as error:
            raise Refused([refusal("categories", "invalid", str(error.messages[0]))]) from error
        return Response(TaxonomyTaken({"dry_run": said["dry_run"], "steps": steps}).data)


def _lines(categories: list[dict[str, Any]]) -> list[Line]:
    """The tags named; refused where a code, a name in its group, or a group of two kinds stands twice."""
    lines: list[Line] = []
    groups: dict[tuple[str, str], bool] = {}
    for category in categories:
        of_category = (category["name"], str(category["kind"]))
        lines += [] if category["groups"] else [Line(*of_category, "")]
        for group in category["groups"]:
            place = (*of_category, group["name"], group["exclusive"])
            if groups.setdefault((category["name"], group["name"]), group["exclusive"]) != group["exclusive"]:
                raise _refused(_("This group is once for one tag and once for several."))
            made = [
                Line(*place, tag["code"], tag["name"], str(tag["colour"]), tag["description"]) for tag in group["tags"]
            ]
            lines += made or [Line(*place)]
    tags = [line for line in lines if line.name]
    if len({line.code for line in tags}) < len(tags):
        raise _refused(_("A code stands twice."))
    if len({(line.place, line.name) for line in tags}) < len(tags):
        raise _refused(_("A tag stands twice."))
    if len(tags) > TAGS_MOST:
        raise _refused(_("These are more than 2,000 tags."))
    if not all(storable([*line.place, line.name, line.description]) for line in lines):
        raise _refused(_("This holds a character that can't be kept."))
    return lines


def _refused(reason: str) -> Refused:
    return Refused([refusal("categories", "invalid", reason)])
