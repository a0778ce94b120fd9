"""Writes of what suits whom."""

from collections.abc import Sequence
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from audiences.match_models import Match, MatchMoment
from audiences.models import Segment
from content.models import Material


@transaction.atomic
def save_match(
    *,
    match: Match | None = None,
    material: Material,
    channel: str,
    segment: Segment | None = None,
    city: str = "",
    product_group: str = "",
    moment: str = MatchMoment.ANY,
    from_day: int | None = None,
    to_day: int | None = None,
    weekdays: Sequence[int] = (),
    from_time: time | None = None,
    to_time: time | None = None,
    words: str = "",
    active: bool = True,
    by: User | None,
    now: datetime,
) -> Match:
    """Make or change a match; a new one is asked last. ValidationError."""
    match = match or Match(created_at=now, position=Match.objects.count())
    if moment in (MatchMoment.ANY, MatchMoment.NOT_BOUGHT):
        from_day = to_day = None
    if moment == MatchMoment.ANY:
        product_group = ""
    if moment == MatchMoment.BOUGHT and from_day is not None and to_day is not None and to_day < from_day:
        raise ValidationError({"to_day": _("The last day comes before the first.")})
    if from_time is not None and from_time == to_time:
        raise ValidationError({"to_time": _("The time ends when it begins.")})
    if not all(1 <= day <= 7 for day in weekdays):
        raise ValidationError({"weekdays": _("Choose days of the week.")})
    match.material, match.channel, match.segment = material, channel, segment
    match.city, match.product_group, match.moment = city.strip(), product_group.strip(), moment
    match.from_day, match.to_day, match.weekdays = from_day, to_day, sorted(set(weekdays))
    match.from_time, match.to_time = from_time, to_time
    match.words, match.active = words.strip(), active
    match.full_clean()
    match.save()
    record_audit(action="match.saved", actor=by, subject=match, details={"material": material.title}, now=now)
    return match


@transaction.atomic
def switch_match(*, match: Match, active: bool, by: User | None, now: datetime) -> None:
    Match.objects.filter(pk=match.pk).update(active=active)
    record_audit(action="match.switched", actor=by, subject=match, details={"active": active}, now=now)


@transaction.atomic
def remove_match(*, match: Match, by: User | None, now: datetime) -> None:
    record_audit(action="match.removed", actor=by, subject=match, details={"material": match.material.title}, now=now)
    match.delete()


@transaction.atomic
def order_matches(*, matches: Sequence[Match], by: User | None, now: datetime) -> None:
    """Let them be asked in this order."""
    for position, match in enumerate(matches):
        match.position = position
    if matches:
        Match.objects.bulk_update(matches, ["position"])
        record_audit(action="match.ordered", actor=by, subject=matches[0], details={"rows": len(matches)}, now=now)
