"""The demo's tiers: by recency, frequency and money, and by how active somebody is. Its worker places the customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import translation

from accounts.models import User
from commerce.enums import Cutting, TierKind
from scrm.flows.tiers import scheme_saved

_NAMES: Final = {"zh-hans": ("RFM 价值分层", "活跃度"), "en": ("Value by RFM", "How active")}


def tell_apart(users: Mapping[str, User], *, language: str, now: datetime) -> None:
    value, active = _NAMES["zh-hans" if language.startswith("zh") else "en"]
    by = users["ops"]
    # A scheme begins with tiers whose names are in the language of whoever makes it.
    with translation.override(language):
        scheme_saved(None, name=value, kind=TierKind.RFM, cutting=Cutting.QUANTILE, cuts={}, by=by, now=now)
        scheme_saved(None, name=active, kind=TierKind.ACTIVITY, cutting=Cutting.FIXED, cuts={}, by=by, now=now)
