"""Searches a business of a million contacts as four people who see more and less of it.

    bin/bench search [CONTACTS]

Prints the 50th and 95th of a hundred in milliseconds, beside reading twenty contacts by their ids in the same process.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.stack import Stack

ROUNDS = 5
BATCH = 20_000
PEOPLE = {"few": 0.0002, "many": 0.2}
QUERIES = {
    "two characters": ["小明", "建国", "欧阳", "晓琳", "可馨"],
    "whole name": ["王小明", "李芳", "曾可馨", "张伟"],
    "surname": ["王", "赵", "沈"],
    "one character": ["明", "雨"],
    "pinyin": ["wangxiaoming", "xiaoming", "lifang", "zengkexin", "wang", "zhangwe"],
    "initials": ["wxm", "xm", "lf", "zkx"],
    "latin": ["smith", "anna", "john sm", "an"],
    "nobody": ["zzqqxx", "龘靐", "wangzzz", "qxq"],
    "last four": ["0007", "1234"],
    "phone": ["13800000007", "+8613800099999"],
    "e-mail": ["p7@example.com", "p99999@example.com"],
    "company": ["星辰科技", "xckj", "上海"],
    "id": ["wm-77", "wm-nobody"],
}
_FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧巧美霞平刚桂佳鑫雨桐梓涵欣怡子轩浩然思"
    "远晓琳雅婷嘉诗俊若曦诺宇航语嫣博文梦琪天佑可馨晨小建国"
)
_FIRST = (
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Elena",
    "John",
    "Greta",
    "Henrik",
    "Ida",
    "Jonas",
    "Karla",
    "Lukas",
    "Maria",
)
_LAST = ("Smith", "Berger", "Conrad", "Dietz", "Engel", "Fischer", "Graf", "Hartmann", "Jansen", "Keller", "Andersson")
_TRADE = ("科技", "贸易", "实业", "餐饮", "教育", "医疗", "汽车", "服饰")
_CITY = ("上海", "北京", "深圳", "杭州", "成都", "苏州")
_MARK = ("星辰", "远望", "华宇", "鼎盛", "瑞丰", "云帆", "长青", "明德")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with Stack("bench-search") as stack:
        stack.enter_django()
        from django_tenants.utils import tenant_context

        from scrm.flows.opening import tenant_opened
        from tenants.services import create_template

        create_template()
        tenant = tenant_opened(schema_name="bench", domain="bench.localhost", language="en", zone="UTC")

        with tenant_context(tenant):
            began = time.perf_counter()
            viewers = fill(count)
            print(f"{count:,} contacts in {time.perf_counter() - began:.0f} s", flush=True)
            measure(viewers)


def fill(count: int) -> dict[str, Any]:
    """People of invented names with a phone each, every third with an e-mail, every second with a lead, a tenth of
    which are somebody else's; and whom each of four viewers is."""
    from django.db import connection

    from accounts.models import Department
    from accounts.services import create_user

    team = Department.objects.create(name="Team")
    other = Department.objects.create(name="Other")
    viewers = {
        "few": create_user(username="few", password=None, role="rep", department=team),
        "many": create_user(username="many", password=None, role="rep", department=other),
        "manager": create_user(username="manager", password=None, role="manager", department=team),
        "admin": create_user(username="admin", password=None, role="admin"),
    }
    others = [create_user(username=f"rep{n}", password=None, role="rep", department=team) for n in range(40)]
    rest = [create_user(username=f"far{n}", password=None, role="rep", department=other) for n in range(60)]
    chance = random.Random(7)
    companies = _companies(count // 50)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        owners = [_owner(chance, viewers, others, rest) for _number in numbers]
        _people(chance, numbers, owners, companies)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return viewers


def _owner(chance: random.Random, viewers: dict[str, Any], others: list[Any], rest: list[Any]) -> Any:
    drawn = chance.random()
    if drawn < PEOPLE["few"]:
        return viewers["few"].pk
    if drawn < PEOPLE["many"]:
        return viewers["many"].pk
    return chance.choice(others if drawn < 0.4 else rest).pk


def _name(chance: random.Random) -> str:
    if chance.random() < 0.15:
        return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    family = "欧阳" if chance.random() < 0.001 else chance.choice(_FAMILY[:12] if chance.random() < 0.6 else _FAMILY)
    return family + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))


def _companies(count: int) -> list[Any]:
    from contacts.finding.keys import keys_of
    from contacts.models import Company
    from scrm.core import clock
    from scrm.core.bulk import insert_columns
    from scrm.core.ids import uuid7s

    chance = random.Random(3)
    names = [
        f"{chance.choice(_CITY)}{chance.choice(_MARK)}{chance.choice(_TRADE)}{n}有限公司" for n in range(max(1, count))
    ]
    ids = uuid7s(len(names))
    columns: dict[str, Any] = {"id": ids, "name": names, "search_keys": [keys_of(name) for name in names]}
    insert_columns(Company, columns, {"created_at": clock.now()})
    return ids


def _people(chance: random.Random, numbers: range, owners: list[Any], companies: list[Any]) -> None:
    from contacts.finding.keys import keys_of
    from contacts.models import Contact, Identity
    from contacts.sealing import SealedIdentity, blind_of, blind_tail_of
    from leads.models import Lead
    from scrm.core import clock
    from scrm.core.bulk import insert_columns
    from scrm.core.ids import uuid7s
    from tenants.selectors import tenant_keys

    now, keys = clock.now(), tenant_keys()
    ids, names = uuid7s(len(numbers)), [_name(chance) for _number in numbers]
    columns: dict[str, Any] = {"id": ids, "name": names, "search_keys": [keys_of(name) for name in names]}
    columns |= {"owner_id": owners, "company_id": [chance.choice(companies) if n % 3 == 0 else None for n in numbers]}
    insert_columns(Contact, columns, {"created_at": now, "updated_at": now})
    halves = ids[::2]
    leads: dict[str, Any] = {"id": uuid7s(len(halves)), "contact_id": halves, "dedupe_key": [str(pk) for pk in halves]}
    leads["owner_id"] = [chance.choice(owners) if chance.random() < 0.1 else owner for owner in owners[::2]]
    constants = {"status": "assigned", "came_by": "import", "captured_at": now, "assigned_at": now, "updated_at": now}
    insert_columns(Lead, leads, constants)
    rows = []
    for pk, number in zip(ids, numbers, strict=True):
        phone = f"+86138{number:08d}"
        rows.append(
            (pk, SealedIdentity(pk, "phone", b"-", blind_of("phone", phone, keys), blind_tail_of(phone, keys), "-"))
        )
        if number % 3 == 0:
            address = f"p{number}@example.com"
            rows.append((pk, SealedIdentity(pk, "email", b"-", blind_of("email", address, keys), None, "-")))
        if number % 7 == 0:
            rows.append((pk, SealedIdentity(pk, "wecom", b"-", blind_of("wecom", f"wm-{number}", keys), None, "-")))
    sealed = zip(uuid7s(len(rows)), rows, strict=True)
    values = [(pk, *row[1:], contact_id) for pk, (contact_id, row) in sealed]
    names_of = (*SealedIdentity._fields, "contact_id")
    insert_columns(Identity, dict(zip(names_of, zip(*values, strict=True), strict=True)), {"created_at": now})


def measure(viewers: dict[str, Any]) -> None:
    from contacts.models import Contact
    from contacts.selectors import contact_list
    from scrm.flows.finding import found

    ids = list(Contact.objects.order_by("?")[:20].values_list("pk", flat=True))
    base = statistics.median(_times(lambda: list(contact_list(viewers["admin"]).filter(pk__in=ids)), ROUNDS))
    print(f"twenty contacts by their ids: {base:.1f} ms")
    everything: list[float] = []
    for who, viewer in viewers.items():
        for kind, texts in QUERIES.items():
            by_text = {text: _times(partial(found, viewer, text), ROUNDS) for text in texts}
            times = [each for text in texts for each in by_text[text]]
            worst = max((statistics.median(times), text) for text, times in by_text.items())[1]
            everything += times
            print(f"{who:8} {kind:16} p50 {_part(times, 50):7.1f}  p95 {_part(times, 95):7.1f} ms  slowest: {worst}")
    p95 = _part(everything, 95)
    print(f"all: p50 {_part(everything, 50):.1f}, p95 {p95:.1f} ms, {p95 / base:.1f} times the twenty by their ids")


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    found = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found


def _part(times: list[float], share: int) -> float:
    return statistics.quantiles(times, n=100)[share - 1]


if __name__ == "__main__":
    main()
