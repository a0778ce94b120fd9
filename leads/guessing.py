"""Guesses what the columns of a lead file are, from their names and from what stands in them."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Values
from functools import partial
from zoneinfo import ZoneInfo

from contacts.custom.kinds import OwnKind, read_own_id
from contacts.normalise import InvalidValue, normalise_email, normalise_phone
from leads.field_readings import OwnField, read_said
from leads.mapping import BOOLEAN_TARGETS, CONSENT_TARGETS, FIELD, IDENTITY, IDENTITY_TARGETS, Column, Mapping
from leads.readings import read_boolean, read_tags

# In order: where two columns could be the same thing, the name that stands first is taken.
_NAMES = {
    "name": """
        name, full name, contact name, customer name, client name, lead name, person, 姓名, 客户姓名, 联系人姓名,
        联系人, 客户名称, 客户, 名字, 称呼, 昵称, 聯絡人, 聯繫人, 客戶姓名, 客戶
    """,
    "phone": """
        phone, phone number, mobile, mobile number, mobile phone, cell, cell phone, telephone, tel,
        contact number, contact phone, whatsapp, 手机, 手机号, 手机号码, 电话, 电话号码, 联系电话, 联系方式,
        移动电话, 座机, 手機, 手機號碼, 電話, 聯絡電話, 聯繫電話, 行動電話
    """,
    "email": """
        email, e mail, mail, email address, e mail address, 邮箱, 电子邮箱, 电子邮件, 邮件, 邮箱地址, 郵箱,
        電子郵件, 電子郵箱, 信箱
    """,
    "external_id": """
        external id, prospect id, lead id, contact id, customer id, client id, user id, member id, crm id, uuid,
        guid, id, 客户编号, 客户id, 会员编号, 会员id, 用户id, 线索编号, 线索id, 编号, 客戶編號, 會員編號, 編號
    """,
    "wecom_id": """
        external userid, wecom id, wecom external userid, wework id, 企业微信id, 企微id, 外部联系人id,
        企微外部联系人id
    """,
    "company": """
        company, company name, organisation, organization, account name, employer, firm, 公司, 公司名称, 企业,
        企业名称, 单位, 单位名称, 公司名稱, 企業, 單位
    """,
    "source": """
        lead source, source, source name, channel, utm source, 线索来源, 客户来源, 来源, 来源渠道, 渠道来源,
        渠道, 推广渠道, 來源, 客戶來源, 管道, 渠道來源
    """,
    "origin": """
        lead origin, origin, entry, entry point, 来源方式, 进线方式, 线索类型, 入口, 來源方式
    """,
    "city": """
        city, town, 城市, 所在城市, 市
    """,
    "country": """
        country, country name, 国家, 国家地区, 國家
    """,
    "region": """
        region, state, province, county, 省份, 省, 地区, 区域, 大区, 地區, 區域
    """,
    "timezone": """
        timezone, time zone, tz, 时区, 時區
    """,
    "status": """
        lead status, status, 线索状态, 客户状态, 跟进状态, 状态, 狀態
    """,
    "converted": """
        converted, is converted, won, is won, deal, 是否成交, 是否转化, 已成交, 成交, 是否成交客户
    """,
    "do_not_email": """
        do not email, donotemail, email opt out, opted out of email, unsubscribed, 退订邮件, 勿发邮件,
        不接收邮件, 邮件退订, 拒收邮件
    """,
    "do_not_call": """
        do not call, donotcall, do not phone, phone opt out, call opt out, 勿打电话, 勿电, 拒接电话, 不接电话,
        电话勿扰
    """,
    "consent:all": """
        consent, marketing consent, opt in, opted in, agrees to be contacted, gdpr consent, 同意联系, 是否同意联系,
        营销同意, 同意接收营销信息
    """,
    "consent:email": """
        email consent, email opt in, opted in to email, e-mail consent, accepts email, 同意接收邮件, 邮件同意, 接收邮件
    """,
    "consent:sms": """
        sms consent, sms opt in, text consent, accepts sms, 同意接收短信, 短信同意, 接收短信
    """,
    "consent:call": """
        call consent, phone consent, call opt in, accepts calls, 同意接听电话, 电话同意, 接受电话
    """,
    "consent:profiling": """
        profiling consent, personalisation consent, personalization consent, 同意个性化推荐, 个性化推荐
    """,
    "consent:sharing": """
        sharing consent, third party consent, data sharing consent, 同意共享信息, 同意向第三方提供
    """,
    "captured_at": """
        captured at, created at, created, created on, create time, create date, created time, created date,
        date created, submitted at, submission date, submitted on, registered at, sign up date, signup date,
        lead date, inquiry date, enquiry date, timestamp, 创建时间, 创建日期, 提交时间, 提交日期, 登记时间,
        登记日期, 留资时间, 进线时间, 线索时间, 线索创建时间, 报名时间, 注册时间, 建立時間, 提交時間, 日期, 时间
    """,
    "rating": """
        rating, lead rating, grade, 评级, 线索评级, 线索等级, 客户等级, 意向等级, 等级, 評級, 等級
    """,
    "note": """
        note, notes, remark, remarks, comment, comments, message, 备注, 留言, 备注信息, 说明, 描述, 咨询内容,
        備註, 說明
    """,
    "tags": """
        tags, tag, labels, 标签, 客户标签, 標籤
    """,
}
_FIRST_NAMES = ("first name", "firstname", "given name", "名")
_LAST_NAMES = ("last name", "lastname", "surname", "family name", "姓", "姓氏")

# What forms and databases write where nobody chose anything.
_NOTHING_LISTED = """
    select, -select-, --select--, - select -, -- select --, please select, none selected, 请选择, 請選擇,
    --请选择--, null, (null), <null>, \\n, nan, n/a, #n/a, undefined, 未填写, 未填寫, 未选择
"""
_ENOUGH = 0.8
_UUID = re.compile(r"(?i)[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_DATED = re.compile(r"\d{4}|\d[/.-]\d|[年月]|\d{5}")
_TAG_WORDS_MAX = 3
_UTC = ZoneInfo("UTC")


def guess_mapping(
    headers: Sequence[str],
    sample_rows: Sequence[Values[str, str]],
    *,
    region: str = "CN",
    fields: Sequence[OwnField] = (),
    kinds: Sequence[OwnKind] = (),
) -> Mapping:
    """The likeliest mapping; columns that nothing speaks for become attributes.

    What the business calls a field of its own means that field, whatever else the name could mean: all but an identity.
    What it calls one of its own kinds of identity comes before all others.
    """
    empty = _nothing_words(headers, sample_rows)
    samples = {header: _said(header, sample_rows, empty) for header in headers}
    columns: dict[str, Column] = {}
    _guess_kinds(samples, columns, kinds)
    for target, names in _BY_TARGET.items():
        if target not in IDENTITY_TARGETS and fields:
            _guess_fields(samples, columns, fields)
            fields = ()
        fitting = [header for header in headers if header not in columns and _plain(header) in names]
        fitting = [header for header in fitting if _bears_out(target, samples[header])]
        fitting.sort(key=lambda header: names.index(_plain(header)))
        for header in fitting if target in ("phone", "email") else fitting[:1]:
            columns[header] = Column(to=target)
    _guess_by_values(headers, samples, columns, region)
    values = {} if any(column.to == "name" for column in columns.values()) else _joined_name(headers)
    folded = {"source"} & {column.to for column in columns.values()}
    return Mapping(columns, values, frozenset(empty), frozenset(folded))


def header_is_data(headers: Sequence[str], *, region: str = "CN") -> bool:
    """Whether what should be column names is a row of values: the file has no header."""
    tests = [_reads(normalise_email), _reads(lambda value: normalise_phone(value, region=region)), _is_uuid]
    return any(test(header) for header in headers for test in tests)


def _plain(header: str) -> str:
    """A column's name without case, width and punctuation: `E-Mail_Address*` is `e mail address`."""
    text = unicodedata.normalize("NFKC", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)).casefold()
    text = re.sub(r"\(.*?\)|（.*?）", " ", text)
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def _said(header: str, rows: Sequence[Values[str, str]], empty: set[str]) -> list[str]:
    values = [row.get(header, "").strip() for row in rows]
    return [value for value in values if value and value not in empty]


def _nothing_words(headers: Sequence[str], rows: Sequence[Values[str, str]]) -> set[str]:
    return {
        value for row in rows for header in headers if (value := row.get(header, "").strip()).casefold() in _NOTHING
    }


def _bears_out(target: str, values: list[str]) -> bool:
    """Whether what stands in a column is what its name promises; nothing in it is no objection."""
    if not values:
        return True
    if target in BOOLEAN_TARGETS or target in CONSENT_TARGETS:
        return _share(_reads(read_boolean), values) >= _ENOUGH
    if target == "phone":
        return _share(lambda value: len(re.findall(r"\d", value)) >= 5, values) >= 0.5
    if target == "email":
        return _share(lambda value: "@" in value or "＠" in value, values) >= 0.5
    if target == "captured_at":
        return _share(lambda value: bool(_DATED.search(value)), values) >= _ENOUGH
    if target == "tags":
        # Sentences are remarks or outcomes of calls, which would litter the taxonomy of tags.
        return _share(_looks_like_tags, values) >= _ENOUGH
    return True


def _guess_kinds(samples: Values[str, list[str]], columns: dict[str, Column], kinds: Sequence[OwnKind]) -> None:
    for kind in kinds:
        names, reads = set(filter(None, map(_plain, kind.names))), _reads(partial(read_own_id, kind))
        for header, values in samples.items():
            if header not in columns and _plain(header) in names and (not values or _share(reads, values) >= _ENOUGH):
                columns[header] = Column(f"{IDENTITY}{kind.code}")
                break


def _guess_fields(samples: Values[str, list[str]], columns: dict[str, Column], fields: Sequence[OwnField]) -> None:
    for own in fields:
        names = set(filter(None, map(_plain, own.names)))
        reads = _reads(partial(read_said, own.shape, zone=_UTC, day_order="dmy"))
        for header, values in samples.items():
            if header not in columns and _plain(header) in names and (not values or _share(reads, values) >= _ENOUGH):
                columns[header] = Column(f"{FIELD}{own.code}")
                break


def _guess_by_values(
    headers: Sequence[str], samples: Values[str, list[str]], columns: dict[str, Column], region: str
) -> None:
    taken = {column.to for column in columns.values()}
    tests: dict[str, Callable[[str], bool]] = {
        "email": _reads(normalise_email),
        "phone": _reads(lambda value: normalise_phone(value, region=region)),
        "external_id": _is_uuid,
    }
    for target, test in tests.items():
        if target in taken:
            continue
        for header in headers:
            values = samples[header]
            distinct = len(set(values)) >= _ENOUGH * len(values)
            if header not in columns and values and distinct and _share(test, values) >= _ENOUGH:
                columns[header] = Column(to=target)
                break


def _joined_name(headers: Sequence[str]) -> dict[str, str]:
    first = next((header for header in headers if _plain(header) in _FIRST_NAMES), None)
    last = next((header for header in headers if _plain(header) in _LAST_NAMES), None)
    if first and last:
        chinese = _plain(last) in ("姓", "姓氏")
        return {"name": f"{{{last}}}{{{first}}}" if chinese else f"{{{first}}} {{{last}}}"}
    alone = first or last
    return {"name": f"{{{alone}}}"} if alone else {}


def _is_uuid(value: str) -> bool:
    return bool(_UUID.fullmatch(value.strip()))


def _looks_like_tags(value: str) -> bool:
    try:
        tags = read_tags(value)
    except InvalidValue:
        return False
    return all(len(tag.split()) <= _TAG_WORDS_MAX and len(tag) <= 30 for tag in tags)


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def reads(value: str) -> bool:
        try:
            read(value)
        except InvalidValue:
            return False
        return True

    return reads


def _share(test: Callable[[str], bool], values: Sequence[str]) -> float:
    return sum(map(test, values)) / len(values)


_NOTHING = frozenset(word.strip() for word in _NOTHING_LISTED.split(","))
_BY_TARGET = {target: list(map(_plain, names.split(","))) for target, names in _NAMES.items()}
# An identity that a name promises comes before anything else that the same name could mean.
_BY_TARGET = {target: _BY_TARGET[target] for target in (*IDENTITY_TARGETS, *_BY_TARGET) if target in _BY_TARGET}
