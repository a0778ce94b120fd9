"""How each table that points to a contact fares when two contacts become one.

Whatever points to a contact is found from the models; what is not named here stops a merge, and a test before it.
A column that means a contact without being a foreign key is named in `tests/flows/test_merge_tables.py`.
"""

from typing import Any, Final, cast

from django.db.models import ForeignKey, Model

from audiences.models import SegmentMember, SegmentMove
from campaigns.models import Enrollment, RepTask, Touchpoint
from commerce.models import CouponGrant, Order, TierMove, TierPlace, Voice
from contacts.merge_queries import Pointer
from contacts.merging import Follow, Marked, Numbered, OneStays, Paired, Rule
from contacts.models import (
    Consent,
    Contact,
    ContactMerge,
    DoNotContact,
    DuplicatePair,
    Friendship,
    GroupMember,
    Identity,
    OwnerChange,
    PersonRequest,
    ReadingRight,
    Reveal,
    SealedValue,
)
from content.models import TrackedLink
from events.models import Event
from leads.enums import ReferralRefusal
from leads.models import (
    Attachment,
    ContactRating,
    Interaction,
    Lead,
    Opportunity,
    PoolWarning,
    RatingChange,
    Referral,
    ReferralLink,
    Touch,
)
from lifecycle.models import Position, StageTransition
from scrm.core.pointers import pointers_to
from tagging.models import ContactScore, TagAssignment, TagChange

_FOLLOW: Final = Follow()

_STAGE_RANK: Final = """(
    SELECT CASE kind WHEN 'advocate' THEN 3 WHEN 'won' THEN 2 WHEN 'lost' THEN 0 ELSE 1 END * 100000 + position
    FROM lifecycle_stage WHERE id = {row}.stage_id)"""
"""How far a position is; one that is lost says least, for the other side of the person is not."""

_TAG_KEY: Final = """
    SELECT CASE WHEN kinds.exclusive THEN kinds.id ELSE tag.id END
    FROM tagging_tag tag JOIN tagging_taggroup kinds ON kinds.id = tag.group_id WHERE tag.id = {row}.tag_id"""
"""A tag counts once, and of a group of which one holds the group does."""

RULES: Final[dict[tuple[type[Model], str], Rule]] = {
    (Identity, "contact"): _FOLLOW,
    (Consent, "contact"): _FOLLOW,
    (DoNotContact, "contact"): OneStays("{row}.channel"),
    (Friendship, "contact"): OneStays(
        "{row}.rep_id, {row}.channel",
        better="(f.state = 'friends', s.since) > (s.state = 'friends', f.since)",
        takes=("state", "since", "ended_at"),
    ),
    (GroupMember, "contact"): OneStays(
        "{row}.group_id",
        better="(f.left_at IS NULL, s.joined_at) > (s.left_at IS NULL, f.joined_at)",
        takes=("joined_at", "left_at"),
    ),
    (OwnerChange, "contact"): _FOLLOW,
    (ReadingRight, "contact"): OneStays("{row}.user_id", better="f.until_at > s.until_at", takes=("until_at",)),
    (Reveal, "contact"): _FOLLOW,
    (SealedValue, "contact"): OneStays("{row}.field_id"),
    (PersonRequest, "contact"): _FOLLOW,
    (ContactMerge, "survivor"): _FOLLOW,
    (DuplicatePair, "first"): Paired(
        "second_id",
        better="f.state = 'distinct' AND s.state = 'open'",
        takes=("state", "decided_at", "decided_by_id"),
    ),
    (DuplicatePair, "second"): Paired(
        "first_id",
        better="f.state = 'distinct' AND s.state = 'open'",
        takes=("state", "decided_at", "decided_by_id"),
    ),
    (Lead, "contact"): _FOLLOW,
    (Touch, "contact"): _FOLLOW,
    (Interaction, "contact"): _FOLLOW,
    (Opportunity, "contact"): _FOLLOW,
    # A link that is out in the world goes on to open, and to credit the same person.
    (ReferralLink, "contact"): Marked("program_id", "second", True, where="NOT {row}.second"),
    (Referral, "contact"): Marked(
        "program_id", "refusal", ReferralRefusal.BROUGHT.value, where="{row}.refusal = ''", later="at"
    ),
    (Attachment, "contact"): _FOLLOW,
    (RatingChange, "contact"): _FOLLOW,
    (ContactRating, "contact"): OneStays("1", better="f.at > s.at", takes=("rating", "by_id", "at")),
    (Event, "contact"): _FOLLOW,
    (TagAssignment, "contact"): OneStays(
        _TAG_KEY,
        better="CASE WHEN f.tag_id <> s.tag_id THEN f.at > s.at"
        " ELSE COALESCE(f.expires_at, 'infinity') > COALESCE(s.expires_at, 'infinity') END",
        takes=("tag_id", "source", "rule_id", "by_id", "evidence", "at", "expires_at"),
    ),
    (TagChange, "contact"): _FOLLOW,
    (PoolWarning, "contact"): OneStays("1", better="f.due_at < s.due_at", takes=("owner_id", "due_at")),
    (ContactScore, "contact"): OneStays("1", better="f.due_at < s.due_at", takes=("due_at",)),
    (Position, "contact"): OneStays(
        "{row}.lifecycle_id",
        better=f"{_STAGE_RANK.replace('{row}', 'f')} > {_STAGE_RANK.replace('{row}', 's')}",
        takes=("stage_id", "since", "next_at", "deadline_id"),
    ),
    (StageTransition, "contact"): _FOLLOW,
    (Order, "contact"): _FOLLOW,
    (CouponGrant, "contact"): _FOLLOW,
    (Voice, "contact"): _FOLLOW,
    # Where they are as one is worked out with the next order, or tonight.
    (TierPlace, "contact"): OneStays("{row}.scheme_id"),
    (TierMove, "contact"): _FOLLOW,
    (TrackedLink, "contact"): Marked(
        "material_id",
        "second",
        True,
        where="({row}.touchpoint_id IS NULL AND {row}.rep_id IS NULL AND NOT {row}.second)",
    ),
    (SegmentMember, "contact"): OneStays(
        "{row}.segment_id",
        where="{row}.left_at IS NULL",
        better="f.entered_at < s.entered_at",
        takes=("entered_at",),
    ),
    (SegmentMove, "contact"): _FOLLOW,
    # A run in the same SOP keeps its place in the person's history; which one goes on is decided before.
    (Enrollment, "contact"): Numbered("sop_id", "entry"),
    (Touchpoint, "contact"): _FOLLOW,
    (RepTask, "contact"): _FOLLOW,
}


def pointers() -> list[tuple[type[Model], str]]:
    """Every model and field that points to a contact, in whatever room."""
    return sorted(set(pointers_to(Contact)), key=lambda pointer: (pointer[0]._meta.db_table, pointer[1]))


def merge_tables() -> dict[Pointer, Rule]:
    """Each table and column with its rule; KeyError for one that nobody declared."""
    return {(model, _column(model, name)): RULES[model, name] for model, name in pointers()}


def _column(model: type[Model], name: str) -> str:
    return str(cast(ForeignKey[Any, Any], model._meta.get_field(name)).column)
