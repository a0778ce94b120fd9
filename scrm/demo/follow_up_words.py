"""What the people of the demo businesses say, and what the deals with them are called."""

from dataclasses import dataclass
from typing import Final

from commerce.enums import Sentiment
from leads.enums import InteractionKind

_CALL, _CHAT = InteractionKind.CALL, InteractionKind.CHAT
_VISIT, _MEETING = InteractionKind.VISIT, InteractionKind.MEETING
_GOOD, _BAD = Sentiment.GOOD, Sentiment.BAD


@dataclass(frozen=True, slots=True)
class Talk:
    """`outcome` is the place in the list of its kind; `agreed` in how many days the next contact is to be."""

    kind: str
    outcome: int
    text: str
    minutes: int | None = None
    agreed: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said of us; `topic` and `item` are places in the lists of topics and of what is sold."""

    topic: int
    sentiment: str
    text: str
    wish: str = ""
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A deal about so many of one item, by its place in the list of what is sold."""

    name: str
    item: int
    many: int = 1


@dataclass(frozen=True, slots=True)
class Words:
    talks: tuple[Talk, ...]
    heard: tuple[Heard, ...]
    deals: tuple[Sale, ...]
    lost: str
    scores: tuple[str, str, str]


CHINESE: Final = Words(
    talks=(
        Talk(_CALL, 1, "想给孩子老师买礼盒，让我周末前发报价。", 6, agreed=1),
        Talk(_CHAT, 0, "发了成分表，问敏感肌能不能用，已答复。"),
        Talk(_VISIT, 0, "到店做了水分测试，T 区偏油，试用了精华。", 35, agreed=3),
        Talk(_CALL, 2, "在开会，约今晚七点后再打。", 1, agreed=0),
        Talk(_MEETING, 0, "与采购一起过了员工礼品方案，等总经理批预算。", 50, agreed=6),
        Talk(_CALL, 3, "两次未接，已发短信。"),
        Talk(_CHAT, 1, "看了 28 天实测，想先买小样。", agreed=2),
        Talk(_CALL, 0, "确认收货，面霜用着合适，愿意推荐给同事。", 4),
    ),
    heard=(
        Heard(0, _BAD, "面霜比别家贵三十块，双十一也没便宜多少。", "出 15ml 小容量", item=1),
        Heard(1, _GOOD, "精华吸收快，上妆不搓泥。", item=0),
        Heard(3, _GOOD, "顾问记得我的肤质，每次都说到点上。"),
        Heard(4, _BAD, "快递盒压坏了，瓶盖有点漏。", "换加厚包装", item=0),
        Heard(2, Sentiment.NEUTRAL, "防晒有点黏，夏天想要更清爽的。", "清爽型防晒", item=3),
        Heard(0, Sentiment.NEUTRAL, "有没有小容量，出差带着方便。", "出 15ml 小容量", item=1),
        Heard(5, Sentiment.NEUTRAL, "在和另一个国货牌子的精华做对比。", item=0),
    ),
    deals=(
        Sale("年度护肤套装", 0, 4),
        Sale("员工节日礼盒 200 份", 2, 200),
        Sale("精华 + 面霜组合", 0),
        Sale("婚礼伴手礼 80 份", 2, 80),
        Sale("会员年卡", 1, 6),
        Sale("客户答谢礼品 50 份", 3, 50),
        Sale("孕期护肤方案", 1, 3),
        Sale("门店团购", 2, 30),
    ),
    lost="选了其他品牌",
    scores=("看内容", "付款", "有邮箱，可触达"),
)
ENGLISH: Final = Words(
    talks=(
        Talk(_CALL, 1, "Wants a quotation for the estate before the weekend, with the tow bar.", 6, agreed=1),
        Talk(_CHAT, 0, "Asked about charging in winter; sent the measurements."),
        Talk(_VISIT, 0, "Test drive of the V5, an hour, with the dog. Boot is large enough.", 60, agreed=3),
        Talk(_CALL, 2, "In a meeting; call after seven tonight.", 1, agreed=0),
        Talk(
            _MEETING,
            0,
            "Went through leasing with the fleet manager; the director decides on the budget.",
            50,
            agreed=6,
        ),
        Talk(_CALL, 3, "Twice no answer, left a message."),
        Talk(_CHAT, 1, "Read what owners tell, wants to drive one herself.", agreed=2),
        Talk(_CALL, 0, "Wallbox works since Friday; would recommend us.", 4),
    ),
    heard=(
        Heard(0, _BAD, "The estate costs 2,000 more than the other maker's.", "Leasing below 300 a month", item=1),
        Heard(1, _GOOD, "Doors close like a vault, nothing rattles.", item=1),
        Heard(3, _GOOD, "They knew my name and my route to work."),
        Heard(4, _BAD, "Delivery was moved twice, by letter.", "Delivery date in the app", item=0),
        Heard(2, Sentiment.NEUTRAL, "Needs a tow bar for the trailer.", "Tow bar for the V3", item=0),
        Heard(0, Sentiment.NEUTRAL, "Would sign at once if the rate were lower.", "Leasing below 300 a month", item=1),
        Heard(5, Sentiment.NEUTRAL, "Drives two others this week to compare.", item=2),
    ),
    deals=(
        Sale("V5 estate, private", 1),
        Sale("Fleet of twelve V5", 1, 12),
        Sale("V3 city and wallbox", 0),
        Sale("V7 SUV, leasing", 2),
        Sale("V3 city as a second car", 0),
        Sale("Fleet of three V3", 0, 3),
        Sale("V7 SUV with tow bar", 2),
        Sale("V5 estate, trade-in", 1),
    ),
    lost="Chose another maker",
    scores=("Reads what we send", "Pays an order", "Can be reached by e-mail"),
)
