"""Guesses what the columns of a file of orders are, from their names and from what stands in them. Pure."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from commerce.files.mapping import DEFAULT_PLATFORM, OrderMapping
from commerce.files.readings import plain_cell, read_amount, read_quantity, read_when, status_of
from contacts.custom.kinds import OwnKind, read_own_id
from contacts.normalise import InvalidValue, normalise_email, normalise_phone
from leads.mapping import IDENTITY, Column

# In order: where two columns could be the same thing, the name that stands first is taken.
_NAMES: Final = {
    "number": """
        order number, order no, order id, order code, order, orderid, order ref, invoice no, invoice number, invoiceno,
        transaction id, 主订单编号, 订单编号, 订单号, 订单号码, 交易单号, 交易编号, 订单id, 单号, 平台单号, 原始单号,
        訂單編號, 訂單號碼, 訂單號
    """,
    "status": """
        order status, status, financial status, payment status, state, 订单状态, 交易状态, 付款状态, 支付状态, 状态,
        訂單狀態
    """,
    "ordered_at": """
        ordered at, order date, order time, created at, date, purchase date, purchased at, invoice date, invoicedate,
        transaction date, 订单创建时间, 下单时间, 订单提交时间, 拍下时间, 创建时间, 下单日期, 订单时间, 订单日期,
        成交时间, 订单成交时间, 购买时间, 购买日期, 交易时间, 日期, 時間, 下單時間
    """,
    "paid_at": """
        paid at, payment date, payment time, paid on, 订单付款时间, 付款时间, 支付时间, 买家付款时间, 支付完成时间,
        付款日期, 支付日期, 付款時間
    """,
    "updated_at": """
        updated at, modified at, last modified, 更新时间, 修改时间, 最后更新时间, 最后修改时间
    """,
    "amount": """
        total, order total, total amount, amount paid, paid amount, order amount, grand total, amount, revenue, sales,
        total price, 买家实际支付金额, 实付金额, 订单实付金额, 实际支付金额, 实付款, 实收金额, 商家实收金额,
        订单应付金额, 买家应付货款, 应付金额, 订单金额, 订单总额, 总金额, 成交金额, 支付金额, 结算金额, 金额, 消费金额,
        實付金額, 訂單金額
    """,
    "refunded": """
        refunded, refunded amount, refund amount, refund, amount refunded, 退款金额, 已退款金额, 退款, 退款總額
    """,
    "currency": "currency, currency code, 币种, 货币, 幣別",
    "platform": "platform, shop, shop name, store, store name, channel, sales channel, 平台, 店铺, 店铺名称, 渠道",
    "product": """
        sku, product code, product id, item id, item code, stock code, stockcode, lineitem sku, merchant code, 商家编码,
        商品编码, 商品编号, 商品id, 货号, 外部系统编号, 规格编码, 款号, 商品貨號
    """,
    "product_name": """
        product, product name, item, item name, description, title, lineitem name, 宝贝标题, 商品名称, 标题, 商品标题,
        商品, 选购商品, 产品名称, 产品, 品名, 商品名稱
    """,
    "product_group": "category, product category, group, product group, 类目, 商品类目, 品类, 商品分类, 分类, 宝贝种类",
    "quantity": """
        quantity, qty, units, pieces, items, lineitem quantity, 数量, 购买数量, 商品数量, 宝贝总数量, 订购数量, 件数,
        數量
    """,
    "price": """
        price, unit price, unitprice, item price, lineitem price, 单价, 商品单价, 价格, 京东价, 商品价格, 單價
    """,
    "line_amount": """
        line total, line amount, item total, subtotal of line, 小计, 商品金额, 商品总价, 商品实付金额, 子订单金额,
        商品小计, 小計
    """,
    "line_refunded": "line refund, item refund, 子订单退款金额, 商品退款金额",
    "buyer_id": """
        buyer id, buyer, customer id, customer, customerid, customer no, customer number, user id, member id, account,
        client id, 买家会员名, 买家id, 买家昵称, 会员名, 下单账号, 下单帐号, 用户id, 会员id, 会员号, 会员编号, 客户编号,
        客户id, 买家账号, 买家, 客戶編號
    """,
    "phone": """
        phone, phone number, mobile, telephone, billing phone, shipping phone, buyer phone, 联系手机, 买家手机号, 手机,
        手机号, 手机号码, 收件人手机号, 收货人手机, 收货人手机号, 收货人电话, 联系电话, 电话, 手機, 聯絡電話
    """,
    "email": "email, e mail, buyer email, customer email, 邮箱, 电子邮箱, 买家邮箱, 電子郵件",
    "wecom_id": "external userid, wecom id, 企业微信id, 企微id, 外部联系人id",
    "external_id": "external id, crm id, contact id, 外部id, 客户外部id",
    "name": """
        buyer name, customer name, billing name, shipping name, recipient, name, 买家姓名, 客户姓名, 收货人姓名, 收件人,
        收货人, 姓名, 客户名称, 收貨人
    """,
}
_ENOUGH: Final = 0.8
_HALF: Final = 0.5
_UTC: Final = ZoneInfo("UTC")
_DATE: Final = re.compile(r"\d{8}|\d{4}[-/.年]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*")
_CENTS: Final = re.compile(r".*[.,]\d{1,2}")
_FIGURE: Final = re.compile(r"[+-]?[¥￥$]?[\d,]*\.?\d+")


def guess_order_mapping(
    headers: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    *,
    region: str = "CN",
    platform: str = "",
    kinds: Sequence[OwnKind] = (),
) -> OrderMapping:
    """The likeliest mapping; columns that nothing speaks for are left out."""
    samples = {header: list(filter(None, (plain_cell(row.get(header, "")) for row in rows))) for header in headers}
    columns: dict[str, Column] = {}
    for kind in kinds:
        # What the business calls its own comes before what the same name could mean elsewhere.
        called, reads = set(map(_plain, kind.names)), _reads(partial(read_own_id, kind))
        own = [header for header in headers if header not in columns and _plain(header) in called]
        own = [header for header in own if not samples[header] or _share(reads, samples[header]) >= _ENOUGH]
        columns |= {header: Column(f"{IDENTITY}{kind.code}") for header in own[:1]}
    for target, names in _BY_TARGET.items():
        fitting = [header for header in headers if header not in columns and _plain(header) in names]
        fitting = [header for header in fitting if _bears_out(target, samples[header], region)]
        fitting.sort(key=lambda header: names.index(_plain(header)))
        for header in fitting if target in ("phone", "email") else fitting[:1]:
            columns[header] = Column(target)
    _guess_by_values(headers, samples, columns)
    _tell_lines_from_orders(columns, rows)
    return OrderMapping(columns, platform or DEFAULT_PLATFORM)


def header_is_data(headers: Sequence[str]) -> bool:
    """Whether what should be column names is a row of values: the file has no header."""
    return any(_DATE.fullmatch(each.strip()) or _FIGURE.fullmatch(each.strip()) for each in map(plain_cell, headers))


def _plain(header: str) -> str:
    """A column's name without case, width, punctuation and unit: ` 实付金额(元)\t` is `实付金额`."""
    text = unicodedata.normalize("NFKC", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain_cell(header))).casefold()
    text = re.sub(r"\(.*?\)", " ", text)
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def _bears_out(target: str, values: Sequence[str], region: str) -> bool:
    """Whether what stands in a column is what its name promises; nothing in it is no objection."""
    test = _TESTS.get(target)
    if target == "phone":
        return not values or _share(lambda each: "*" in each or _reads(_phone(region))(each), values) >= _HALF
    # Words of a state that nobody knows can be told.
    return not values or test is None or _share(test, values) >= (_HALF if target == "status" else _ENOUGH)


def _guess_by_values(headers: Sequence[str], samples: Mapping[str, list[str]], columns: dict[str, Column]) -> None:
    """What a file without telling names holds: a day, an amount with cents, pieces, an id that comes again."""
    taken = {column.to for column in columns.values()}
    if "ordered_at" in taken or "paid_at" in taken:
        return
    rest = [header for header in headers if header not in columns and samples[header]]

    def take(target: str, fits: Callable[[list[str]], bool], among: Sequence[str]) -> None:
        found = next((each for each in among if each in rest and fits(samples[each])), None)
        if target not in taken and found is not None:
            columns[found] = Column(target)
            rest.remove(found)

    take("ordered_at", lambda values: _share(_is_date, values) >= _ENOUGH, rest)
    if not any(column.to == "ordered_at" for column in columns.values()):
        return
    figures = [header for header in rest if _share(_reads(read_amount), samples[header]) >= _ENOUGH]
    take("amount", lambda values: _share(lambda each: bool(_CENTS.fullmatch(each)), values) >= _HALF, figures[::-1])
    # Nobody counts pieces with leading zeros; ids have them, or are long.
    take("quantity", lambda values: all(len(each) < 4 and each[0] != "0" for each in values), figures[::-1])
    take("buyer_id", lambda values: all(each.isalnum() for each in values), rest)


def _tell_lines_from_orders(columns: dict[str, Column], rows: Sequence[Mapping[str, str]]) -> None:
    """An amount that differs between the rows of one order is that of its lines."""
    by_target = {column.to: name for name, column in columns.items()}
    number = by_target.get("number")
    if number is None:
        return
    for target, of_line in (("amount", "line_amount"), ("refunded", "line_refunded")):
        name = by_target.get(target)
        if name is None or of_line in by_target:
            continue
        told: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            said = plain_cell(row.get(name, ""))
            # Some exports tell the amount in the first row of an order alone.
            if said and plain_cell(row.get(number, "")):
                told[plain_cell(row[number])].add(said)
        if any(len(values) > 1 for values in told.values()):
            columns[name] = Column(of_line)


def _is_date(value: str) -> bool:
    return bool(_DATE.fullmatch(value)) and _reads(lambda text: read_when(text, zone=_UTC, day_order="dmy"))(value)


def _phone(region: str) -> Callable[[str], object]:
    return lambda value: normalise_phone(value, region=region)


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def reads(value: str) -> bool:
        try:
            read(value)
        except InvalidValue:
            return False
        return True

    return reads


def _share(test: Callable[[str], bool], values: Sequence[str]) -> float:
    return sum(map(test, values)) / len(values) if values else 0.0


def _is_moment(value: str) -> bool:
    return _reads(lambda text: read_when(text, zone=_UTC, day_order="dmy"))(value)


_TESTS: Final[dict[str, Callable[[str], bool]]] = {
    **dict.fromkeys(("ordered_at", "paid_at", "updated_at"), _is_moment),
    **dict.fromkeys(("amount", "refunded", "price", "line_amount", "line_refunded"), _reads(read_amount)),
    "quantity": _reads(read_quantity),
    "email": lambda value: "*" in value or _reads(normalise_email)(value),
    "status": lambda value: status_of(value) is not None,
    "currency": lambda value: bool(re.fullmatch(r"[A-Za-z]{3}", value)),
}
_BY_TARGET: Final = {target: list(map(_plain, names.split(","))) for target, names in _NAMES.items()}
