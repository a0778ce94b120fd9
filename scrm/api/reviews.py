"""/reviews: what people wrote on outside sites, and how far our answers are."""

from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import ReplyState
from leads.models import Review
from leads.selectors.reviews import review_get, review_list
from leads.services.reviews import NewReview, add_reviews, settle_review
from scrm.api.access import REVIEWS_READ, REVIEWS_WRITE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.batches import BATCH_MOST, read_batch
from scrm.api.errors import ErrorOut, ErrorsBody
from scrm.api.filters import MomentFilter
from scrm.api.parsing import StrictSerializer, refuse_ancient
from scrm.core import clock


class ReviewOut(serializers.ModelSerializer):
    stars = serializers.IntegerField(source="rating", allow_null=True)
    owner = serializers.UUIDField(source="owner_id", allow_null=True)

    class Meta:
        model = Review
        fields: tuple[str, ...] = (
            *("id", "site", "outside_id", "author", "stars", "text", "url", "written_at", "state", "reply"),
            *("settled_at", "reply_due_at", "owner", "created_at"),
        )


class ReviewFilter(django_filters.FilterSet):
    site = django_filters.CharFilter()
    state = django_filters.ChoiceFilter(choices=ReplyState.choices)
    due_before = MomentFilter(field_name="reply_due_at", lookup_expr="lt")

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()


class ReviewBody(StrictSerializer):
    site = serializers.CharField(max_length=60)
    id = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="On the site; else it is known by what it says."
    )
    author = serializers.CharField(max_length=80, required=False, allow_blank=True)
    stars = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    written_at = serializers.DateTimeField(validators=[refuse_ancient])
    state = serializers.ChoiceField(choices=ReplyState.choices, required=False)
    reply_due_at = serializers.DateTimeField(required=False, validators=[refuse_ancient])

    def validate_written_at(self, at: datetime) -> datetime:
        if at > clock.now():
            raise serializers.ValidationError(_("This is yet to come."))
        return at

    def validate_url(self, url: str) -> str:
        if url and not url.lower().startswith(("http://", "https://")):
            raise serializers.ValidationError(_("It begins with https://."))
        return url


class ReviewBatch(StrictSerializer):
    reviews = serializers.ListField(child=ReviewBody(), min_length=1, max_length=BATCH_MOST)


class ReviewBatchOutcome(serializers.Serializer):
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results: Any = inline_serializer(
        "ReviewOutcome",
        {"outcome": serializers.ChoiceField(choices=["new", "known", "rejected"]), "errors": ErrorOut(many=True)},
        many=True,
    )


class ReviewList(ListResource):
    """Reviews on outside sites."""

    access = {"GET": REVIEWS_READ, "POST": REVIEWS_WRITE}
    serializer_class = ReviewOut
    filterset_class = ReviewFilter

    def rows(self) -> QuerySet[Review]:
        return review_list(viewer_of(self.request), now=clock.now())

    @extend_schema(
        summary=f"Add up to {BATCH_MOST:,} reviews",
        description="One that is known takes new stars and text, and keeps our answer.",
        request=ReviewBatch,
        responses={200: ReviewBatchOutcome, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        read = read_batch(request.data, "reviews", ReviewBody())
        said = [_review(each) for each in read if isinstance(each, dict)]
        new = iter(add_reviews(reviews=said, by=actor_of(request), now=clock.now()) if said else [])
        results = []
        for each in read:
            if isinstance(each, list):
                results.append({"outcome": "rejected", "errors": [one.as_json() for one in each]})
            else:
                results.append({"outcome": "new" if next(new) else "known", "errors": []})
        counts = {word: sum(each["outcome"] == word for each in results) for word in ("new", "known", "rejected")}
        return Response({**counts, "results": results})


class ReviewDetail(DetailResource):
    """One of them."""

    access = {"GET": REVIEWS_READ}
    serializer_class = ReviewOut

    def get_object(self) -> Review:
        return _found(self.kwargs["pk"])


class ReplyBody(StrictSerializer):
    state = serializers.ChoiceField(choices=ReplyState.choices)
    reply = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class ReviewReply(Resource):
    """How far our answer is."""

    access = {"POST": REVIEWS_WRITE}

    @extend_schema(
        summary="Say how far the answer to a review is",
        request=ReplyBody,
        responses={200: ReviewOut, 400: ErrorsBody, 422: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        body = ReplyBody(data=request.data)
        body.is_valid(raise_exception=True)
        review = _found(pk)
        settle_review(review=review, **body.validated_data, by=actor_of(request), now=clock.now())
        return Response(ReviewOut(review).data)


def _review(said: dict[str, Any]) -> NewReview:
    names = {"id": "outside_id", "stars": "rating"}
    return NewReview(**{names.get(name, name): value for name, value in said.items()})


def _found(pk: UUID) -> Review:
    review = review_get(pk)
    if review is None:
        raise Http404
    return review
