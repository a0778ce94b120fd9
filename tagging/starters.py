"""Taxonomies to begin with, by trade, in both languages. Data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tagging.enums import CategoryKind
from tagging.taxonomy import Line

_ATTRIBUTE, _BEHAVIOUR, _INTEREST, _SCENE = (
    *(CategoryKind.ATTRIBUTE, CategoryKind.BEHAVIOUR),
    *(CategoryKind.INTEREST, CategoryKind.SCENE),
)
_ONE, _SEVERAL = True, False

# Each category: kind, names; its groups: names, whether one at most; their tags: code, names, colour.
_Category = tuple[CategoryKind, str, str, tuple[Any, ...]]

_BEAUTY: Final[tuple[_Category, ...]] = (
    (
        *(_ATTRIBUTE, "Skin", "肌肤"),
        (
            (
                *("Skin type", "肤质", _ONE),
                ("skin-dry", "Dry", "干性", "amber"),
                ("skin-oily", "Oily", "油性", "green"),
                ("skin-mixed", "Combination", "混合性", "blue"),
                ("skin-sensitive", "Sensitive", "敏感性", "red"),
            ),
            (
                *("Concern", "肌肤困扰", _SEVERAL),
                ("concern-wrinkles", "Wrinkles", "细纹", "violet"),
                ("concern-spots", "Dark spots", "色斑", "violet"),
                ("concern-acne", "Acne", "痘痘", "violet"),
                ("concern-dullness", "Dullness", "暗沉", "violet"),
            ),
        ),
    ),
    (
        *(_BEHAVIOUR, "Buying", "购买行为"),
        (
            (
                *("Repurchase", "复购", _ONE),
                ("bought-once", "Bought once", "首购", "blue"),
                ("bought-again", "Bought again", "复购", "green"),
                ("bought-often", "Buys often", "高频复购", "red"),
            ),
            (
                *("What moves them", "促购因素", _SEVERAL),
                ("moved-by-samples", "Samples", "小样", "teal"),
                ("moved-by-offers", "Offers", "优惠", "teal"),
                ("moved-by-reviews", "Reviews", "口碑测评", "teal"),
            ),
        ),
    ),
    (
        *(_INTEREST, "Products", "产品偏好"),
        (
            (
                *("Line", "品类", _SEVERAL),
                ("likes-skincare", "Skincare", "护肤", "pink"),
                ("likes-makeup", "Make-up", "彩妆", "pink"),
                ("likes-fragrance", "Fragrance", "香氛", "pink"),
                ("likes-haircare", "Haircare", "洗护", "pink"),
            ),
        ),
    ),
    (
        *(_SCENE, "Moments", "使用场景"),
        (
            (
                *("When they use it", "使用时刻", _SEVERAL),
                ("uses-morning", "Morning", "晨间", "gray"),
                ("uses-evening", "Evening", "夜间", "gray"),
                ("uses-travel", "Travel", "旅行", "gray"),
                ("buys-gifts", "As a gift", "送礼", "gray"),
            ),
        ),
    ),
)

_CLOTHING: Final[tuple[_Category, ...]] = (
    (
        *(_INTEREST, "Style", "风格"),
        (
            (
                *("Clothing style", "服装风格", _ONE),
                ("style-casual", "Casual", "休闲", "green"),
                ("style-fashion", "Fashion", "时尚", "pink"),
                ("style-business", "Business", "商务", "blue"),
            ),
            (
                *("Worn by", "穿着对象", _SEVERAL),
                ("wears-women", "Women", "女装", "violet"),
                ("wears-men", "Men", "男装", "violet"),
                ("wears-children", "Children", "童装", "violet"),
            ),
        ),
    ),
    (
        *(_ATTRIBUTE, "Value", "消费价值"),
        (
            (
                *("Spending power", "消费能力", _ONE),
                ("spending-high", "High", "高消费", "red"),
                ("spending-middle", "Middle", "中消费", "amber"),
                ("spending-low", "Low", "低消费", "gray"),
            ),
            (
                *("Price", "价格敏感度", _ONE),
                ("price-full", "Buys at full price", "正价购买", "green"),
                ("price-sale", "Waits for the sale", "等待折扣", "amber"),
            ),
        ),
    ),
    (
        *(_BEHAVIOUR, "Shopping", "购物行为"),
        (
            (
                *("Where", "购物渠道", _SEVERAL),
                ("shops-store", "In the shop", "门店", "teal"),
                ("shops-online", "Online", "线上", "teal"),
                ("shops-live", "Live shopping", "直播", "teal"),
            ),
        ),
    ),
)

_CARS: Final[tuple[_Category, ...]] = (
    (
        *(_INTEREST, "Car", "购车意向"),
        (
            (
                *("Body", "车型", _SEVERAL),
                ("car-suv", "SUV", "SUV", "blue"),
                ("car-sedan", "Sedan", "轿车", "blue"),
                ("car-mpv", "MPV", "MPV", "blue"),
            ),
            (
                *("Power", "动力", _ONE),
                ("power-electric", "Electric", "纯电", "green"),
                ("power-hybrid", "Plug-in hybrid", "插电混动", "teal"),
                ("power-extended", "Range extender", "增程", "teal"),
            ),
            (
                *("Budget", "预算", _ONE),
                ("budget-under-150", "Under 150,000", "15 万以下", "gray"),
                ("budget-150-300", "150,000 to 300,000", "15 万至 30 万", "amber"),
                ("budget-over-300", "Over 300,000", "30 万以上", "red"),
            ),
        ),
    ),
    (
        *(_BEHAVIOUR, "Way to the purchase", "购车进程"),
        (
            (
                *("What they did", "已完成动作", _SEVERAL),
                ("car-visited", "Visited the shop", "到店", "violet"),
                ("car-test-drive", "Test drive", "试驾", "violet"),
                ("car-quoted", "Got a quote", "已报价", "violet"),
                ("car-compared", "Compares with others", "竞品对比", "violet"),
            ),
            (
                *("When they buy", "购车时间", _ONE),
                ("buys-in-a-month", "Within a month", "一个月内", "red"),
                ("buys-in-a-quarter", "Within three months", "三个月内", "amber"),
                ("buys-later", "Later", "三个月以上", "gray"),
            ),
        ),
    ),
    (
        *(_SCENE, "Use", "用车场景"),
        (
            (
                *("What for", "用途", _SEVERAL),
                ("drives-commute", "Commuting", "通勤", "gray"),
                ("drives-family", "Family", "家用", "gray"),
                ("drives-long", "Long trips", "长途", "gray"),
                ("charges-home", "Charges at home", "可装家充", "green"),
            ),
        ),
    ),
)

_EDUCATION: Final[tuple[_Category, ...]] = (
    (
        *(_ATTRIBUTE, "Learner", "学员"),
        (
            (
                *("Level", "基础水平", _ONE),
                ("level-beginner", "Beginner", "零基础", "gray"),
                ("level-middle", "Intermediate", "有基础", "blue"),
                ("level-advanced", "Advanced", "进阶", "violet"),
            ),
            (
                *("Who pays", "付费人", _ONE),
                ("pays-self", "The learner", "本人", "green"),
                ("pays-parents", "Parents", "家长", "green"),
                ("pays-employer", "The employer", "企业", "green"),
            ),
        ),
    ),
    (
        *(_BEHAVIOUR, "Learning", "学习行为"),
        (
            (
                *("Trial lesson", "试听", _ONE),
                ("trial-booked", "Booked", "已预约试听", "amber"),
                ("trial-attended", "Attended", "已试听", "green"),
                ("trial-missed", "Missed", "未到课", "red"),
            ),
            (
                *("Attendance", "学习状态", _ONE),
                ("learns-steadily", "Steady", "按时学习", "green"),
                ("learns-seldom", "Falling behind", "学习掉队", "red"),
                ("learns-finished", "Finished", "已结课", "blue"),
            ),
        ),
    ),
    (
        *(_INTEREST, "Goals", "学习目标"),
        (
            (
                *("Goal", "目标", _SEVERAL),
                ("goal-exam", "An exam", "考试", "pink"),
                ("goal-career", "A better job", "升职转行", "pink"),
                ("goal-hobby", "For pleasure", "兴趣", "pink"),
            ),
        ),
    ),
)

_B2B: Final[tuple[_Category, ...]] = (
    (
        *(_ATTRIBUTE, "Company", "企业属性"),
        (
            (
                *("Size", "企业规模", _ONE),
                ("size-small", "Up to 50 people", "50 人以内", "gray"),
                ("size-middle", "50 to 500 people", "50 至 500 人", "blue"),
                ("size-large", "Over 500 people", "500 人以上", "violet"),
            ),
            (
                *("Role in the decision", "决策角色", _ONE),
                ("role-decides", "Decides", "决策人", "red"),
                ("role-advises", "Advises", "影响者", "amber"),
                ("role-uses", "Uses it", "使用者", "green"),
            ),
        ),
    ),
    (
        *(_BEHAVIOUR, "Interest", "意向行为"),
        (
            (
                *("What they did", "已完成动作", _SEVERAL),
                ("asked-demo", "Asked for a demo", "申请演示", "teal"),
                ("read-prices", "Read the prices", "看过报价", "teal"),
                ("read-cases", "Read customer stories", "看过案例", "teal"),
                ("came-to-event", "Came to an event", "参加活动", "teal"),
            ),
        ),
    ),
    (
        *(_INTEREST, "Needs", "需求"),
        (
            (
                *("Need", "需求类型", _SEVERAL),
                ("need-new", "First system", "首次采购", "blue"),
                ("need-replace", "Replaces another", "替换现有系统", "blue"),
                ("need-extend", "Wants more of ours", "增购扩容", "blue"),
            ),
            (
                *("Budget", "预算情况", _ONE),
                ("budget-approved", "Approved", "预算已批", "green"),
                ("budget-planned", "Planned", "预算规划中", "amber"),
                ("budget-none", "None yet", "暂无预算", "gray"),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Starter:
    slug: str
    name: str | Promise
    lead: str | Promise
    icon: str
    categories: tuple[_Category, ...]

    def lines(self, *, chinese: bool) -> list[Line]:
        """The taxonomy in one of the languages."""
        return list(_lines(self.categories, chinese))

    @property
    def size(self) -> int:
        return len(self.lines(chinese=False))


def _lines(categories: tuple[_Category, ...], chinese: bool) -> Iterator[Line]:
    for kind, category, category_zh, groups in categories:
        for group, group_zh, exclusive, *tags in groups:
            for code, name, name_zh, colour in tags:
                place = (category_zh, kind.value, group_zh) if chinese else (category, kind.value, group)
                yield Line(*place, exclusive, code, name_zh if chinese else name, colour)


STARTERS: Final[Mapping[str, Starter]] = {
    each.slug: each
    for each in (
        Starter(
            "beauty", pgettext_lazy("trade", "Beauty"), _("Skin, concerns, repurchase and moments."), "heart", _BEAUTY
        ),
        Starter(
            "clothing",
            pgettext_lazy("trade", "Clothing"),
            _("Casual, fashion or business; spending power."),
            "shopping-cart",
            _CLOTHING,
        ),
        Starter(
            "cars",
            pgettext_lazy("trade", "New-energy cars"),
            _("Body, power, budget, test drive and use."),
            "bolt",
            _CARS,
        ),
        Starter(
            "education",
            pgettext_lazy("trade", "Education"),
            _("Level, trial lesson, attendance and goals."),
            "notes",
            _EDUCATION,
        ),
        Starter(
            "b2b",
            pgettext_lazy("trade", "B2B"),
            _("Company, role in the decision, needs and budget."),
            "building",
            _B2B,
        ),
    )
}
