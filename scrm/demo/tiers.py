"""The demo's tiers: by recency, frequency and money, and by how active somebody is. Its worker places the customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from accounts.models import User
from commerce.enums import Cutting, TierKind
from scrm.flows.tiers import scheme_saved

_NAMES: Final = {"zh-hans": ("RFM 价值分层", "活跃度"), "en": ("Value by RFM", "How active")}


def tell_apart(users: Mapping[str, User], *, language: str, now: datetime) -> None:
    value, active = _NAMES["zh-hans" if language.startswith("zh") else "en"]
    for name, kind, cutting in (
        (value, TierKind.RFM, Cutting.QUANTILE),
        (active, TierKind.ACTIVITY, Cutting.FIXED),
    ):
        scheme_saved(None, name=name, kind=kind, cutting=cutting, cuts={}, by=users["ops"], now=now)
