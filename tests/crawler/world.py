"""Two businesses of one shape: the same people with the same keys and passwords, and rows of all kinds for each."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django_tenants.utils import tenant_context

from accounts.enums import Role, Scope
from accounts.models import AuditEntry, Department, Duty, OpeningHours, User
from accounts.services import record_audit
from alerts.enums import AlertKind
from alerts.models import Alert
from analytics.models import CommissionRate, Goal
from audiences.models import Segment
from campaigns.enums import Channel
from campaigns.form_models import FormRoute
from campaigns.models import (
    Breaker,
    Campaign,
    CampaignLink,
    CampaignReview,
    Enrollment,
    Lane,
    NextAction,
    RepTask,
    Sop,
    SopVersion,
    Step,
    Touchpoint,
)
from commerce.models import Coupon, CouponGrant, Order, OrderLine, Product
from contacts.models import (
    Company,
    CompanyMerge,
    Consent,
    CustomField,
    DoNotContact,
    Friendship,
    Group,
    GroupMember,
    ReadingRight,
)
from content.models import Material, PageView, TrackedLink
from events.models import Event, EventType
from exchange.enums import ApiScope
from exchange.keys import create_api_key
from exchange.models import (
    IdempotencyKey,
    InboxMessage,
    Webhook,
    WebhookDelivery,
    WebhookEndpoint,
)
from leads.arrival_payloads import payload_of, seal_payloads
from leads.held_payloads import seal_held
from leads.models import (
    AssignmentMember,
    AssignmentRule,
    EntryLink,
    Form,
    FormTally,
    FormVersion,
    HeldLead,
    Lead,
    LeadArrival,
    LinkHost,
    LinkHour,
    MergedLead,
    Referral,
    ReferralLink,
    ReferralProgram,
    ResponseClock,
    ResponseRule,
    Review,
    ReviewLead,
    Reward,
    RewardEntry,
    Source,
    SourceCost,
    SourceMerge,
    SpentPage,
    Touch,
)
from leads.selectors.covers import cover_path
from lifecycle.models import Lifecycle, Position, Stage, StageRule, StageTransition
from scrm.core import clock
from scrm.core.ids import short_code, uuid7
from scrm.flows.starter import lay_out_tenant
from scrm.web.hosted_arrival import Sent, as_bytes
from tagging.models import Tag, TagAssignment, TagCategory, TagChange, TagGroup, TagRule
from tenants.models import Tenant
from tests.crawler.bits import lay_bits
from tests.crawler.canaries import Canaries, fill
from tests.crawler.doors import lay_doors
from tests.crawler.jobs import lay_jobs
from tests.crawler.merging import lay_merges, lay_recognition
from tests.crawler.privacy_rows import lay_privacy, lay_private_rows
from tests.crawler.story import lay_story, tell_story
from tests.crawler.traces import restart_sequences
from tests.factories import give_email, make_contact, make_live_sop, step

REPS: Final = ("ben", "bea", "dan", "nobody")
"""Whose rows there are: the representative's own, a colleague's below, another department's, and nobody's."""

PEOPLE: Final = {
    "principal": (Role.PRINCIPAL, "", ""),
    "admin": (Role.ADMIN, "", ""),
    "ops": (Role.OPS, "", ""),
    "manager": (Role.MANAGER, "", "north"),
    "ben": (Role.REP, "", "north"),
    "auditor": (Role.AUDITOR, "", ""),
    "narrow": (Role.OPS, Scope.DEPARTMENT, "north"),
    "lost": (Role.MANAGER, "", ""),
    "bea": (Role.REP, "", "shop"),
    "dan": (Role.REP, "", "south"),
}
"""Role, scope of their own, department. North has a shop below it; the lost manager has no department."""

REACH: Final = {
    **dict.fromkeys(["principal", "admin", "ops", "auditor", "system"], frozenset(REPS)),
    **dict.fromkeys(["manager", "narrow"], frozenset({"ben", "bea"})),
    "ben": frozenset({"ben"}),
    **dict.fromkeys(["lost", "anonymous"], frozenset[str]()),
}
"""Whose rows each of them may see: written down, not computed."""


COVER: Final = "0" * 26
"""Both have a picture of this name, each its own."""

_HASH: Final = make_password("equal people of 2026")


@dataclass(slots=True, repr=False)
class World:
    """One tenant with its rows, by table and by whose they are."""

    tenant: Tenant
    letter: str
    users: dict[str, User] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"{self.tenant.schema_name}.localhost"

    def keep(self, row: Any, whose: str = "shared") -> Any:
        self.rows.setdefault(row._meta.label_lower, {})[whose] = row
        return row

    def row(self, label: str, whose: str) -> Any:
        found = self.rows[label]
        return found.get(whose) or found.get("shared") or next(iter(found.values()))


@dataclass(slots=True, repr=False)
class Twins:
    a: World
    b: World
    canaries: Canaries


def build(acme: Tenant, globex: Tenant) -> Twins:
    canaries = Canaries()
    keys = {name: uuid4() for name in PEOPLE}
    twin = uuid4()
    worlds = []
    # Numbers that count up would be equal in both, and a foreign one nobody's but one's own.
    restart_sequences(globex.schema_name, 2_000_000)
    for tenant, letter in ((acme, "a"), (globex, "b")):
        tenant.name = canaries.mint(letter, "tenants.tenant")
        Tenant.objects.filter(pk=tenant.pk).update(name=tenant.name)
        with tenant_context(tenant):
            world = World(tenant, letter)
            _people(world, keys)
            _ground(world, canaries)
            for whose in REPS:
                _customer(world, canaries, whose)
            # Somebody whose key is the same in both: a signed link names nothing else.
            world.keep(make_contact("Twin", id=twin, owner=world.users["ben"]), "twin")
            fill(canaries, letter, {user.pk: name for name, user in world.users.items() if name in REPS})
            lay_doors(world, canaries, twin)
            lay_bits(twin)
            _read_again(world)
        worlds.append(world)
    return Twins(*worlds, canaries)


def _people(world: World, keys: dict[str, UUID]) -> None:
    north = world.keep(Department.objects.create(name="North"))
    departments = {
        "": None,
        "north": north,
        "shop": Department.objects.create(name="Shop", parent=north),
        "south": Department.objects.create(name="South"),
    }
    for name, (role, scope, department) in PEOPLE.items():
        world.users[name] = User.objects.create(
            id=keys[name],
            username=name,
            full_name=name,
            email=f"{name}@people.test",
            # One hash for all: what tells two businesses' people apart is never the hash.
            password=_HASH,
            role=role,
            scope=scope,
            department=departments[department],
            is_staff=role in (Role.PRINCIPAL, Role.ADMIN),
        )


def _ground(world: World, canaries: Canaries) -> None:
    """What belongs to the whole business."""
    now, keep, by = clock.now(), world.keep, world.users["principal"]
    lay_out_tenant()
    keep(Lifecycle.objects.first())
    stage = keep(Stage.objects.order_by("position").first())
    keep(StageRule.objects.create(name="x", to_stage=stage, event_type="task_done", created_at=now))
    keep(EventType.objects.first())
    category = keep(TagCategory.objects.create(name="Kinds"))
    group = keep(TagGroup.objects.create(category=category, name="Kind"))
    tag = keep(Tag.objects.create(group=group, code=canaries.mint(world.letter, "tagging.tag"), name="Hot"))
    keep(TagRule.objects.create(name="x", tag=tag, event_type="task_done", created_at=now))
    source = keep(Source.objects.create(name="Fair", created_at=now))
    keep(SourceCost.objects.create(source=source, on=now.date(), amount=10, currency="CNY"))
    second = Source.objects.create(name="Second name", merged_into=source, active=False, created_at=now)
    moved = {"active": True, "forms": [], "links": [], "programs": [], "parts": [], "second_names": [], "costs": []}
    keep(SourceMerge.objects.create(source=second, into=source, moved=moved, at=now))
    stands = {"site": "x", "written_at": now, "reply_due_at": now, "created_at": now}
    keep(Review.objects.create(dedupe_key="x", text=canaries.mint(world.letter, "leads.review"), **stands))
    form = keep(Form.objects.create(slug="x", title="x", source=source, active=True, live_version=1, created_at=now))
    content = {"title": canaries.mint(world.letter, "leads.formversion"), "cover": COVER}
    keep(FormVersion.objects.create(form=form, number=1, content=content, published_at=now))
    default_storage.save(cover_path(COVER), ContentFile(canaries.mint(world.letter, "cover").encode()))
    keep(FormTally.objects.create(form=form, on=now.date(), utm_source="x", utm_medium="x", utm_campaign="x"))
    keep(FormRoute.objects.create(form=form))
    sent = as_bytes(Sent(version=1, said={"name": ["x"], "phone": ["13900139000"]}, opened_at=now, utm={}))
    held = {"dedupe_key": "x", "payload": seal_held(sent, "x"), "reason": "unproven", "held_at": now}
    keep(HeldLead.objects.create(form=form, name="x", hint="x", **held, expires_at=now + timedelta(days=30)))
    keep(SpentPage.objects.create(digest=b"x", said=b"x", expires_at=now + timedelta(days=1)))
    keep(Product.objects.create(code="x", name="x", currency="CNY"))
    keep(Coupon.objects.create(code="x", name="x", amount=1, currency="CNY"))
    keep(Material.objects.create(title="x", body="x", created_at=now))
    keep(CustomField.objects.create(code="model", kind="text", label="x", created_at=now))
    company = keep(Company.objects.create(name="x", created_at=now))
    merged = Company.objects.create(name="y", merged_into=company, created_at=now)
    keep(CompanyMerge.objects.create(company=merged, into=company, at=now))
    lay_recognition(keep)
    lay_story(world, tag)
    lay_privacy(world)
    keep(Segment.objects.create(name="x", condition={}, created_by=by, created_at=now, refreshed_at=now, size=4))
    campaign = keep(Campaign.objects.create(name="x", created_at=now))
    campaign.sources.add(source)
    figures = {"leads": 1, "visits": 1}
    learnt = keep(CampaignReview.objects.create(campaign=campaign, figures=figures, worked="x", reviewed_at=now))
    keep(NextAction.objects.create(review=learnt, text="x"))
    _links(world, source, campaign)
    sop = keep(make_live_sop(step(), step("email"), name="x"))
    keep(Breaker.objects.create(channel=Channel.EMAIL))
    Sop.objects.filter(pk=sop.pk).update(campaign=campaign)
    keep(SopVersion.objects.get(sop=sop))
    keep(Step.objects.filter(version__sop=sop).order_by("position").first())
    keep(Lane.objects.filter(sop=sop).first())
    keep(Goal.objects.create(name="x", metric="leads", target=1, starts_on=now, ends_on=now, created_at=now))
    paid = {"department": world.row("accounts.department", "shared"), "percent": 1, "from_on": now.date()}
    keep(CommissionRate.objects.create(**paid, created_by=by, created_at=now))
    made = create_api_key(name="Shop", scopes=ApiScope.values, by=by, now=now)
    world.token = made.token
    keep(made.key)
    webhook = keep(Webhook.objects.create(name="x", url="https://x.test/", created_at=now))
    keep(WebhookDelivery.objects.create(webhook=webhook, event_type="ping", occurred_at=now, give_up_at=now))
    endpoint = keep(WebhookEndpoint.objects.create(name="x", created_at=now))
    keep(IdempotencyKey.objects.create(caller="key:x", key="x", request_digest=b"x", status=200, created_at=now))
    keep(InboxMessage.objects.create(channel="x", dedupe_key=b"x", received_at=now, endpoint=endpoint))
    rule = keep(AssignmentRule.objects.create(name="x", created_at=now))
    keep(ResponseRule.objects.create(created_at=now))
    keep(AssignmentMember.objects.create(rule=rule, user=by))
    keep(Duty.objects.create(user=by))
    keep(OpeningHours.objects.create(week=[[]] * 7))
    word = canaries.mint(world.letter, "accounts.auditentry")
    record_audit(action="lead.rated", actor_label=word, details={"title": word}, now=now)
    keep(AuditEntry.objects.latest("at"))
    lay_jobs(world, canaries, sop, REPS)


def _links(world: World, source: Source, campaign: Campaign) -> None:
    """An entry link with its visits, and a referral program."""
    now, keep, form = clock.now(), world.keep, world.row("leads.form", "shared")
    link = keep(EntryLink.objects.create(name="x", place="x", form=form, source=source, created_at=now))
    keep(LinkHour.objects.create(link=link, at=now, visits=1))
    keep(LinkHost.objects.create(host="x.test", created_at=now))
    keep(CampaignLink.objects.create(link=link, campaign=campaign))
    keep(ReferralProgram.objects.create(name="x", form=form, source=source, per_lead=1, created_at=now))


def _referral(world: World, canaries: Canaries, whose: str, lead: Lead) -> None:
    """The lead's contact brought themselves, and a reward stands in the ledger."""
    now, keep, of = clock.now(), world.keep, {"contact": lead.contact}
    program = world.row("leads.referralprogram", "shared")
    keep(
        Touch.objects.create(**of, lead=lead, link=world.row("leads.entrylink", "shared"), brought=True, at=now), whose
    )
    link = EntryLink.objects.create(kind="referral", name="x", form=program.form, created_at=now)
    by = keep(ReferralLink.objects.create(**of, program=program, link=link), whose)
    referral = keep(Referral.objects.create(**of, program=program, by=by, lead=lead, at=now), whose)
    earned = {"earned_for": "lead", "amount": 1, "unit": "points", "currency": "CNY", "created_at": now}
    reward = keep(Reward.objects.create(program=program, referral=referral, by=by, **earned), whose)
    word = canaries.mint(world.letter, "leads.rewardentry", whose)
    keep(RewardEntry.objects.create(reward=reward, state="pending", reason=word, at=now), whose)


def _customer(world: World, canaries: Canaries, whose: str) -> None:
    """A contact of somebody's, or nobody's, with a row of every kind."""
    now, keep, letter = clock.now(), world.keep, world.letter
    owner = world.users.get(whose)
    worker = owner or world.users["dan"]
    shared = {label: rows.get("shared") for label, rows in world.rows.items()}
    company = shared["contacts.company"]
    contact = keep(make_contact("Lin", owner=owner, company=company, city="x", note="x"), whose)
    of = {"contact": contact}
    keep(give_email(contact, f"{canaries.mint(letter, 'contacts.identity', whose)}@mail.test"), whose)
    keep(DoNotContact.objects.create(**of, channel="sms", since=now), whose)
    keep(Consent.objects.create(**of, channel="email", given=True, at=now), whose)
    keep(ReadingRight.objects.create(**of, user=worker, until_at=now), whose)
    lay_private_rows(world, canaries, contact, worker, whose)
    keep(Friendship.objects.create(**of, rep=worker, channel="x", since=now), whose)
    group = keep(Group.objects.create(name="x", owner=owner, created_at=now), whose)
    keep(GroupMember.objects.create(group=group, contact=contact, joined_at=now), whose)
    lay_merges(keep, contact, owner, whose)
    event = EventType.objects.get(code="content_viewed")
    keep(Event.objects.create(**of, type=event, occurred_at=now, received_at=now, dedupe_key=whose), whose)
    lead = keep(
        Lead.objects.create(
            **of,
            owner=owner,
            source=shared["leads.source"],
            form=shared["leads.form"],
            came_by="hand",
            status="assigned" if owner else "new",
            dedupe_key=whose,
            captured_at=now,
            assigned_at=now if owner else None,
            updated_at=now,
        ),
        whose,
    )
    came = uuid7()
    sealed = seal_payloads([(came, payload_of(canaries.mint(letter, "leads.leadarrival", whose)))])[0]
    known = {"outcome": "created", "matched_by": "new", "assigned_by": "turn", "came_by": "hand", "owner": owner}
    keep(LeadArrival.objects.create(id=came, lead=lead, payload=sealed, arrived_at=now, taken_at=now, **known), whose)
    answer = {"rule": shared["leads.responserule"], "started_at": now, "due_at": now}
    keep(ResponseClock.objects.create(lead=lead, **answer), whose)
    _referral(world, canaries, whose, lead)
    keep(ReviewLead.objects.create(review=shared["leads.review"], lead=lead, at=now), whose)
    keep(MergedLead.objects.create(merge=shared["leads.sourcemerge"], lead=lead), whose)
    tell_story(world, canaries, whose, lead)
    told = {"kind": AlertKind.LEAD_ASSIGNED, "subject_id": lead.pk, "created_at": now}
    keep(Alert.objects.create(recipient=worker, **told), whose)
    tag, stage = shared["tagging.tag"], shared["lifecycle.stage"]
    keep(TagAssignment.objects.create(**of, tag=tag, source="hand", by=owner, at=now), whose)
    keep(TagChange.objects.create(**of, tag=tag, added=True, source="hand", by=owner, at=now), whose)
    keep(Position.objects.create(**of, lifecycle=stage.lifecycle, stage=stage, since=now), whose)
    moved = {"lifecycle": stage.lifecycle, "to_stage": stage, "at": now, "source": "hand", "by": owner}
    keep(StageTransition.objects.create(**of, **moved), whose)
    order = keep(
        Order.objects.create(**of, platform="x", number=whose, amount=1, ordered_at=now, updated_at=now, status="paid"),
        whose,
    )
    keep(OrderLine.objects.create(order=order, product=shared["commerce.product"], quantity=1, amount=1), whose)
    grant = {"coupon": shared["commerce.coupon"], "granted_at": now, "expires_at": now}
    keep(CouponGrant.objects.create(**of, **grant), whose)
    material = shared["content.material"]
    link = keep(
        TrackedLink.objects.create(**of, material=material, rep=owner, code=short_code(80)[:16], created_at=now), whose
    )
    keep(PageView.objects.create(link=link, at=now), whose)
    version, lane = shared["campaigns.sopversion"], Lane.objects.get(sop=shared["campaigns.sop"], channel="rep_task")
    enrolled = {"sop": version.sop, "version": version, "lead": lead, "anchor_at": now, "zone": "UTC"}
    enrollment = keep(Enrollment.objects.create(**of, **enrolled), whose)
    due = {"lane": lane, "step": shared["campaigns.step"], "step_number": 1, "due_at": now - timedelta(minutes=5)}
    with_rep = Touchpoint.objects.create(**of, enrollment=enrollment, **due, state=3)
    keep(Touchpoint.objects.create(**of, enrollment=enrollment, **(due | {"step_number": 2}), state=9), whose)
    task = {"touchpoint": with_rep, "title": "Call", "body": "x", "due_at": now - timedelta(minutes=5)}
    keep(RepTask.objects.create(**of, owner=worker, **task), whose)


def _read_again(world: World) -> None:
    kept = [row for rows in world.rows.values() for row in rows.values()]
    for row in [*kept, *world.users.values()]:
        row.refresh_from_db()
