"""Writes about reviews on outside sites."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from leads.enums import ReplyState
from leads.models import Lead, Review, ReviewLead
from scheduler.services import due_work, note_due

DUE_AFTER: Final = timedelta(days=2)
"""So long an answer may take where nobody says otherwise."""
AGAIN_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360))
"""When a reminder that did not go out is tried again; the one after that is the last."""


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review as it stands on its site; without an id there it is known by what it says."""

    site: str
    written_at: datetime
    outside_id: str = ""
    author: str = ""
    rating: int | None = None
    text: str = ""
    url: str = ""
    state: str = ReplyState.OPEN
    reply_due_at: datetime | None = None

    @property
    def dedupe_key(self) -> str:
        said = [self.outside_id] if self.outside_id else ["", self.author, self.written_at.isoformat(), self.text]
        return hashlib.sha256("\0".join([self.site.casefold(), *said]).encode()).hexdigest()


def add_reviews(
    *, reviews: Sequence[NewReview], owner: User | None = None, by: User | None, now: datetime
) -> list[bool]:
    """Keep reviews; for each whether it is new. One that is known takes new stars and text, and keeps our answer."""
    with due_work():
        by_key = {review.dedupe_key: review for review in reviews}
        rows = {key: _row(key, by_key[key], owner, by, now) for key in sorted(by_key)}
        Review.objects.bulk_create(rows.values(), ignore_conflicts=True)
        kept = {
            one.dedupe_key: one
            for one in Review.objects.select_for_update().filter(dedupe_key__in=rows).order_by("dedupe_key")
        }
        new = {key for key, row in rows.items() if kept[key].pk == row.pk}
        changed = []
        for key, one in kept.items():
            said = by_key[key]
            if key not in new and (one.rating, one.text, one.url) != (said.rating, said.text, said.url):
                one.rating, one.text, one.url = said.rating, said.text, said.url
                changed.append(one)
        Review.objects.bulk_update(changed, ["rating", "text", "url"])
        note_due(min((at for key in new if (at := rows[key].remind_at)), default=None))
        if new or changed:
            details = {"new": len(new), "changed": len(changed)}
            subject = kept[next(iter(new))] if len(new) == 1 else None
            record_audit(action="review.added", actor=by, subject=subject, details=details, now=now)
    # Said twice in one batch, it is new once.
    left = set(new)
    told = []
    for review in reviews:
        told.append(review.dedupe_key in left)
        left.discard(review.dedupe_key)
    return told


def settle_review(*, review: Review, state: str, reply: str = "", by: User | None, now: datetime) -> None:
    """Say that it was answered, needs no answer, or is open after all; then it is due as it was."""
    with due_work():
        open_again = state == ReplyState.OPEN
        review.state, review.reply = ReplyState(state), reply.strip()
        review.settled_at, review.settled_by = (None, None) if open_again else (now, by)
        review.remind_at = review.reply_due_at if open_again and review.reply_due_at > now else None
        review.reminders = 0
        review.clean_fields(exclude={each.name for each in Review._meta.fields} - {"reply", "state"})
        review.save(update_fields=["state", "reply", "settled_at", "settled_by", "remind_at", "reminders"])
        note_due(review.remind_at)
        record_audit(action="review.settled", actor=by, subject=review, details={"state": state}, now=now)


def plan_reply(*, review: Review, owner: User | None, due_at: datetime, by: User | None, now: datetime) -> None:
    """Say who answers, and until when."""
    with due_work():
        review.owner, review.reply_due_at = owner, due_at
        review.remind_at = due_at if review.state == ReplyState.OPEN and due_at > now else None
        review.reminders = 0
        review.save(update_fields=["owner", "reply_due_at", "remind_at", "reminders"])
        note_due(review.remind_at)
        details = {"owner": str(owner.pk) if owner else "", "due_at": due_at.isoformat()}
        record_audit(action="review.planned", actor=by, subject=review, details=details, now=now)


@transaction.atomic
def link_review_lead(*, review: Review, lead: Lead, linked: bool, by: User | None, now: datetime) -> None:
    """Say that the lead came of the review, or that it did not after all."""
    if linked:
        _link, changed = ReviewLead.objects.get_or_create(review=review, lead=lead, defaults={"by": by, "at": now})
    else:
        removed, _per_model = ReviewLead.objects.filter(review=review, lead=lead).delete()
        changed = removed > 0
    if changed:
        action = "review.lead_linked" if linked else "review.lead_unlinked"
        record_audit(action=action, actor=by, subject=review, details={"lead": str(lead.pk)}, now=now)


def take_overdue(*, now: datetime) -> Review | None:
    """The review whose answer has been due longest. It comes again, later and later, until `mark_reminded` or the
    last try.

    One at a time: its letter is out, or has failed, long before it comes again.
    """
    with due_work():
        rows = Review.objects.select_for_update(skip_locked=True, of=("self",)).select_related("owner")
        review = rows.filter(remind_at__lte=now).order_by("remind_at", "pk").first()
        if review is None:
            return None
        tried = review.reminders
        review.reminders = tried + 1
        review.remind_at = now + AGAIN_AFTER[tried] if tried < len(AGAIN_AFTER) else None
        review.save(update_fields=["reminders", "remind_at"])
        note_due(review.remind_at)
    return review


def mark_reminded(*, review: Review) -> None:
    """Whoever answers was reminded, as `take_overdue` gave it; what was planned anew since stays so."""
    Review.objects.filter(pk=review.pk, remind_at=review.remind_at).update(remind_at=None)


def _row(key: str, said: NewReview, owner: User | None, by: User | None, now: datetime) -> Review:
    due_at = said.reply_due_at or now + DUE_AFTER
    is_open = said.state == ReplyState.OPEN
    row = Review(
        dedupe_key=key,
        site=said.site,
        outside_id=said.outside_id,
        author=said.author,
        rating=said.rating,
        text=said.text,
        url=said.url,
        written_at=said.written_at,
        state=said.state,
        settled_at=None if is_open else now,
        settled_by=None if is_open else by,
        owner=owner,
        reply_due_at=due_at,
        remind_at=due_at if is_open and due_at > now else None,
        created_at=now,
    )
    row.clean_fields(exclude={"owner", "settled_by"})
    return row
