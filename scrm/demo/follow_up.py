"""What the demo's representatives heard and agreed on, the deals that may come of it, and what makes people warm."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from accounts.models import User
from commerce.models import VoiceTopic
from commerce.services_voices import VoiceSaid
from commerce.voice_selectors import voice_topic_list
from contacts.models import Contact
from contacts.selectors import contact_list
from leads.enums import DealKind
from leads.selectors.interactions import outcome_list
from leads.selectors.opportunities import opportunity_stages
from leads.services.interactions import Said
from leads.services.opportunities import Deal, move_opportunity
from scrm.demo.companies import know_companies
from scrm.demo.follow_up_words import CHINESE, ENGLISH, Heard, Words
from scrm.demo.ground import Ground
from scrm.flows.deals import deal_made
from scrm.flows.scoring import score_rule_saved
from scrm.flows.talks import contact_talked
from tagging.enums import ScoreKind
from tenants.selectors import tenant_zone

_EVENING: Final = time(19, 30)


def follow_up(ground: Ground, *, now: datetime) -> None:
    """The people of one representative and of a colleague, newest first: half of them talked to, some with a deal."""
    words = CHINESE if ground.business.language.startswith("zh") else ENGLISH
    ops, rep, colleague = (ground.users[name] for name in ("ops", "rep", "rep3"))
    theirs = {user.pk: list(contact_list(user).filter(owner=user).order_by("-pk")[:10]) for user in (rep, colleague)}
    people = [each for pair in zip(theirs[rep.pk], theirs[colleague.pk], strict=False) for each in pair]
    know_companies(theirs[rep.pk][:4], by=ops, language=ground.business.language, now=now)
    _talk(people, words, ground, now)
    _deal(people, words, ground, now)
    _warm_up(words, ops, now)


def _talk(people: Sequence[Contact], words: Words, ground: Ground, now: datetime) -> None:
    outcomes, topics = outcome_list(), voice_topic_list()
    today = now.astimezone(tenant_zone()).date()
    for place, (contact, talk) in enumerate(zip(people, words.talks, strict=False)):
        of_kind = [each for each in outcomes if each.kind == talk.kind]
        agreed = talk.agreed is not None
        said = Said(
            talk.kind,
            of_kind[talk.outcome],
            talk.text,
            talk.minutes,
            next_on=today + timedelta(days=talk.agreed or 0) if agreed else None,
            next_time=_EVENING if talk.agreed == 0 else None,
        )
        heard = words.heard[place] if place < len(words.heard) else None
        voice = _voice(heard, topics, ground) if heard else None
        at = now - timedelta(hours=3 + 17 * place)
        contact_talked(contact.pk, said, voice=voice, by=contact.owner, now=at)


def _voice(heard: Heard, topics: Sequence[VoiceTopic], ground: Ground) -> VoiceSaid:
    product_id = None if heard.item is None else ground.products[heard.item].pk
    return VoiceSaid(heard.text, (topics[heard.topic].pk,), product_id, heard.sentiment, heard.wish)


def _deal(people: Sequence[Contact], words: Words, ground: Ground, now: datetime) -> None:
    """Those that have ended first, then the open ones, soonest expected first; all began at the first stage."""
    stages = opportunity_stages()
    first, currency = stages[0], ground.business.currency
    wanted = [*reversed(stages), *[each for each in stages if each.kind == DealKind.OPEN]]
    today = now.astimezone(tenant_zone()).date()
    for place, (contact, sale, stage) in enumerate(zip(people, words.deals, wanted, strict=False)):
        product = ground.products[sale.item]
        deal = Deal(
            name=sale.name,
            amount=(product.price or Decimal(0)) * sale.many,
            currency=currency,
            expected_on=today + timedelta(days=12 * place - 30),
            owner_id=contact.owner_id,
        )
        began = now - timedelta(days=25 - 2 * place)
        made = deal_made(contact, deal, stage=first, product_ids=[product.pk], by=contact.owner, now=began)
        reason = words.lost if stage.kind == DealKind.LOST else ""
        move_opportunity(opportunity=made, stage=stage, reason=reason, by=contact.owner, now=began + timedelta(days=4))


def _warm_up(words: Words, by: User, now: datetime) -> None:
    views, pays, reached = words.scores
    score_rule_saved(
        None,
        name=views,
        kind=ScoreKind.EVENT,
        points=12,
        event_type="content_viewed",
        most=4,
        half_life_days=21,
        by=by,
        now=now,
    )
    score_rule_saved(
        None, name=pays, kind=ScoreKind.EVENT, points=30, event_type="order_paid", half_life_days=90, by=by, now=now
    )
    known = {"fact": "contact.known_by", "op": "has", "value": "email"}
    score_rule_saved(None, name=reached, kind=ScoreKind.CONDITION, points=5, condition=known, by=by, now=now)
