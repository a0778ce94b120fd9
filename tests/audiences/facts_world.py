"""A small business in the tables, and the same one as plain subjects."""

import random
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model

from accounts.models import Department
from audiences.models import Segment, SegmentMember
from campaigns.models import Campaign, Enrollment, Lane, Sop, SopVersion, Step, Touchpoint
from commerce.models import (
    Coupon,
    CouponGrant,
    Order,
    OrderLine,
    Product,
    Tier,
    TierMove,
    TierPlace,
    TierScheme,
)
from contacts.models import Company, Contact, DoNotContact, Friendship, Group, GroupMember, Identity
from content.models import Material, PageView, TrackedLink
from events.models import Event, EventType
from leads.models import EntryLink, Lead, Source, Touch
from lifecycle.models import Lifecycle, Position, Stage, StageTransition
from scrm.core.ids import uuid7
from tagging.models import ContactScore, Tag, TagAssignment, TagCategory, TagGroup
from tenants.selectors import tenant_current
from tests.core.condition_cases import DEEP, MOMENTS, NOW

BESIDE = [timedelta(), timedelta(microseconds=1), timedelta(microseconds=-1)]
PAST_AND_COMING = [moment + nudge for moment in MOMENTS for nudge in BESIDE]
ATTRIBUTES = ["red", "Red", "7", 7, 7.5, True, None, ["a"], "", "7 "]


class World:
    """The business."""

    def __init__(self):
        self.draw = random.Random(7)
        self.users = [
            get_user_model().objects.create(username=f"facts-{name}", full_name=name) for name in ("Ada", "Ben")
        ]
        above = Department.objects.create(name="Facts region")
        self.departments = [above, Department.objects.create(name="Facts shop", parent=above)]
        self.users[0].department = self.departments[1]
        self.users[0].save()
        self.groups = [Group.objects.create(name=name, created_at=NOW) for name in ("Mothers", "老客户群")]
        self.companies = [Company.objects.create(name=name, created_at=NOW) for name in ("Acme Tools", "万达")]
        self.sources = [Source.objects.create(name=name, created_at=NOW) for name in ("Facts fair", "抖音")]
        self.links = [
            EntryLink.objects.create(name=name, url="https://x.test/", created_at=NOW) for name in ("Poster", "海报")
        ]
        self.types = [EventType.objects.create(code=f"facts-{name}", name=name) for name in ("viewed", "clicked")]
        group = TagGroup.objects.create(category=TagCategory.objects.create(name="facts"), name="facts")
        self.tags = [Tag.objects.create(group=group, code=f"facts-{name}", name=name) for name in "abc"]
        Lifecycle.objects.filter(is_default=True).update(is_default=False)
        self.lifecycles = [
            Lifecycle.objects.create(name=name, is_default=name == "Sales") for name in ("Sales", "Service")
        ]
        self.stages = [
            Stage.objects.create(lifecycle=lifecycle, code=code, name=code, kind=kind, position=position)
            for lifecycle in self.lifecycles
            for position, (code, kind) in enumerate([("facts-new", "open"), ("facts-won", "won")])
        ]
        self.products = [
            Product.objects.create(code=f"facts-{name}", name=name, group=group)
            for name, group in [("tea", "drinks"), ("cup", "")]
        ]
        self.schemes = [
            TierScheme.objects.create(name=f"Facts {name}", kind="rfm", created_at=NOW) for name in ("one", "two")
        ]
        self.tiers = [
            Tier.objects.create(scheme=scheme, code=f"facts-{place}{number}", name=f"{place}{number}", position=number)
            for place, scheme in enumerate(self.schemes)
            for number in range(2)
        ]
        self.coupons = [Coupon.objects.create(code=f"facts-{name}", name=name, amount=1) for name in ("five", "ten")]
        self.campaigns = [Campaign.objects.create(name=name, created_at=NOW) for name in ("Launch", "周年庆")]
        self.sops = [
            self.make_sop(*each) for each in zip(("Facts hello", "关怀"), [self.campaigns[0], None], strict=True)
        ]
        self.material = Material.objects.create(title="Facts", created_at=NOW)
        self.subjects = {}
        for _ in range(60 if DEEP else 40):
            self.add_person()
        self.add_segments()

    def add_segments(self):
        """One by its rule, one that names it, and one that keeps whom it had."""
        in_berlin = {"fact": "contact.city", "op": "is", "value": "Berlin"}
        berliners = Segment.objects.create(name="Berliners", condition=in_berlin, created_at=NOW)
        others = {"fact": "segments", "op": "has_none", "value": [str(berliners.id)]}
        named = {"all": [others, {"fact": "contact.name", "op": "is_set"}]}
        kept = Segment.objects.create(name="Kept", kind="frozen", condition=in_berlin, created_at=NOW)
        self.segments = [berliners, Segment.objects.create(name="Elsewhere", condition=named, created_at=NOW), kept]
        for key, subject in self.subjects.items():
            left = self.draw.choice([None, None, NOW])
            subject["segments"] = []
            if self.draw.choice([True, False]):
                SegmentMember.objects.create(segment=kept, contact_id=key, entered_at=NOW, left_at=left)
                subject["segments"] += [] if left else [str(kept.id)]

    def some(self, items, most):
        return self.draw.sample(items, min(len(items), self.draw.randint(0, most)))

    def add_person(self):
        draw = self.draw
        contact = Contact.objects.create(
            name=draw.choice(["", "Ada", "李雷", "O'Neil"]),
            city=draw.choice(["", "Berlin", "上海", "berlin"]),
            country=draw.choice(["", "DE", "CN"]),
            zone=draw.choice(["", "Asia/Shanghai"]),
            language=draw.choice(["", "en", "zh-hans"]),
            company=draw.choice([None, *self.companies]),
            owner=draw.choice([None, *self.users]),
            created_at=draw.choice(PAST_AND_COMING),
            updated_at=NOW,
        )
        self.subjects[contact.id] = {
            "contact": self.describe(contact),
            "leads": [self.add_lead(contact) for _ in range(draw.choice([0, 1, 3]))],
            "events": [self.add_event(contact) for _ in range(draw.choice([0, 2, 5]))],
            "tags": [self.add_tag(contact, tag) for tag in self.some(self.tags, 3)],
            "default_lifecycle": str(self.lifecycles[0].id),
            "positions": [self.add_position(contact, each) for each in self.some(self.lifecycles, 2)],
            "stages_ever": [self.add_move(contact, stage) for stage in self.some(self.stages, 2)],
            "orders": [self.add_order(contact) for _ in range(draw.choice([0, 1, 3]))],
            "coupons": [self.add_coupon(contact, coupon) for coupon in self.some(self.coupons, 2)],
            "tiers": [self.add_place(contact, scheme) for scheme in self.some(self.schemes, 2)],
            "tiers_ever": {code for tier in self.some(self.tiers, 2) for code in self.add_tier_move(contact, tier)},
            "business_zone": tenant_current().zone,
            "score": self.add_score(contact),
            "sent": self.add_touches_of_sops(contact),
        }

    def add_score(self, contact):
        points = self.draw.choice([None, Decimal("-5"), Decimal("12.5"), Decimal("60")])
        if points is None:
            return {"points": None, "band": None}
        band = "hot" if points > 50 else "cold"
        ContactScore.objects.create(contact=contact, points=points, band=band)
        return {"points": points, "band": band}

    def describe(self, contact):
        channels = self.some(["all", "email", "sms", "call"], 2)
        for channel in channels:
            DoNotContact.objects.create(contact=contact, channel=channel, since=NOW)
        kinds = self.some(["phone", "email", "wecom"], 3)
        for kind in kinds:
            Identity.objects.create(
                contact=contact, kind=kind, sealed=b"x", blind=uuid7().bytes, hint="-", created_at=NOW
            )
        names = ("name", "city", "country", "zone", "language", "created_at")
        return {
            **{name: getattr(contact, name) for name in names},
            "company": contact.company and contact.company.name,
            "owner": contact.owner and str(contact.owner.id),
            "do_not_contact": channels,
            "identities": kinds,
            **self.add_ties(contact),
        }

    def add_ties(self, contact):
        """Friends, chat groups, and the teams of the owner."""
        ties = {"friends": [], "deleted": []}
        for rep in self.some(self.users, 2):
            state, kept = self.draw.choice(
                [("friends", "friends"), ("deleted_by_contact", "deleted"), ("deleted_by_rep", None)]
            )
            Friendship.objects.create(contact=contact, rep=rep, state=state, since=NOW)
            if kept:
                ties[kept].append(str(rep.id))
        groups = []
        for group in self.some(self.groups, 2):
            left = self.draw.choice([None, None, NOW])
            GroupMember.objects.create(group=group, contact=contact, joined_at=NOW, left_at=left)
            groups += [] if left else [str(group.id)]
        in_team = contact.owner == self.users[0]
        return {**ties, "groups": groups, "departments": [str(each.id) for each in self.departments] if in_team else []}

    def make_sop(self, name, campaign):
        sop = Sop.objects.create(name=name, campaign=campaign, trigger="manual", created_at=NOW, updated_at=NOW)
        version = SopVersion.objects.create(sop=sop, number=1, published_at=NOW)
        step = Step.objects.create(
            version=version, number=1, position=1, name="Hello", channel="email", offset={}, body="-"
        )
        sop.facts = version, step, [Lane.objects.create(sop=sop, channel=each) for each in ("email", "rep_task")]
        return sop

    def add_touches_of_sops(self, contact):
        """What was sent; some of it was opened, and some went out never."""
        sent = []
        for sop in self.some(self.sops, 2):
            version, step, lanes = sop.facts
            entered = Enrollment.objects.create(sop=sop, version=version, contact=contact, anchor_at=NOW, zone="UTC")
            for occurrence in range(1, self.draw.choice([1, 2, 4])):
                lane, at = self.draw.choice(lanes), self.draw.choice([None, *PAST_AND_COMING])
                touch = Touchpoint.objects.create(
                    enrollment=entered,
                    contact=contact,
                    lane=lane,
                    step=step,
                    step_number=1,
                    occurrence=occurrence,
                    due_at=NOW,
                    state=4 if at else 7,
                    sent_at=at,
                )
                opened = self.draw.choice([True, False])
                if opened:
                    link = TrackedLink.objects.create(
                        material=self.material, contact=contact, touchpoint_id=touch.pk, created_at=NOW
                    )
                    PageView.objects.create(link=link, at=NOW)
                if at:
                    campaign = sop.campaign and str(sop.campaign.id)
                    said = {"channel": lane.channel, "sop": str(sop.id), "campaign": campaign}
                    sent.append({**said, "at": at, "opened": opened})
        return sent

    def add_lead(self, contact):
        draw = self.draw
        status = draw.choice(["new", "assigned", "won", "lost"])
        lead = Lead.objects.create(
            contact=contact,
            source=draw.choice([None, *self.sources]),
            owner=draw.choice([None, *self.users]),
            status=status,
            rating=draw.choice(["", "A", "B"]),
            score=draw.choice([0, 5, 10]),
            came_by=draw.choice(["form", "api"]),
            origin=draw.choice(["", "Landing page"]),
            dedupe_key=str(uuid7()),
            attributes={"colour": draw.choice(ATTRIBUTES)} if draw.random() < 0.8 else {},
            captured_at=draw.choice(MOMENTS),
            assigned_at=NOW,
            won_at=NOW if status == "won" else None,
            updated_at=NOW,
        )
        names = ("id", "status", "rating", "score", "came_by", "origin", "attributes", "captured_at")
        return {
            **{name: getattr(lead, name) for name in names},
            "source": lead.source and str(lead.source.id),
            "owner": lead.owner and str(lead.owner.id),
            **self.add_touches(lead),
        }

    def add_touches(self, lead):
        """Up to two, of which the first brought the lead."""
        touches = [
            Touch.objects.create(
                contact=lead.contact,
                lead=lead,
                link=link,
                brought=number == 0,
                at=lead.captured_at + timedelta(hours=number),
            )
            for number, link in enumerate(self.some([None, *self.links], 2))
        ]
        told = [{"id": each.id, "at": each.at, "link": each.link and str(each.link.id)} for each in touches]
        return {"touches": told, "link": told[0]["link"] if told else None}

    def add_event(self, contact):
        kind, at = self.draw.choice(self.types), self.draw.choice(PAST_AND_COMING)
        properties = {"colour": self.draw.choice(ATTRIBUTES), "seconds": self.draw.choice([None, 5, 7.25, "9", "x"])}
        Event.objects.create(
            contact=contact,
            type=kind,
            occurred_at=at,
            received_at=NOW,
            dedupe_key=str(uuid7()),
            properties=properties,
        )
        return {"type": kind.code, "occurred_at": at, "properties": properties}

    def add_tag(self, contact, tag):
        expires_at = self.draw.choice([None, None, *PAST_AND_COMING])
        at = self.draw.choice(MOMENTS)
        TagAssignment.objects.create(contact=contact, tag=tag, source="hand", at=at, expires_at=expires_at)
        return tag.code, at, expires_at

    def add_position(self, contact, lifecycle):
        stage = self.draw.choice([each for each in self.stages if each.lifecycle == lifecycle])
        since = self.draw.choice(PAST_AND_COMING)
        Position.objects.create(contact=contact, lifecycle=lifecycle, stage=stage, since=since)
        return {"lifecycle": str(lifecycle.id), "current": stage.code, "kind": stage.kind, "since": since}

    def add_move(self, contact, stage):
        StageTransition.objects.create(
            contact=contact, lifecycle=stage.lifecycle, to_stage=stage, at=NOW, source="hand"
        )
        return stage.code

    def add_order(self, contact):
        draw = self.draw
        order = Order.objects.create(
            contact=contact,
            platform=draw.choice(["facts", "shop"]),
            number=str(uuid7()),
            status=draw.choice(["paid", "paid", "placed", "refunded"]),
            amount=Decimal(draw.choice(["0.00", "19.90", "20.00"])),
            refunded=Decimal(draw.choice(["0.00", "0.00", "5.00"])),
            currency=draw.choice(["CNY", "EUR"]),
            ordered_at=draw.choice(PAST_AND_COMING),
            updated_at=NOW,
        )
        bought = self.some(self.products, 2)
        for product in bought:
            OrderLine.objects.create(order=order, product=product, amount=1)
        names = ("status", "amount", "refunded", "currency", "ordered_at", "platform")
        kinds = {"products": [each.code for each in bought], "groups": [each.group for each in bought if each.group]}
        return {**{name: getattr(order, name) for name in names}, **kinds}

    def add_place(self, contact, scheme):
        tier = self.draw.choice([None, *(tier for tier in self.tiers if tier.scheme_id == scheme.pk)])
        scores = {name: self.draw.randint(0, 5) for name in ("recency", "frequency", "money")}
        since = self.draw.choice(PAST_AND_COMING)
        TierPlace.objects.create(contact=contact, scheme=scheme, tier=tier, since=since, **scores)
        return {"scheme": str(scheme.pk), "tier": tier and tier.code, "since": since, **scores}

    def add_tier_move(self, contact, tier):
        before = self.draw.choice([None, *(each for each in self.tiers if each.scheme_id == tier.scheme_id)])
        TierMove.objects.create(contact=contact, scheme=tier.scheme, before=before, after=tier, at=NOW)
        return {each.code for each in (before, tier) if each}

    def add_coupon(self, contact, coupon):
        said = {
            "expires_at": self.draw.choice(PAST_AND_COMING),
            "redeemed_at": self.draw.choice([None, *PAST_AND_COMING]),
        }
        CouponGrant.objects.create(contact=contact, coupon=coupon, granted_at=NOW, **said)
        return {"code": coupon.code, **said}
