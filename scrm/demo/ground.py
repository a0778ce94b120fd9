"""What a demo business has before its first lead: people, sources, taxonomy, content, SOPs, a form."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from accounts.enums import Role
from accounts.models import Department, User
from accounts.services import create_department, create_user
from audiences.models import SegmentKind
from audiences.services import save_segment
from campaigns.enums import GoalMetric, Trigger
from campaigns.models import Campaign
from campaigns.services import create_sop, publish_sop, save_campaign
from campaigns.services.form_routes import save_form_route
from commerce.models import Product
from commerce.services import save_product
from contacts.enums import Spelling
from contacts.services.kinds import save_kind
from content.models import Material
from content.upkeep import save_material
from exchange.enums import ApiScope
from exchange.keys import create_api_key
from leads.costs import Cost
from leads.enums import OwnerRule
from leads.form_content import read_content
from leads.models import Form, Source
from leads.services import create_form, publish_form
from leads.services.costs import set_source_costs
from leads.services.sources import save_source
from lifecycle.models import LossReason, Stage
from lifecycle.selectors_guards import loss_reasons_of
from scrm.demo.other_systems import connect_systems
from scrm.demo.shape import Business
from tagging.enums import CategoryKind
from tagging.selectors import tag_list_active
from tagging.upkeep import create_category, create_group, create_tag

MEMBER: Final = "member"
"""The kind of identity that only this business has."""


@dataclass(slots=True)
class Ground:
    """The rows that the history is told with."""

    business: Business
    users: dict[str, User] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    stages: dict[str, Stage] = field(default_factory=dict)
    reasons: list[LossReason] = field(default_factory=list)
    form: Form | None = None

    @property
    def manager(self) -> User:
        return self.users["manager"]


def lay_ground(business: Business, *, first_day: date, today: date, now: datetime) -> Ground:
    """Everything but the leads; `now` is when the business began."""
    ground = Ground(business)
    _people(ground)
    ops = ground.users["ops"]
    _sources(ground, first_day, today, now)
    _tags(business, ops, now)
    member: dict[str, Any] = {"code": MEMBER, "label": "Member number", "label_zh": "会员号", "pattern": "M#####"}
    save_kind(kind=None, spelling=Spelling.ALNUM, by=ops, now=now, **member)
    for piece in business.pieces:
        ground.materials.append(
            save_material(title=piece.title, summary=piece.summary, topic=piece.topic, body=piece.body, by=ops, now=now)
        )
    for item in business.items:
        ground.products.append(
            save_product(
                code=item.code,
                name=item.name,
                group=item.group,
                price=item.price,
                currency=business.currency,
                private_domain=True,
                by=ops,
                now=now,
            )
        )
    _sops(ground, ops, now)
    scopes = [ApiScope.LEADS_WRITE, ApiScope.EVENTS_WRITE]
    create_api_key(name=business.system, scopes=scopes, by=ground.users["admin"], now=now)
    connect_systems(source=ground.sources[0].name, language=business.language, by=ground.users["admin"], now=now)
    ground.form = _form(ground, ops, now)
    ground.stages = {
        stage.code: stage for stage in Stage.objects.filter(lifecycle__is_default=True).select_related("lifecycle")
    }
    ground.reasons = list(loss_reasons_of(ground.stages["lost"].lifecycle))
    return ground


def make_segments(ground: Ground, now: datetime) -> None:
    """Saved audiences; last, so that they have members."""
    made: dict[str, str] = {}
    for name, condition in ground.business.segments:
        named = _by_id(condition, made)
        segment = save_segment(name=name, kind=SegmentKind.DYNAMIC, condition=named, by=ground.users["ops"], now=now)
        made[name] = str(segment.pk)


def _by_id(condition: Any, segments: dict[str, str]) -> Any:
    """The condition with segments by their ids, which it names by their names."""
    match condition:
        case {"fact": "segments", "value": list(names)}:
            return {**condition, "value": [segments[name] for name in names]}
        case {"all": list(parts)} | {"any": list(parts)}:
            return {next(iter(condition)): [_by_id(part, segments) for part in parts]}
    return condition


def _form(ground: Ground, ops: User, now: datetime) -> Form:
    """A published form whose choices give tags, with a question that depends on another."""
    said = ground.business.form
    tags = {tag.name: str(tag.pk) for tag in tag_list_active()}
    questions = [
        {**question, "choices": [{"label": label, "tags": [tags[tag]] if tag else []} for label, tag in given]}
        for question in said["questions"]
        for given in [question.get("choices", ())]
    ]
    content = read_content({**said, "questions": questions})
    form = create_form(title=content.title, source=ground.sources[0], content=content, by=ops, now=now)
    publish_form(form=form, by=ops, now=now)
    save_form_route(
        form_id=form.pk,
        campaign=Campaign.objects.first(),
        sop=None,
        owner_rule=OwnerRule.TURNS,
        person=None,
        department=None,
        by=ops,
        now=now,
    )
    return form


def _people(ground: Ground) -> None:
    departments: dict[str, Department] = {}
    for name, parent in ground.business.departments:
        departments[name] = create_department(name=name, parent=departments.get(parent), is_dealer=bool(parent))
    for person in ground.business.people:
        high = person.role in (Role.PRINCIPAL, Role.ADMIN)
        ground.users[person.username] = create_user(
            username=person.username,
            password=person.password,
            role=person.role,
            full_name=person.full_name,
            email=f"{person.username}@{ground.business.schema}.example.com",
            department=departments.get(person.department),
            takes_leads=person.role == Role.REP,
            is_staff=high,
            is_superuser=person.role == Role.PRINCIPAL,
        )


def _sources(ground: Ground, first_day: date, today: date, now: datetime) -> None:
    chance = random.Random(f"costs of {ground.business.schema}")  # nosec B311
    ops = ground.users["ops"]
    for channel in ground.business.channels:
        source = save_source(name=channel.name, kind=channel.kind, by=ops, now=now)
        ground.sources.append(source)
        if channel.per_day:
            currency = ground.business.currency
            days = [first_day + timedelta(days=ago) for ago in range((today - first_day).days + 1)]
            amounts = [Decimal(round(channel.per_day * chance.uniform(0.6, 1.4))) for _day in days]
            costs = [(source.pk, Cost(day, day, amount, currency)) for day, amount in zip(days, amounts, strict=True)]
            set_source_costs(costs=costs, currency=currency, by=ops, now=now)


def _tags(business: Business, ops: User, now: datetime) -> None:
    name = "品牌标签" if business.language.startswith("zh") else "Our own"
    category = create_category(name=name, kind=CategoryKind.CUSTOM, by=ops, now=now)
    for group_name, exclusive, tags in business.tags:
        group = create_group(category=category, name=group_name, exclusive=exclusive, by=ops, now=now)
        for tag_name, colour in tags:
            create_tag(group=group, name=tag_name, colour=colour, by=ops, now=now)


def _sops(ground: Ground, ops: User, now: datetime) -> None:
    business = ground.business
    campaign = save_campaign(
        campaign=Campaign(
            name=business.campaign,
            kind="大促返场" if business.language.startswith("zh") else "launch",
            starts_on=now.date(),
            ends_on=now.date() + timedelta(days=90),
            budget=Decimal(60_000),
            goal_metric=GoalMetric.WON,
            goal_target=Decimal(60),
            currency=business.currency,
            created_at=now,
        ),
        sources=ground.sources[:2],
    )
    for plan in (business.live, business.draft):
        sop = create_sop(
            name=plan.name,
            summary=plan.summary,
            trigger=Trigger.LEAD_CAPTURED if plan is business.live else Trigger.MANUAL,
            campaign=campaign if plan is business.live else None,
            steps=[_step(ground, step) for step in plan.steps],
            now=now,
        )
        if plan is business.live:
            publish_sop(sop=sop, by=ops, now=now)


def _step(ground: Ground, step: dict[str, Any]) -> dict[str, Any]:
    if "material" not in step:
        return dict(step)
    return {**step, "material": str(ground.materials[step["material"]].pk)}
