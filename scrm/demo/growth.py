"""What a demo business has learnt: a tree of sources, reviews on outside sites, a campaign looked back at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from accounts.models import User
from campaigns.models import Campaign
from campaigns.services import save_campaign
from campaigns.services.campaigns import add_next_action
from leads.enums import ReplyState, SourceKind
from leads.models import Source
from leads.services.reviews import NewReview, add_reviews
from leads.services.sources import save_source
from scrm.flows.campaign_review import campaign_reviewed


@dataclass(frozen=True, slots=True)
class Words:
    top: str
    site: str
    reviews: tuple[tuple[str, int, str], ...]
    campaign: str
    kind: str
    worked: str
    repeat: str
    stop: str
    action: str


_CHINESE: Final = Words(
    top="付费投放",
    site="大众点评",
    reviews=(
        ("小林", 5, "顾问很专业，试用装也很贴心。"),
        ("阿琪", 2, "加了企微两天都没人回。"),
        ("Momo", 4, "环境不错。"),
    ),
    campaign="春季会员日",
    kind="会员日",
    worked="晚间直播的留资率是白天的两倍。",
    repeat="晚间直播 + 企微一对一跟进",
    stop="线下传单",
    action="下次直播前一周排好晚间顾问班次",
)
_ENGLISH: Final = Words(
    top="Paid",
    site="Maps",
    reviews=(
        ("Lin", 5, "They explained everything."),
        ("Kim", 2, "Nobody called back for days."),
        ("Sam", 4, "Nice shop."),
    ),
    campaign="Spring open day",
    kind="open day",
    worked="Evening visits converted twice as well.",
    repeat="Evening slots",
    stop="Flyers",
    action="Plan evening shifts a week ahead",
)


def tell_growth(sources: Sequence[Source], ops: User, *, language: str, currency: str, now: datetime) -> None:
    words = _CHINESE if language.startswith("zh") else _ENGLISH
    top = save_source(name=words.top, kind=SourceKind.PAID, by=ops, now=now)
    for source in sources:
        if source.kind == SourceKind.PAID:
            save_source(source=source, name=source.name, kind=source.kind, parent=top, by=ops, now=now)
    reviews = [
        NewReview(
            site=words.site,
            written_at=now - timedelta(days=index * 3 + 1),
            author=author,
            rating=stars,
            text=text,
            state=ReplyState.OPEN if stars < 5 else ReplyState.ANSWERED,
        )
        for index, (author, stars, text) in enumerate(words.reviews)
    ]
    add_reviews(reviews=reviews, owner=ops, by=ops, now=now)
    _past_campaign(words, sources, ops, currency, now)


def _past_campaign(words: Words, sources: Sequence[Source], ops: User, currency: str, now: datetime) -> None:
    began = now.date() - timedelta(days=40)
    campaign = save_campaign(
        campaign=Campaign(
            name=words.campaign,
            kind=words.kind,
            starts_on=began,
            ends_on=began + timedelta(days=10),
            budget=Decimal(8_000),
            currency=currency,
            created_at=now,
        ),
        sources=sources[:1],
    )
    review = campaign_reviewed(
        campaign=campaign, worked=words.worked, repeat=words.repeat, stop=words.stop, by=ops, now=now
    )
    add_next_action(review=review, text=words.action, owner=ops, due_on=None, by=ops, now=now)
