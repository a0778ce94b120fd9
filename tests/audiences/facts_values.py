"""What rules may compare the facts of the small business with."""

from tests.core.condition_cases import MOMENTS

TEXTS = ["red", "RED", "7", "7.5", "true", '["a"]', "7 "]
# What rules compare with. Words that only the world knows (ids) are drawn by place and looked up.
MOMENT_VALUES = [moment.isoformat() for moment in MOMENTS]
TYPES = ["facts-viewed", "facts-clicked"]
DAYS = [moment.date().isoformat() for moment in MOMENTS]


def of_events(name, values):
    """What a fact of events is compared with, and what narrows it."""
    start = f"events.{name}"
    return {
        start: values,
        f"{start}.type": TYPES,
        f"{start}.days": [1, 7, 30],
        f"{start}.since": DAYS,
        f"{start}.until": DAYS,
        f"{start}.property": ["colour", "seconds", "size"],
        f"{start}.equals": TEXTS,
        f"{start}.at_least": [5, 7, 7.25],
        f"{start}.at_most": [7, 7.5, 9],
    }


def of_touches(name, values):
    start = f"touches.{name}"
    return {
        start: values,
        f"{start}.channel": ["email", "rep_task"],
        f"{start}.sop": ["<sops 0>", "<sops 1>"],
        f"{start}.campaign": ["<campaigns 0>", "<campaigns 1>"],
        f"{start}.days": [1, 7, 30],
    }


VALUES = {
    "contact.name": ["Ada", "ada", "李", "O'Neil", "雷"],
    "contact.city": ["Berlin", "berlin", "上海", "海"],
    "contact.country": ["DE", "CN"],
    "contact.zone": ["Asia/Shanghai", "asia"],
    "contact.language": ["en", "zh-hans"],
    "contact.company": ["Acme Tools", "万达", "tools"],
    "contact.owner": ["<users 0>", "<users 1>"],
    "contact.created_at": MOMENT_VALUES,
    "contact.known_by": ["phone", "email", "wecom"],
    "contact.do_not_contact": ["all", "email", "sms", "call", "chat"],
    "lead.status": ["new", "won", "lost"],
    "lead.source": ["<sources 0>", "<sources 1>"],
    "lead.came_by": ["form", "api", "hand"],
    "lead.origin": ["Landing page", "page"],
    "lead.owner": ["<users 0>", "<users 1>"],
    "lead.rating": ["A", "B", "C"],
    "lead.score": [0, 5, 7.5, 10],
    "lead.captured_at": MOMENT_VALUES,
    "lead.attribute": TEXTS,
    "lead.attribute.name": ["colour", "size"],
    "lead.attribute_number": [7, 7.5, 8],
    "lead.attribute_number.name": ["colour", "size"],
    "lead.sources": ["<sources 0>", "<sources 1>"],
    **{key: ["<links 0>", "<links 1>"] for key in ("lead.link", "lead.links", "lead.first_link")},
    "lead.count": [0, 1, 2, 3],
    "lead.count.status": ["new", "won"],
    "contact.departments": ["<departments 0>", "<departments 1>"],
    "contact.friends": ["<users 0>", "<users 1>"],
    "contact.deleted": ["<users 0>", "<users 1>"],
    "contact.groups": ["<groups 0>", "<groups 1>"],
    **of_events("count", [0, 1, 2]),
    **of_events("sum", [0, 5, 7.25, 14]),
    "events.sum.of": ["seconds", "colour"],
    **of_events("first_at", MOMENT_VALUES),
    **of_events("last_at", MOMENT_VALUES),
    **of_events("distinct_days", [0, 1, 2]),
    "events.in_order": [True, False],
    "events.in_order.type": TYPES,
    "events.in_order.then": TYPES,
    "events.in_order.within": [1, 7, 30],
    "events.in_order.days": [7, 30],
    **of_touches("count", [0, 1, 2]),
    **of_touches("opened", [0, 1, 2]),
    **of_touches("last_at", MOMENT_VALUES),
    "segments": ["<segments 0>", "<segments 1>", "<segments 2>"],
    "tag.since": MOMENT_VALUES,
    "tag.since.tag": ["facts-a", "facts-b"],
    "score": [-5, 0, 12.5, 60],
    "score_band": ["hot", "cold"],
    "tags": ["facts-a", "facts-b", "facts-c"],
    "stage.current": ["facts-new", "facts-won"],
    "stage.current.lifecycle": ["<lifecycles 0>", "<lifecycles 1>"],
    "stage.kind": ["open", "won", "lost"],
    "stage.kind.lifecycle": ["<lifecycles 0>", "<lifecycles 1>"],
    "stage.since": MOMENT_VALUES,
    "stage.since.lifecycle": ["<lifecycles 0>", "<lifecycles 1>"],
    "stage.ever": ["facts-new", "facts-won"],
    "orders.count": [0, 1, 2],
    "orders.count.days": [1, 7, 30],
    "orders.count.platform": ["facts", "shop"],
    "orders.count.group": ["drinks", "none"],
    "orders.sum": [0, 19.9, 20, 39.9],
    "orders.sum.currency": ["CNY", "EUR", "USD"],
    "orders.sum.days": [7, 30],
    "orders.sum.platform": ["facts", "shop"],
    "orders.sum.group": ["drinks", "none"],
    "orders.days_between": [0, 0.5, 1, 29.5, 365],
    "orders.repurchases": [0, 1, 2],
    "orders.first_at": MOMENT_VALUES,
    "orders.last_at": MOMENT_VALUES,
    "orders.next_at": MOMENT_VALUES,
    "orders.products": ["facts-tea", "facts-cup"],
    "orders.products.days": [7, 30],
    "orders.products.platform": ["facts", "shop"],
    "orders.groups": ["drinks"],
    "orders.groups.days": [7, 30],
    "orders.groups.platform": ["facts", "shop"],
    "tiers": ["facts-00", "facts-01", "facts-10"],
    "tiers.ever": ["facts-00", "facts-11"],
    "tiers.since": MOMENT_VALUES,
    "tiers.since.tier": ["facts-00", "facts-10"],
    **{f"tiers.{name}": [1, 3, 5] for name in ("recency", "frequency", "money")},
    **{f"tiers.{name}.scheme": ["<schemes 0>", "<schemes 1>"] for name in ("recency", "frequency", "money")},
    "coupons.held": ["facts-five", "facts-ten"],
    "coupons.redeemed": [0, 1],
    "coupons.redeemed.days": [7, 30],
}


def looked_up(data, world):
    """The rule with `<users 0>` and the like replaced by the id that the row got."""
    if isinstance(data, dict):
        return {key: looked_up(value, world) for key, value in data.items()}
    if isinstance(data, list):
        return [looked_up(value, world) for value in data]
    if isinstance(data, str) and data.startswith("<"):
        name, place = data.strip("<>").split()
        return str(getattr(world, name)[int(place)].id)
    return data
