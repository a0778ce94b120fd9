"""All that is known of people, table by table, and people of whom much is known."""

from datetime import timedelta
from typing import Any

from django.db import connection

from audiences.models import Segment, SegmentMember
from commerce.models import Coupon, CouponGrant, Order, TierMove, TierPlace, TierScheme
from contacts.models import (
    Consent,
    Contact,
    ContactMerge,
    CustomField,
    DoNotContact,
    Friendship,
    Group,
    GroupMember,
    ReadingRight,
    SealedValue,
)
from content.models import Material, TrackedLink
from events.models import Event, EventType
from leads.models import EntryLink, Form, Interaction, Lead, Opportunity, ReferralLink, ReferralProgram, Source, Touch
from lifecycle.models import Position, Stage, StageTransition
from scrm.core import clock
from scrm.flows.merge_tables import pointers
from tagging.models import Tag, TagAssignment, TagCategory, TagChange, TagGroup
from tests.campaigns.people import put_in
from tests.factories import give_email, make_contact

Dump = dict[str, dict[str, str]]


def dump() -> Dump:
    """Every row that points to a contact, the contacts, the sizes of segments; not what merges keep of themselves."""
    models = {model for model, _field in pointers()} - {ContactMerge} | {Contact, Segment}
    found: Dump = {}
    with connection.cursor() as cursor:
        for model in sorted(models, key=lambda each: each._meta.db_table):
            table, pk = model._meta.db_table, model._meta.pk.column
            cursor.execute(f'SELECT t."{pk}"::text, to_jsonb(t)::text FROM "{table}" t')
            found[table] = dict(cursor.fetchall())
    return found


def differences(before: Dump, after: Dump) -> dict[str, Any]:
    return {
        table: {
            pk: (before[table].get(pk), after[table].get(pk))
            for pk in {*before[table], *after[table]}
            if before[table].get(pk) != after[table].get(pk)
        }
        for table in before
        if before[table] != after[table]
    }


class Ground:
    """What a business has before people come: tags, stages, segments, a program."""

    def __init__(self, sop, rep) -> None:
        now = clock.now()
        category = TagCategory.objects.create(name="Kinds")
        loose = TagGroup.objects.create(category=category, name="Interest")
        style = TagGroup.objects.create(category=category, name="Style", exclusive=True)
        self.tags = [Tag.objects.create(group=loose, code=f"t{n}", name=f"t{n}") for n in range(3)]
        self.styles = [Tag.objects.create(group=style, code=f"s{n}", name=f"s{n}") for n in range(2)]
        self.stages = list(Stage.objects.filter(lifecycle__is_default=True).order_by("position"))
        self.segment = Segment.objects.create(name="Fair", kind="frozen", condition={}, created_at=now)
        self.source = Source.objects.create(name="Fair", created_at=now)
        self.form = Form.objects.create(title="Fair", source=self.source, created_at=now)
        self.program = ReferralProgram.objects.create(
            name="Bring", form=self.form, source=self.source, per_lead=1, created_at=now
        )
        self.group = Group.objects.create(name="Owners", created_at=now)
        self.material = Material.objects.create(title="Prices", created_at=now)
        self.scheme = TierScheme.objects.create(name="x", kind="rfm", created_at=now)
        self.coupon = Coupon.objects.create(code="x", name="x", amount=1)
        sensitive = {"code": "sensitive", "kind": "text", "label": "Sensitive", "sealed": True}
        self.sensitive = CustomField.objects.create(**sensitive, created_at=now)
        self.sop, self.rep = sop, rep

    def person(self, number: int, *, style: int, stage: int, days: int = 0) -> Contact:
        """Somebody with a row of every kind; two of them hold the same tags, group, segment, SOP and channels."""
        now = clock.now() - timedelta(days=days)
        contact = make_contact(f"Person {number}", city="" if number % 2 else "Suzhou", note=f"note {number}")
        of = {"contact": contact}
        give_email(contact, f"person{number}@example.com")
        for tag in (*self.tags[number % 2 :], self.styles[style]):
            TagAssignment.objects.create(**of, tag=tag, source="hand", evidence=f"by {number}", at=now)
            TagChange.objects.create(**of, tag=tag, added=True, source="hand", at=now)
        place = self.stages[stage]
        Position.objects.create(**of, lifecycle=place.lifecycle, stage=place, since=now)
        StageTransition.objects.create(**of, lifecycle=place.lifecycle, to_stage=place, at=now, source="hand")
        SegmentMember.objects.create(**of, segment=self.segment, entered_at=now)
        SegmentMember.objects.create(**of, segment=self.segment, entered_at=now, left_at=now)
        Segment.objects.filter(pk=self.segment.pk).update(size=self.segment.members.filter(left_at=None).count())
        DoNotContact.objects.create(**of, channel="sms", reason=f"{number}", since=now)
        Consent.objects.create(**of, channel="email", given=bool(number % 2), at=now)
        SealedValue.objects.create(**of, field=self.sensitive, sealed=b"x", hint=f"{number}", at=now)
        ReadingRight.objects.create(**of, user=self.rep, until_at=now + timedelta(days=number))
        Friendship.objects.create(**of, rep=self.rep, channel="wecom", since=now)
        GroupMember.objects.create(**of, group=self.group, joined_at=now)
        lead = Lead.objects.create(**of, came_by="hand", dedupe_key=f"p{number}", captured_at=now, updated_at=now)
        Touch.objects.create(**of, lead=lead, brought=True, at=now)
        Interaction.objects.create(**of, lead=lead, kind="call", at=now)
        Opportunity.objects.create(**of, name="x", created_at=now)
        Order.objects.create(**of, platform="x", number=str(number), amount="12.50", ordered_at=now, updated_at=now)
        CouponGrant.objects.create(**of, coupon=self.coupon, granted_at=now, expires_at=now)
        TierPlace.objects.create(**of, scheme=self.scheme, since=now, recency=1, frequency=1, money=1)
        TierMove.objects.create(**of, scheme=self.scheme, at=now)
        TrackedLink.objects.create(**of, material=self.material, created_at=now)
        link = EntryLink.objects.create(kind="referral", name="x", form=self.form, created_at=now)
        ReferralLink.objects.create(**of, program=self.program, link=link)
        kind = EventType.objects.get(code="content_viewed")
        Event.objects.create(**of, type=kind, occurred_at=now, received_at=now, dedupe_key=f"e{number}")
        put_in(self.sop, contact, anchor_at=now)
        return contact
