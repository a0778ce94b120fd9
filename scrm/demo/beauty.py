"""The demo beauty brand: 露米美妆, sold through shops and live streams in China."""

from decimal import Decimal

from accounts.enums import Role
from scrm.demo.shape import Business, Channel, Item, Person, Piece, Plan

BEAUTY = Business(
    schema="lumi",
    name="露米美妆",
    zone="Asia/Shanghai",
    language="zh-hans",
    region="CN",
    currency="CNY",
    chinese_names=0.92,
    departments=(("上海大区", ""), ("静安门店", "上海大区"), ("徐汇门店", "上海大区"), ("总部运营", "")),
    people=(
        Person("principal", "林若曦", Role.PRINCIPAL),
        Person("admin", "周敏", Role.ADMIN, "总部运营"),
        Person("ops", "陈思远", Role.OPS, "总部运营"),
        Person("manager", "吴佳怡", Role.MANAGER, "上海大区"),
        Person("rep", "王小明", Role.REP, "静安门店"),
        Person("rep2", "李雨桐", Role.REP, "静安门店"),
        Person("rep3", "张晓琳", Role.REP, "徐汇门店"),
        Person("rep4", "Grace Liu", Role.REP, "徐汇门店"),
    ),
    channels=(
        Channel("抖音信息流", "paid", 30, 820, 0.55, "douyin_ads"),
        Channel("小红书种草", "owned", 22, 260, 0.9, "xiaohongshu"),
        Channel("直播间", "event", 18, 540, 1.1, "live"),
        Channel("老客转介绍", "referral", 12, 90, 1.9, "referral"),
        Channel("门店扫码", "offline", 14, 0, 1.4, "store_qr"),
        Channel("公众号菜单", "owned", 4, 0, 1.0, "wechat_menu"),
    ),
    cities=("上海", "杭州", "苏州", "南京", "宁波", "北京", "广州", "深圳", "成都"),
    tags=(
        ("肤质", True, (("油性肌", "teal"), ("干性肌", "amber"), ("混合肌", "blue"), ("敏感肌", "pink"))),
        ("护肤诉求", False, (("美白提亮", "violet"), ("抗初老", "red"), ("祛痘", "green"), ("补水", "blue"))),
        ("会员等级", True, (("VIP", "amber"), ("新客", "gray"))),
    ),
    attributes={"年龄段": ("18-24", "25-30", "31-40", "40+"), "预算": ("200 以下", "200-500", "500-1000", "1000 以上")},
    items=(
        Item("LM-ESS-30", "焕亮精华 30ml", "精华", Decimal("399.00")),
        Item("LM-CRM-50", "屏障修护面霜 50g", "面霜", Decimal("269.00")),
        Item("LM-MSK-05", "积雪草面膜 5 片", "面膜", Decimal("99.00")),
        Item("LM-SUN-40", "轻透防晒 SPF50 40ml", "防晒", Decimal("159.00")),
    ),
    pieces=(
        Piece("敏感肌换季护理指南", "三步稳住屏障", "product", "换季时先减法：温和清洁、修护屏障、物理防晒。"),
        Piece("焕亮精华 28 天实测", "28 位用户的前后对比", "product", "28 天、28 位用户，早晚各两滴。"),
        Piece("会员日专享礼遇", "每周三，积分翻倍", "price", "会员日当天全场积分翻倍，面膜第二件半价。"),
    ),
    live=Plan(
        "新客 7 日建立信任",
        "线索进来后七天内完成欢迎、肤质诊断与首单",
        (
            {
                "name": "欢迎邮件",
                "channel": "email",
                "offset": {"kind": "immediately"},
                "subject": '{{contact.name|"您好"}}，欢迎来到露米',
                "body": (
                    '{{contact.name|"您好"}}：\n\n谢谢关注露米。先送您一份护理指南：{{link}}\n\n'
                    "不想再收到邮件：{{withdraw_link}}"
                ),
                "material": 0,
            },
            {
                "name": "肤质诊断电话",
                "channel": "rep_task",
                "offset": {"kind": "days", "n": 1, "at": "10:30"},
                "body": '给{{contact.name|"客户"}}打电话：了解肤质与护肤诉求，打上标签，推荐一款产品。',
            },
            {
                "name": "28 天实测",
                "channel": "email",
                "offset": {"kind": "days", "n": 3, "at": "20:00"},
                "subject": "28 位用户的 28 天",
                "body": "看看她们的变化：{{link}}\n\n不想再收到邮件：{{withdraw_link}}",
                "material": 1,
            },
            {
                "name": "会员日邀请",
                "channel": "rep_task",
                "offset": {"kind": "weekday", "weekday": 2, "at": "12:15"},
                "body": '邀请{{contact.name|"客户"}}会员日到店，送面膜小样。',
            },
            {
                "name": "两周回访",
                "channel": "rep_task",
                "offset": {"kind": "days", "n": 14, "at": "19:00"},
                "body": '回访{{contact.name|"客户"}}：使用感受、复购意向。',
            },
        ),
    ),
    draft=Plan(
        "沉睡客户周末唤醒",
        "30 天未互动的客户，周末送专属券",
        (
            {
                "name": "周末问候",
                "channel": "email",
                "offset": {"kind": "weekday", "weekday": 5, "at": "10:00"},
                "subject": "好久不见",
                "body": "给您留了一份礼物：{{link}}\n\n不想再收到邮件：{{withdraw_link}}",
                "material": 2,
            },
        ),
    ),
    form={
        "title": "免费肤质诊断预约",
        "intro": "留下联系方式，美容顾问将在 24 小时内为您做一对一肤质诊断。",
        "colour": "pink",
        "questions": [
            {"kind": "name", "label": "您的姓名", "required": True},
            {"kind": "phone", "label": "您的手机号", "required": True},
            {
                "kind": "choice",
                "label": "您的肤质",
                "choices": [
                    ("油性", "油性肌"),
                    ("干性", "干性肌"),
                    ("混合", "混合肌"),
                    ("敏感", "敏感肌"),
                    ("不清楚", ""),
                ],
            },
            {"kind": "text", "label": "什么情况下会敏感", "show": {"id": "3", "values": ["敏感"]}},
            {
                "kind": "choices",
                "label": "最想改善什么",
                "choices": [("提亮肤色", "美白提亮"), ("抗初老", "抗初老"), ("祛痘", "祛痘"), ("补水", "补水")],
            },
            {"kind": "consent", "label": "我同意露米美妆通过电话和邮件与我联系。", "required": True},
        ],
        "thanks": "已收到！顾问会尽快与您联系。",
    },
    segments=(
        ("上海客户", {"fact": "contact.city", "op": "is", "value": "上海"}),
        ("有邮箱的客户", {"fact": "contact.known_by", "op": "has", "value": "email"}),
        (
            "上海以外的活跃客户",
            {
                "all": [
                    {"fact": "segments", "op": "has_none", "value": ["上海客户"]},
                    {
                        "any": [
                            {"fact": "events.count", "op": "gte", "value": 2, "args": {"days": 30}},
                            {"fact": "segments", "op": "has_any", "value": ["有邮箱的客户"]},
                        ]
                    },
                ]
            },
        ),
    ),
    campaign="双十一返场",
    said=(
        "聊了肤质，混合偏敏感，想先试小样。",
        "已加企业微信，约周末到店。",
        "电话未接，发了短信。",
        "对精华感兴趣，问了成分和价格。",
        "预算有限，等会员日再联系。",
        "到店体验，做了水分测试。",
    ),
    file=("门店地推名单.csv", ("姓名", "手机", "城市", "渠道", "备注")),
    system="天猫订单同步",
)
