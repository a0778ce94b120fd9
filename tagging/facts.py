"""What a rule may ask about tags: those that have not expired."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from scrm.core.conditions import Argument, Fact, Family, Kept, Type
from tagging.enums import Band
from tagging.models import Tag


def tag_choices() -> Iterable[tuple[str, str]]:
    return [(tag.code, tag.name) for tag in Tag.objects.filter(archived=False)]


def _held(subject: Any, now: datetime) -> set[str]:
    return {code for code, _at, expires_at in subject["tags"] if expires_at is None or expires_at > now}


def _since(subject: Any, tag: str, now: datetime) -> datetime | None:
    return next((at for code, at, until in subject["tags"] if code == tag and (until is None or until > now)), None)


TAGGED = Family(
    "tag",
    "SELECT a.contact_id, a.tag_id FROM tagging_tagassignment a WHERE a.expires_at IS NULL OR a.expires_at > %(now)s",
    turning="SELECT a.contact_id FROM tagging_tagassignment a "
    "WHERE a.expires_at > least(%(then)s, %(now)s) AND a.expires_at <= greatest(%(then)s, %(now)s)",
)

FACTS = (
    Fact(
        key="score",
        label=_("score"),
        group=_("Score"),
        type=Type.NUMBER,
        sql="(SELECT s.points FROM tagging_contactscore s WHERE s.contact_id = c.id)",
        oracle=lambda subject, args, now: subject["score"]["points"],
    ),
    Fact(
        key="score_band",
        label=_("how warm they are"),
        group=_("Score"),
        type=Type.CHOICE,
        choices=lambda: Band.choices,
        sql="(SELECT s.band FROM tagging_contactscore s WHERE s.contact_id = c.id)",
        oracle=lambda subject, args, now: subject["score"]["band"],
    ),
    Fact(
        key="tags",
        label=_("tags"),
        group=_("Tags"),
        type=Type.KEYS,
        choices=tag_choices,
        # One join and no UNION, so that whoever asks for a few contacts is answered by their index.
        sql="""
            SELECT a.contact_id, t.code FROM tagging_tagassignment a
            JOIN tagging_tag t ON a.tag_id = ANY(ARRAY[t.id, t.merged_into_id])
            WHERE a.expires_at IS NULL OR a.expires_at > %(now)s
        """,
        oracle=lambda subject, args, now: _held(subject, now),
        kept=Kept(TAGGED, "SELECT unnest(ARRAY[t.id, t.merged_into_id]), t.code FROM tagging_tag t"),
    ),
    Fact(
        key="tag.since",
        label=_("has a tag since"),
        group=_("Tags"),
        type=Type.MOMENT,
        rows=True,
        arguments=(Argument("tag", _("tag"), Type.CHOICE, required=True, choices=tag_choices),),
        wording=lambda given: _("the moment of getting the tag “%(tag)s”"),
        sql="""
            SELECT a.contact_id, a.at FROM tagging_tagassignment a JOIN tagging_tag t ON t.id = a.tag_id
            WHERE t.code = %(tag)s AND (a.expires_at IS NULL OR a.expires_at > %(now)s)
        """,
        oracle=lambda subject, args, now: _since(subject, args["tag"], now),
    ),
)
