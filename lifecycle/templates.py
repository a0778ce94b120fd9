"""What lifecycles of an industry look like: stages with their usual days, why people are lost, what falls due. Pure."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lifecycle.enums import DeadlineAction, DeadlineUnit, StageColour, StageKind

_OPEN, _WON, _LOST, _ADVOCATE = StageKind.OPEN, StageKind.WON, StageKind.LOST, StageKind.ADVOCATE


class Words(NamedTuple):
    """The same in both languages: what is stored is in the language of the business."""

    en: str
    zh: str

    def say(self, *, chinese: bool) -> str:
        return self.zh if chinese else self.en


class StageOf(NamedTuple):
    code: str
    name: Words
    kind: StageKind
    days: int | None
    colour: StageColour


class DeadlineOf(NamedTuple):
    """After so long in the stage: a reminder, or the task that is named."""

    stage: str
    after: int
    unit: DeadlineUnit
    text: Words | None = None
    working: bool = False

    @property
    def action(self) -> DeadlineAction:
        return DeadlineAction.TASK if self.text else DeadlineAction.REMIND


@dataclass(frozen=True, slots=True)
class Template:
    """`hands_over_at` is the stage at which another team usually takes over."""

    code: str
    label: str | Promise
    about: str | Promise
    name: Words
    stages: tuple[StageOf, ...]
    reasons: tuple[Words, ...] = ()
    deadlines: tuple[DeadlineOf, ...] = ()
    hands_over_at: str = ""


_NO_REPLY: Final = Words("No reply", "联系不上")
_PRICE: Final = Words("Price", "价格")
_COMPETITOR: Final = Words("Went to a competitor", "选择了竞品")
_NO_NEED: Final = Words("No need any more", "不再需要")
_LOST_STAGE: Final = StageOf("lost", Words("Lost", "已流失"), _LOST, None, StageColour.GRAY)
_DAYS, _HOURS = DeadlineUnit.DAYS, DeadlineUnit.HOURS

CAR: Final = Template(
    "car",
    _("New-energy car"),
    _("From the first enquiry by shop visit, test drive and deposit to delivery and the owners' club."),
    Words("Car purchase", "购车旅程"),
    (
        StageOf("prospect", Words("Prospect", "意向线索"), _OPEN, 3, StageColour.BLUE),
        StageOf("shop-visit", Words("Shop visit", "到店"), _OPEN, 1, StageColour.BLUE),
        StageOf("wecom-added", Words("WeCom added", "已加企微"), _OPEN, 7, StageColour.TEAL),
        StageOf("test-drive", Words("Test drive", "试驾"), _OPEN, 14, StageColour.TEAL),
        StageOf("deposit", Words("Deposit", "已下定"), _OPEN, 60, StageColour.VIOLET),
        StageOf("delivered", Words("Delivered", "已交付"), _WON, 90, StageColour.GREEN),
        StageOf("owner-care", Words("Owner care", "车主关怀"), _WON, None, StageColour.GREEN),
        StageOf("owners-club", Words("Owners' club", "车主俱乐部"), _ADVOCATE, None, StageColour.PINK),
        _LOST_STAGE,
    ),
    (
        _PRICE,
        Words("Bought another brand", "购买了其他品牌"),
        Words("Delivery takes too long", "交付周期太长"),
        Words("No charging at home", "没有充电条件"),
        Words("Financing refused", "贷款未通过"),
        _NO_REPLY,
    ),
    (
        DeadlineOf("prospect", 1, _DAYS),
        DeadlineOf("shop-visit", 3, _HOURS, Words("Add them on WeCom today", "当天添加企业微信")),
        DeadlineOf("wecom-added", 3, _DAYS, Words("Invite to a test drive", "邀约试驾")),
        DeadlineOf("test-drive", 7, _DAYS, Words("Ask what keeps them from the deposit", "了解未下定的原因")),
        DeadlineOf("test-drive", 14, _DAYS),
        DeadlineOf("deposit", 14, _DAYS, Words("Tell how production goes", "告知排产进度")),
        DeadlineOf("delivered", 7, _DAYS, Words("Ask how the first week was", "首周用车回访")),
        DeadlineOf("delivered", 90, _DAYS, Words("Remind of the first maintenance", "首次保养提醒")),
    ),
    "delivered",
)

BEAUTY: Final = Template(
    "beauty",
    _("Beauty"),
    _("From a new friend by sample and first order to members who come back and recommend."),
    Words("Beauty customers", "美妆客户旅程"),
    (
        StageOf("new-friend", Words("New friend", "新好友"), _OPEN, 3, StageColour.BLUE),
        StageOf("advised", Words("Skin advice given", "已做肌肤咨询"), _OPEN, 7, StageColour.TEAL),
        StageOf("sampled", Words("Sample tried", "已试用小样"), _OPEN, 14, StageColour.TEAL),
        StageOf("first-order", Words("First order", "首单"), _WON, 30, StageColour.GREEN),
        StageOf("repeat", Words("Bought again", "复购"), _WON, 45, StageColour.GREEN),
        StageOf("member", Words("Member", "会员"), _WON, None, StageColour.VIOLET),
        StageOf("koc", Words("Shares with others", "种草达人"), _ADVOCATE, None, StageColour.PINK),
        StageOf("lost", Words("Lapsed", "已流失"), _LOST, None, StageColour.GRAY),
    ),
    (
        _PRICE,
        Words("Did not suit the skin", "不适合肤质"),
        Words("Uses another brand", "使用其他品牌"),
        _NO_NEED,
        _NO_REPLY,
    ),
    (
        DeadlineOf("new-friend", 1, _DAYS, Words("Ask about skin and habits", "了解肤质与习惯")),
        DeadlineOf("sampled", 7, _DAYS, Words("Ask how the sample worked", "询问试用感受")),
        DeadlineOf("first-order", 21, _DAYS, Words("Offer the matching product", "推荐搭配产品")),
        DeadlineOf("repeat", 45, _DAYS),
    ),
)

COURSE: Final = Template(
    "course",
    _("Knowledge product"),
    _("Sales until the first course, then the teaching team: learning, second and third purchase."),
    Words("Course students", "学员旅程"),
    (
        StageOf("enquired", Words("Enquired", "已咨询"), _OPEN, 2, StageColour.BLUE),
        StageOf("trial-lesson", Words("Trial lesson", "试听课"), _OPEN, 7, StageColour.TEAL),
        StageOf("considering", Words("Considering", "考虑中"), _OPEN, 7, StageColour.AMBER),
        StageOf("first-course", Words("First course bought", "首次购课"), _WON, 3, StageColour.GREEN),
        StageOf("learning", Words("Learning", "学习中"), _WON, 60, StageColour.GREEN),
        StageOf("second-course", Words("Second course bought", "二次购课"), _WON, 90, StageColour.VIOLET),
        StageOf("third-course", Words("Third course bought", "三次购课"), _WON, None, StageColour.VIOLET),
        StageOf("ambassador", Words("Recommends us", "转介绍"), _ADVOCATE, None, StageColour.PINK),
        _LOST_STAGE,
    ),
    (
        _PRICE,
        Words("No time to learn", "没有时间学习"),
        Words("Not what they look for", "课程不匹配"),
        _COMPETITOR,
        Words("Asked for their money back", "申请退款"),
        _NO_REPLY,
    ),
    (
        DeadlineOf("enquired", 2, _HOURS, working=True),
        DeadlineOf("trial-lesson", 1, _DAYS, Words("Ask how the trial lesson was", "试听课回访")),
        DeadlineOf("first-course", 1, _DAYS, Words("Welcome to the class", "开班欢迎与学习安排")),
        DeadlineOf("learning", 30, _DAYS, Words("Ask how the learning goes", "学习进度回访")),
    ),
    "first-course",
)

SAAS: Final = Template(
    "saas",
    _("B2B software"),
    _("From the lead by demo and trial to the contract and its renewal."),
    Words("Software customers", "企业客户旅程"),
    (
        StageOf("lead", Words("Lead", "线索"), _OPEN, 2, StageColour.BLUE),
        StageOf("qualified", Words("Qualified", "已确认需求"), _OPEN, 7, StageColour.BLUE),
        StageOf("demo", Words("Demo given", "已演示"), _OPEN, 14, StageColour.TEAL),
        StageOf("trial", Words("Trial", "试用中"), _OPEN, 30, StageColour.TEAL),
        StageOf("negotiation", Words("Negotiation", "商务谈判"), _OPEN, 21, StageColour.AMBER),
        StageOf("customer", Words("Customer", "已签约"), _WON, 330, StageColour.GREEN),
        StageOf("renewed", Words("Renewed", "已续约"), _WON, None, StageColour.GREEN),
        StageOf("reference", Words("Reference customer", "标杆客户"), _ADVOCATE, None, StageColour.PINK),
        _LOST_STAGE,
    ),
    (
        _PRICE,
        Words("No budget", "没有预算"),
        Words("Features missing", "功能不满足"),
        _COMPETITOR,
        Words("Project put off", "项目搁置"),
        Words("Cancelled", "取消续约"),
        _NO_REPLY,
    ),
    (
        DeadlineOf("lead", 4, _HOURS, working=True),
        DeadlineOf("demo", 3, _DAYS, Words("Ask for the next step after the demo", "演示后推进下一步"), True),
        DeadlineOf("trial", 7, _DAYS, Words("Ask how the trial goes", "试用回访"), True),
        DeadlineOf("trial", 25, _DAYS, Words("Talk about what comes after the trial", "沟通试用后方案")),
        DeadlineOf("customer", 300, _DAYS, Words("Begin the renewal", "启动续约")),
    ),
    "customer",
)

BLANK: Final = Template(
    "blank",
    _("Blank"),
    _("Three stages to begin with: name the others yourself."),
    Words("New lifecycle", "新生命周期"),
    (
        StageOf("new", Words("New", "新客户"), _OPEN, 7, StageColour.BLUE),
        StageOf("won", Words("Won", "已成交"), _WON, None, StageColour.GREEN),
        _LOST_STAGE,
    ),
    (_PRICE, _COMPETITOR, _NO_NEED, _NO_REPLY),
)

TEMPLATES: Final = {each.code: each for each in (CAR, BEAUTY, COURSE, SAAS, BLANK)}
USUAL_REASONS: Final = (_PRICE, _COMPETITOR, _NO_NEED, _NO_REPLY)
"""For a lifecycle that nobody chose a template for."""
