"""What a new business begins with: tracking plan, lifecycle, tags, and a rule of each kind."""

from typing import Any, Final

import events.services
import leads.services.interactions
import lifecycle.services
import tagging.services
from commerce.services_voices import ensure_voice_topics
from leads.enums import DealKind, InteractionKind
from leads.services.opportunities import ensure_opportunity_stages
from lifecycle.enums import StageKind
from lifecycle.templates import USUAL_REASONS
from scrm.core import clock
from scrm.flows.audience import SEGMENT_EVENT_TYPES
from tagging.enums import CategoryKind
from tenants.selectors import tenant_current

_TEXT, _NUMBER = "text", "number"

# code, names, the question it answers, both in English and Chinese, its properties, whether it counts as engagement
_EVENT_TYPES: Final[tuple[tuple[str, str, str, str, str, dict[str, str], bool], ...]] = (
    (
        *("lead_captured", "Lead captured", "获得线索", "Which sources bring leads?", "哪些渠道带来线索？"),
        *({"lead": _TEXT, "source": _TEXT, "came_by": _TEXT}, False),
    ),
    (
        *(
            "form_viewed",
            "Form viewed",
            "打开表单",
            "How many who see a form fill it in?",
            "看到表单的人有多少会填写？",
        ),
        *({"form": _TEXT, "source": _TEXT}, True),
    ),
    (
        *("form_submitted", "Form submitted", "提交表单", "Which forms work?", "哪些表单有效？"),
        *({"form": _TEXT, "source": _TEXT}, True),
    ),
    (
        *("content_viewed", "Content viewed", "浏览内容", "Which content interests whom?", "谁对哪些内容感兴趣？"),
        *({"material": _TEXT, "topic": _TEXT, "seconds": _NUMBER, "depth": _NUMBER}, True),
    ),
    (
        *("link_clicked", "Link clicked", "点击链接", "Which messages make people act?", "哪些消息让人行动？"),
        *({"link": _TEXT, "material": _TEXT, "touchpoint": _NUMBER}, True),
    ),
    (
        *("mail_sent", "Mail sent", "发送邮件", "Whom did we write to?", "我们给谁发过邮件？"),
        *({"touchpoint": _NUMBER, "step": _TEXT, "sop": _TEXT}, False),
    ),
    (
        *("mail_bounced", "Mail bounced", "邮件退信", "Which addresses are wrong?", "哪些邮箱有误？"),
        *({"touchpoint": _NUMBER, "reason": _TEXT}, False),
    ),
    (
        *("task_done", "Task done", "完成任务", "Do representatives do what is planned?", "员工是否按计划执行？"),
        *({"task": _TEXT, "touchpoint": _NUMBER, "rep": _TEXT}, False),
    ),
    (
        *("order_paid", "Order paid", "支付订单", "What do customers buy, and how often?", "客户买什么、多久买一次？"),
        *({"order": _TEXT, "amount": _NUMBER, "currency": _TEXT, "product": _TEXT}, True),
    ),
    (
        *("order_refunded", "Order refunded", "订单退款", "What do customers send back?", "客户退了什么？"),
        *({"order": _TEXT, "amount": _NUMBER, "currency": _TEXT, "product": _TEXT}, True),
    ),
    (
        *("page_visited", "Page visited", "访问页面", "What do people look for on our pages?", "访客在找什么？"),
        *({"url": _TEXT, "title": _TEXT, "topic": _TEXT, "seconds": _NUMBER}, True),
    ),
    (
        *("chat_message", "Chat message", "会话消息", "Who talks with us, and about what?", "谁在和我们沟通，谈什么？"),
        *({"channel": _TEXT, "direction": _TEXT}, True),
    ),
    *(
        (code, en, zh, question, question_zh, properties, False)
        for code, en, zh, question, question_zh, properties in SEGMENT_EVENT_TYPES
    ),
    (
        *("consent_withdrawn", "Consent withdrawn", "撤回同意", "What drives people away?", "是什么让客户离开？"),
        *({"channel": _TEXT, "reason": _TEXT}, False),
    ),
)

# code, English, Chinese, kind, typical days
_STAGES: Final = (
    ("captured", "Captured", "已获取", StageKind.OPEN, 1),
    ("contacted", "Contacted", "已联系", StageKind.OPEN, 3),
    ("interested", "Interested", "有意向", StageKind.OPEN, 14),
    ("won", "Won", "已成交", StageKind.WON, None),
    ("lost", "Lost", "已流失", StageKind.LOST, None),
    ("advocate", "Recommends us", "推荐者", StageKind.ADVOCATE, None),
)

# kind, names of the category, then groups: names, exclusive, tags of code, names, colour
_TAGS: Final = (
    (
        *(CategoryKind.ATTRIBUTE, "Attributes", "客户属性"),
        (
            (
                *("Customer type", "客户类型", True),
                (
                    ("new-customer", "New customer", "新客户", "blue"),
                    ("regular", "Regular customer", "老客户", "green"),
                ),
            ),
            (
                *("Potential", "潜力", True),
                (
                    ("potential-high", "High potential", "高潜力", "red"),
                    ("potential-medium", "Medium potential", "中潜力", "amber"),
                    ("potential-low", "Low potential", "低潜力", "gray"),
                ),
            ),
        ),
    ),
    (
        *(CategoryKind.BEHAVIOUR, "Behaviour", "客户行为"),
        (
            (
                *("Activity", "活跃度", False),
                (
                    ("viewed-content", "Viewed content", "看过内容", "teal"),
                    ("asked-price", "Asked the price", "问过价格", "violet"),
                ),
            ),
        ),
    ),
    (
        *(CategoryKind.INTEREST, "Interests", "兴趣偏好"),
        (
            (
                *("Topics", "关注话题", False),
                (
                    ("interest-product", "Product", "产品", "blue"),
                    ("interest-price", "Prices and offers", "价格与优惠", "amber"),
                    ("interest-cases", "Customer stories", "客户案例", "green"),
                ),
            ),
        ),
    ),
)


# kind, English, Chinese, whether it counts as effective communication
_OUTCOMES: Final = (
    (InteractionKind.CALL, "Reached", "已接通", True),
    (InteractionKind.CALL, "Interested", "有意向", True),
    (InteractionKind.CALL, "Call back", "稍后回电", False),
    (InteractionKind.CALL, "No answer", "无人接听", False),
    (InteractionKind.CALL, "Wrong number", "号码错误", False),
    (InteractionKind.CHAT, "Replied", "已回复", True),
    (InteractionKind.CHAT, "Interested", "有意向", True),
    (InteractionKind.CHAT, "No reply", "未回复", False),
    (InteractionKind.VISIT, "Came", "已到访", True),
    (InteractionKind.VISIT, "Did not come", "未到访", False),
    (InteractionKind.MEETING, "Took place", "已举行", True),
    (InteractionKind.MEETING, "Put off", "已改期", False),
)

# English, Chinese, what it means, probability in percent
_PIPELINE: Final = (
    ("Qualified", "已确认需求", DealKind.OPEN, 20),
    ("Proposal", "方案报价", DealKind.OPEN, 50),
    ("Negotiation", "商务谈判", DealKind.OPEN, 75),
    ("Won", "赢单", DealKind.WON, 100),
    ("Lost", "输单", DealKind.LOST, 0),
)

_TOPICS: Final = (
    ("Price", "价格"),
    ("Quality", "质量"),
    ("Features", "功能"),
    ("Service", "服务"),
    ("Delivery", "交付"),
    ("Competitors", "竞品"),
)


def lay_out_tenant() -> None:
    """Give the current tenant what it begins with; what is there already stays as people made it."""
    chinese = tenant_current().language.startswith("zh")
    now = clock.now()
    events.services.ensure_event_types(
        declared=[
            {
                "code": code,
                "name": en,
                "name_zh": zh,
                "question": question_zh if chinese else question,
                "properties": properties,
                "engaging": engaging,
            }
            for code, en, zh, question, question_zh, properties, engaging in _EVENT_TYPES
        ]
    )
    stages = lifecycle.services.ensure_default_lifecycle(
        name="客户旅程" if chinese else "Customer journey",
        stages=[
            {"code": code, "name": zh if chinese else en, "kind": kind, "typical_days": days}
            for code, en, zh, kind, days in _STAGES
        ],
        reasons=[each.say(chinese=chinese) for each in USUAL_REASONS],
    )
    lay_out_follow_up()
    tags = tagging.services.ensure_taxonomy(categories=_taxonomy(chinese=chinese))
    if "interest-product" in tags:
        tagging.services.ensure_rule(
            name="看过产品内容" if chinese else "Viewed product content",
            tag_id=tags["interest-product"],
            event_type="content_viewed",
            condition={"fact": "event.text", "args": {"property": "topic"}, "op": "is", "value": "product"},
            now=now,
        )
    if "interested" in stages:
        lifecycle.services.ensure_rule(
            name="看过内容即有意向" if chinese else "Whoever views content is interested",
            stage_id=stages["interested"],
            event_type="content_viewed",
            condition={},
            now=now,
        )


def lay_out_follow_up() -> None:
    """The lists that talks and deals are logged with; what is there already stays as people made it."""
    chinese = tenant_current().language.startswith("zh")
    leads.services.interactions.ensure_outcomes(
        outcomes=[(kind, zh if chinese else en, effective) for kind, en, zh, effective in _OUTCOMES]
    )
    ensure_opportunity_stages(stages=[(zh if chinese else en, kind, share) for en, zh, kind, share in _PIPELINE])
    ensure_voice_topics(names=[zh if chinese else en for en, zh in _TOPICS])


def _taxonomy(*, chinese: bool) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "name": zh if chinese else en,
            "groups": [
                {
                    "name": group_zh if chinese else group_en,
                    "exclusive": exclusive,
                    "tags": [
                        {"code": code, "name": tag_zh if chinese else tag_en, "colour": colour}
                        for code, tag_en, tag_zh, colour in tags
                    ],
                }
                for group_en, group_zh, exclusive, tags in groups
            ],
        }
        for kind, en, zh, groups in _TAGS
    ]
