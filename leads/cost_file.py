"""Reads a file of what sources cost."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final
from uuid import UUID

from django.utils.translation import gettext

from leads.costs import CENT, Cost
from leads.readings import read_text
from leads.services.costs import check_cost
from leads.small_files import BadCell, Checked, check_file, day_in, number_in

HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "source": ("source", "channel", "渠道", "来源", "来源渠道", "平台"),
    "first": ("day", "date", "from", "first day", "start", "日期", "开始", "开始日期", "自"),
    "last": ("to", "until", "last day", "end", "结束", "结束日期", "至"),
    "amount": ("amount", "cost", "spend", "金额", "费用", "花费", "消耗", "成本"),
    "currency": ("currency", "币种", "货币"),
    "rate": ("rate", "exchange rate", "汇率"),
    "item": ("item", "what for", "项目", "科目", "用途"),
}
_REQUIRED: Final = ("source", "first", "amount")


def check_cost_file(file: BinaryIO, *, sources: Mapping[str, UUID], currency: str) -> Checked[tuple[UUID, Cost]]:
    """Costs by source, `sources` being ids by lower-case name; UnreadableFile where nothing can be read."""

    def make(values: Mapping[str, str]) -> tuple[UUID, Cost]:
        source_id = sources.get(values["source"].lower())
        if source_id is None:
            reason = gettext("There is no source with this name.")
            raise BadCell("source", reason, gettext("Write it as it stands under Sources, or make it there."))
        first = day_in(values, "first")
        amount = number_in(values, "amount")
        cost = Cost(
            first=first,
            last=day_in(values, "last") if values.get("last") else first,
            amount=amount,
            currency=_currency(values.get("currency", ""), currency),
            rate=number_in(values, "rate") if values.get("rate") else None,
            item=read_text(values.get("item", ""), 60),
        )
        if amount != amount.quantize(CENT):
            raise BadCell("amount", gettext("There are more than two places after the point."))
        for field, reason in check_cost(cost, currency).items():
            raise BadCell(field, reason)
        return source_id, cost

    return check_file(file, headings=HEADINGS, required=_REQUIRED, make=make)


def _currency(said: str, own: str) -> str:
    code = said.strip().upper() or own
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise BadCell("currency", gettext("This is no currency."), gettext("Write its three letters, such as CNY."))
    return code
