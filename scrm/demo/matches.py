"""The demo's table of what suits whom, and when: at purchase moments, on a weekend, and something for everybody."""

from datetime import datetime, time
from typing import Any, Final

from audiences.models import MatchMoment
from audiences.selectors import segment_list_offered
from audiences.services_matches import save_match
from scrm.demo.ground import Ground

_SATURDAY, _SUNDAY = 6, 7
_ROWS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "zh-hans": (
        {
            "material": 1,
            "channel": "chat",
            "moment": MatchMoment.EXPECTED,
            "product_group": "精华",
            "from_day": 10,
            "to_day": 20,
            "words": "精华快用完了，问问使用感受，再约补货。",
        },
        {
            "material": 0,
            "channel": "chat",
            "moment": MatchMoment.BOUGHT,
            "product_group": "面霜",
            "from_day": 7,
            "to_day": 45,
            "words": "面霜用了一阵子，发换季护理指南，关心一下皮肤状态。",
        },
        {
            "material": 2,
            "channel": "chat",
            "segment": True,
            "weekdays": (_SATURDAY, _SUNDAY),
            "from_time": time(10),
            "to_time": time(20),
            "words": "周末到店有礼，邀约到店体验。",
        },
        {"material": 2, "channel": "email", "words": "会员日前一天提醒。"},
    ),
    "en": (
        {
            "material": 0,
            "channel": "call",
            "moment": MatchMoment.NOT_BOUGHT,
            "segment": True,
            "weekdays": (_SATURDAY, _SUNDAY),
            "from_time": time(9),
            "to_time": time(18),
            "words": "They are at home: offer a test drive for next week.",
        },
        {
            "material": 1,
            "channel": "email",
            "moment": MatchMoment.BOUGHT,
            "from_day": 14,
            "to_day": 90,
            "words": "Ask how the first weeks were.",
        },
        {"material": 2, "channel": "email", "words": "Good with the first answer."},
    ),
}


def match_people(ground: Ground, now: datetime) -> None:
    """After the segments: the first of them is the one that a row is for."""
    first = segment_list_offered().filter(name=ground.business.segments[0][0]).get()
    for row in _ROWS["zh-hans" if ground.business.language.startswith("zh") else "en"]:
        said = row | {"material": ground.materials[row["material"]]}
        if row.get("segment"):
            said["segment"] = first
        save_match(**said, by=ground.users["ops"], now=now)
