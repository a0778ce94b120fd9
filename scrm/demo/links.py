"""Entry links of the demo business with what they brought, and customers who bring others."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from leads.enums import LinkKind, RewardState, RewardUnit
from leads.models import EntryLink, Form, Lead, LinkHour, ReferralLink, Reward
from leads.services import (
    NewReferral,
    NewTouch,
    attribute_referrals,
    create_links,
    ensure_own_link,
    ensure_referral_link,
    move_rewards,
    note_touches,
    reward_deals,
    reward_leads,
    save_link,
    save_program,
)
from scrm.demo.ground import Ground

_DAYS = 21
_FRIENDS = range(2, 10)
"""Places in the list of leads of those whom a customer brought."""
_BUSY = (9, 11, 12, 12, 13, 15, 18, 19, 20, 20, 21)


def put_up_links(ground: Ground, now: datetime) -> None:
    """Posters at three places, a dealer's link and a representative's own, and a referral program with its ledger."""
    form = ground.form
    leads = list(Lead.objects.filter(form=form, touches=None).select_related("contact").order_by("-captured_at")[:48])
    if form is None or not leads:
        return
    chinese, ops = ground.business.language.startswith("zh"), ground.users["ops"]
    chance = random.Random(f"links of {ground.business.schema}")  # nosec B311
    places = (
        ["万象城一楼", "地铁站灯箱", "门店橱窗"] if chinese else ["Main station", "Fair, hall 3", "Showroom window"]
    )
    source = ground.sources[2]
    values = {"form": form, "source": source, "kind": LinkKind.PLACE, "utm": {"utm_source": "poster"}}
    links = create_links(places=places, values=values, by=ops, now=now)
    rep = ground.users["rep"]
    if rep.department is not None:
        named = {"name": rep.department.name, "kind": LinkKind.DEALER, "department": rep.department}
        links.append(save_link(values={**named, "form": form, "source": source}, by=ops, now=now))
    links.append(ensure_own_link(rep=rep, form=form, now=now))
    _visits(links, ZoneInfo(ground.business.zone), chance, now)
    shared = _share(ground, form, leads, chinese=chinese, now=now)
    note_touches(
        touches=[
            NewTouch(
                contact_id=lead.contact_id,
                lead_id=lead.pk,
                at=lead.captured_at,
                link_id=shared.link_id if place in _FRIENDS else links[place % len(links)].pk,
                utm=lead.utm,
                brought=True,
            )
            for place, lead in enumerate(leads)
        ]
    )
    _bring(ground, shared, [leads[place] for place in _FRIENDS if place < len(leads)], now)


def _visits(links: list[EntryLink], zone: ZoneInfo, chance: random.Random, now: datetime) -> None:
    day = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    rows = {}
    for link in links:
        for ago in range(_DAYS):
            for _ in range(chance.randint(1, 4)):
                at = (day - timedelta(days=ago)).replace(hour=chance.choice(_BUSY))
                visits = chance.randint(2, 9)
                if at <= day:
                    rows[link.pk, at] = LinkHour(
                        link=link, at=at, visits=visits, visitors=max(1, visits - 2), machines=chance.randint(0, 1)
                    )
    LinkHour.objects.bulk_create(rows.values())


def _share(ground: Ground, form: Form, leads: list[Lead], *, chinese: bool, now: datetime) -> ReferralLink:
    """The program, and the link of whoever came last."""
    values = {
        "name": "老带新" if chinese else "Friends of friends",
        "form": form,
        "source": ground.sources[-1],
        "per_lead": Decimal(50),
        "per_deal": Decimal(300),
        "unit": RewardUnit.POINTS if chinese else RewardUnit.MONEY,
        "currency": ground.business.currency,
        "person_limit": Decimal(500),
    }
    program = save_program(values=values, by=ground.users["ops"], now=now)
    return ensure_referral_link(program=program, contact=leads[0].contact, now=now)


def _bring(ground: Ground, by: ReferralLink, friends: list[Lead], now: datetime) -> None:
    """Whom they brought, and the ledger with a reward in every state."""
    brought = [NewReferral(by.link_id, lead.contact_id, lead.pk, was_known=False) for lead in friends]
    attribute_referrals(brought=brought, now=now)
    reward_leads(lead_ids=[lead.pk for lead in friends[:4]], now=now)
    reward_deals(lead_ids=[lead.pk for lead in friends[:2]], now=now)
    ledger, ops = list(Reward.objects.order_by("pk").values_list("pk", flat=True)), ground.users["ops"]
    move_rewards(reward_ids=ledger[:3], to=RewardState.APPROVED, by=ops, now=now)
    move_rewards(reward_ids=ledger[:1], to=RewardState.PAID, by=ops, now=now)
