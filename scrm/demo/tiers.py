"""The demo's tiers: by recency, frequency and money, by how active somebody is, and by rules.

Its worker places the customers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import translation

from accounts.models import User
from commerce.enums import Cutting, TierKind
from scrm.flows.tiers import rule_tier_saved, scheme_saved

_NAMES: Final = {
    "zh-hans": ("RFM 价值分层", "活跃度", "会员等级", ("核心会员", "会员", "潜在客户")),
    "en": ("Value by RFM", "How active", "Membership", ("Core member", "Member", "Prospect")),
}
_BOUGHT: Final = (3, 1)
"""So many orders make the first tiers of members; everybody else is in the last one."""


def tell_apart(users: Mapping[str, User], *, language: str, now: datetime) -> None:
    value, active, members, levels = _NAMES["zh-hans" if language.startswith("zh") else "en"]
    by = users["ops"]
    # A scheme begins with tiers whose names are in the language of whoever makes it.
    with translation.override(language):
        scheme_saved(None, name=value, kind=TierKind.RFM, cutting=Cutting.QUANTILE, cuts={}, by=by, now=now)
        scheme_saved(None, name=active, kind=TierKind.ACTIVITY, cutting=Cutting.FIXED, cuts={}, by=by, now=now)
        ruled = scheme_saved(None, name=members, kind=TierKind.RULE, by=by, now=now)
        rules = [{"fact": "orders.count", "op": "gte", "value": least} for least in _BOUGHT]
        for level, rule in zip(levels, [*rules, {"all": []}], strict=True):
            rule_tier_saved(ruled, None, name=level, condition=rule, by=by, now=now)
