import pytest

from leads.guessing import guess_mapping, header_is_data

PEOPLE = [
    {"a": "13800138000", "b": "ada@example.com", "c": "7927b2df-8bba-4d29-b9a2-b6e0beafe620", "d": "3"},
    {"a": "13900139000", "b": "ben@example.com", "c": "2a272436-5132-4136-86fa-dcc88c88f482", "d": "4"},
]


def targets(headers, rows=(), **options) -> dict[str, str]:
    return {name: column.to for name, column in guess_mapping(headers, rows, **options).columns.items()}


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Name", "name"),
        ("客户姓名", "name"),
        ("Mobile_Number", "phone"),
        ("手机号（必填）", "phone"),
        ("E-Mail", "email"),
        ("emailAddress", "email"),
        ("郵箱", "email"),
        ("Prospect ID", "external_id"),
        ("customerId", "external_id"),
        ("external_userid", "wecom_id"),
        ("企业微信ID", "wecom_id"),
        ("公司名称", "company"),
        ("Lead Source", "source"),
        ("utm_source", "source"),
        ("线索来源", "source"),
        ("Lead Origin", "origin"),
        ("所在城市", "city"),
        ("Country", "country"),
        ("省份", "region"),
        ("Time Zone", "timezone"),
        ("线索状态", "status"),
        ("Converted", "converted"),
        ("是否成交", "converted"),
        ("Do Not Email", "do_not_email"),
        ("doNotCall", "do_not_call"),
        ("Email opt-in", "consent:email"),
        ("同意接收短信", "consent:sms"),
        ("Created At", "captured_at"),
        ("提交时间", "captured_at"),
        ("意向等级", "rating"),
        ("备注", "note"),
        ("标签", "tags"),
    ],
)
def test_a_columns_name_tells_what_it_is(header, target):
    assert targets([header]) == {header: target}


def test_columns_that_nothing_speaks_for_stay_attributes():
    assert targets(["TotalVisits", "Lead Number", "Lead Quality", "Search", "Magazine", ""]) == {}


def test_values_tell_what_a_name_does_not():
    assert targets(["a", "b", "c", "d"], PEOPLE) == {"a": "phone", "b": "email", "c": "external_id"}


def test_values_can_speak_against_a_name():
    rows = [{"contact phone": "cellular", "deal": "about 300", "created": "by hand", "email": "see notes"}] * 3

    assert targets(list(rows[0]), rows) == {}


def test_short_words_are_tags_and_sentences_are_not():
    assert targets(["Tags"], [{"Tags": "VIP, new"}, {"Tags": "VIP"}]) == {"Tags": "tags"}
    assert targets(["Tags"], [{"Tags": "Will revert after reading the email"}, {"Tags": "Ringing"}]) == {}


def test_one_column_is_taken_where_only_one_can_be():
    assert targets(["Source", "Lead Source", "Channel"]) == {"Lead Source": "source"}
    assert targets(["id", "Prospect ID"]) == {"Prospect ID": "external_id"}
    assert targets(["手机", "电话"]) == {"手机": "phone", "电话": "phone"}


@pytest.mark.parametrize(
    ("headers", "template"),
    [
        (["firstName", "lastName"], "{firstName} {lastName}"),
        (["Surname", "Given Name"], "{Given Name} {Surname}"),
        (["姓", "名"], "{姓}{名}"),
        (["First Name"], "{First Name}"),
    ],
)
def test_a_name_in_two_columns_is_put_together(headers, template):
    assert guess_mapping(headers, []).values == {"name": template}


def test_words_that_mean_nothing_are_found():
    rows = [{"City": "Select", "Level": "请选择", "Note": "N/A", "Name": "Null Island"}]

    assert guess_mapping(list(rows[0]), rows).empty == {"Select", "请选择", "N/A"}


def test_sources_are_one_whatever_their_case():
    assert guess_mapping(["Source"], []).fold_case == {"source"}
    assert guess_mapping(["Name"], []).fold_case == frozenset()


def test_a_first_row_of_values_is_no_header():
    assert header_is_data(["Ada", "ada@example.com"])
    assert header_is_data(["13800138000", "x"])
    assert header_is_data(["9123 4567"], region="HK")
    assert header_is_data(["7927b2df-8bba-4d29-b9a2-b6e0beafe620"])
    assert not header_is_data(["Name", "手机", "E-mail", "2026", ""])
