"""Decides what a cell of a file of orders says: an amount, how many, which status, which moment. Pure."""

import re
import unicodedata
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from commerce.enums import OrderStatus
from contacts.normalise import InvalidValue
from leads.readings import read_moment

AMOUNT_MAX: Final = Decimal("999999999999.99")
QUANTITY_MAX: Final = 1_000_000
_CENT: Final = Decimal("0.01")
# What exports write where there is nothing.
_NOTHING: Final = frozenset(["", "-", "--", "—", "/", "null", "nan", "none", "n/a", "无", "暂无", "\\n"])
_TEXT_FORMULA: Final = re.compile(r'="(.*)"', re.DOTALL)
# Longer signs first; a plain $ or ¥ is of several currencies and says none.
_SIGNS: Final = (
    *(("HK$", "HKD"), ("NT$", "TWD"), ("US$", "USD"), ("AU$", "AUD"), ("CN¥", "CNY"), ("RMB", "CNY"), ("CNY", "CNY")),
    *(("USD", "USD"), ("HKD", "HKD"), ("TWD", "TWD"), ("EUR", "EUR"), ("GBP", "GBP"), ("JPY", "JPY")),
    *(("人民币", "CNY"), ("€", "EUR"), ("£", "GBP"), ("元", ""), ("圆", ""), ("$", ""), ("¥", ""), ("￥", "")),
)
_IN_GROUPS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_POINT_GROUPS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}")
_COMMA_CENTS: Final = re.compile(r"\d+,\d{1,2}")
_PLAIN: Final = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_MANY: Final = re.compile(r"([+-]?\d+)(?:\.0+)?\s*(?:[件个個只盒瓶箱套双支袋包份]|pcs?)?", re.IGNORECASE)
_COUNTED_MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)\s?(\d\d):?(\d\d):?(\d\d)")
_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")

# In order: the first that a word holds says what it means.
_STATES: Final = (
    (
        OrderStatus.PAID,
        (
            *("部分退款", "退款关闭", "退款失败", "退款中", "申请退款", "退款申请", "待退款", "无退款", "未退款"),
            *("partially refunded", "partially_refunded", "partial refund", "refund pending", "refund requested"),
        ),
    ),
    (OrderStatus.REFUNDED, ("退款", "已退", "退货", "refund", "chargeback", "returned")),
    (OrderStatus.CANCELLED, ("关闭", "關閉", "取消", "作废", "失效", "cancel", "closed", "void", "expired", "failed")),
    (
        OrderStatus.PLACED,
        (
            *("待付款", "待支付", "未付款", "未支付", "等待买家付款", "等待付款", "待买家付款", "付款中", "unpaid"),
            *("pending", "placed", "awaiting payment", "authorized", "created", "已下单", "新订单"),
        ),
    ),
    (
        OrderStatus.PAID,
        (
            *(
                "成功",
                "完成",
                "已付",
                "付款",
                "支付",
                "发货",
                "發貨",
                "出库",
                "签收",
                "收货",
                "收貨",
                "配送",
                "评价",
                "待成团",
            ),
            *("成团", "paid", "complete", "ship", "deliver", "fulfil", "processing", "success", "finished", "received"),
        ),
    ),
)


class Amount(NamedTuple):
    """So much money, negative where it went back; `currency` where the cell says one."""

    value: Decimal
    currency: str = ""


def plain_cell(text: str) -> str:
    """What a cell says, without what exports put around it: `="123"`, an apostrophe before, tabs behind."""
    text = text.strip()
    formula = _TEXT_FORMULA.fullmatch(text)
    if formula:
        text = formula[1].replace('""', '"').strip()
    if text[:1] == "'":
        text = text[1:].strip()
    return "" if text.casefold() in _NOTHING else text


@lru_cache(maxsize=4_096)
def read_amount(text: str) -> Amount:
    """Money as people and platforms write it: `¥1,234.50`, `12元`, `(3.20)`, `-3.20`, `1.234,50 €`."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    currency = ""
    for sign, code in _SIGNS:
        if sign in plain:
            plain, currency = plain.replace(sign, ""), currency or code
    negative = plain.startswith(("-", "−")) or (plain[:1] == "(" and plain[-1:] == ")")
    plain = plain.lstrip("+-−").strip("()")
    number = _number(plain)
    if number is None:
        message, fix = gettext("This is not an amount."), gettext("Write it as 1234.50.")
        raise InvalidValue("not_an_amount", message, fix)
    if number > AMOUNT_MAX:
        raise InvalidValue("too_much", gettext("The amount is too large."), gettext("Check the column."))
    return Amount(-number if negative else number, currency)


@lru_cache(maxsize=256)
def read_quantity(text: str) -> int:
    """How many; negative where they came back."""
    match = _MANY.fullmatch(unicodedata.normalize("NFKC", text).replace(",", ""))
    if match is None or not 0 < abs(int(match[1])) <= QUANTITY_MAX:
        message, fix = gettext("This is not a number of pieces."), gettext("Write a whole number, such as 2.")
        raise InvalidValue("not_a_quantity", message, fix)
    return int(match[1])


def status_of(text: str) -> OrderStatus | None:
    """What a platform's word for a status means; None when nobody knows."""
    word = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if word in OrderStatus.values:
        return OrderStatus(word)
    return next((status for status, words in _STATES if any(each in word for each in words)), None)


def read_status(text: str) -> OrderStatus:
    """One of ours for a platform's word."""
    status = status_of(text)
    if status is None:
        message = gettext("This status is not known.")
        raise InvalidValue("unknown_status", message, gettext("Say below what it means, or write Paid."))
    return status


def read_when(text: str, *, zone: ZoneInfo, day_order: str = "") -> datetime:
    """A moment, in the zone where none is said; also 20260131 and 20260131235959."""
    match = _COUNTED_MOMENT.fullmatch(text)
    if match:
        text = "{}-{}-{} {}:{}:{}".format(*match.groups())
    moment = read_moment(text, zone=zone, day_order=day_order)
    if moment.year < 1980:
        raise InvalidValue("too_old", gettext("This is too long ago."), gettext("Check the date."))
    return moment


def read_number(text: str, limit: int) -> str:
    """An order's number or a product's code."""
    if _SCIENTIFIC.fullmatch(text):
        message = gettext("A spreadsheet has cut this number.")
        raise InvalidValue("cut_number", message, gettext("Export it again, and don't save it in a spreadsheet."))
    if len(text) > limit:
        message = gettext("The text is longer than %(limit)s characters.") % {"limit": limit}
        raise InvalidValue("text_too_long", message, gettext("Shorten it."))
    if not text.isprintable():
        raise InvalidValue("control_character", gettext("The value holds a control character."), gettext("Remove it."))
    return text


def _number(plain: str) -> Decimal | None:
    if _IN_GROUPS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _POINT_GROUPS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif _COMMA_CENTS.fullmatch(plain):
        plain = plain.replace(",", ".")
    elif not _PLAIN.fullmatch(plain):
        return None
    try:
        return Decimal(plain).quantize(_CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return None
