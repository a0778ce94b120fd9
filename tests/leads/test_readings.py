from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.normalise import InvalidValue
from leads.readings import (
    read_attribute,
    read_boolean,
    read_captured,
    read_moment,
    read_note,
    read_rating,
    read_status,
    read_tags,
    read_text,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("text", ["Yes", "y", "TRUE", "1", "1.0", " 是 ", "有", "√", "ＹＥＳ"])
def test_yes_is_read_in_many_ways(text):
    assert read_boolean(text) is True


@pytest.mark.parametrize("text", ["No", "n", "False", "0", "0.0", "否", "没有", "×"])
def test_no_is_read_in_many_ways(text):
    assert read_boolean(text) is False


@pytest.mark.parametrize("text", ["maybe", "2", "", "是否"])
def test_neither_yes_nor_no_is_refused(text):
    with pytest.raises(InvalidValue) as refused:
        read_boolean(text)

    assert refused.value.code == "not_boolean"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 10:05",
        "2026-11-21T10:05:00",
        "2026-11-21T02:05:00Z",
        "2026-11-21T04:05+02:00",
        "2026/11/21 10:05",
        "2026.11.21 10:05:00",
        "2026/11/21 上午10:05",
        "2026年11月21日 10:05",
        "2026年11月21日10时05分",
        "２０２６年１１月２１日　１０：０５",
        "21/11/2026 10:05",
        "11/21/2026 10:05 AM",
        "21 Nov 2026 10:05",
        "21-Nov-2026 10:05",
        "Nov 21, 2026, 10:05 am",
        "November 21st, 2026 10:05",
        "46347.420138889",
        "1795226700",
        "1795226700000",
    ],
)
def test_a_moment_is_read_in_the_usual_forms(text):
    assert read_moment(text, zone=SHANGHAI) == datetime(2026, 11, 21, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-21", "2026/11/21", "20261121", "2026年11月21日", "21.11.2026", "46347"])
def test_a_day_begins_at_its_midnight_in_the_zone(text):
    assert read_moment(text, zone=SHANGHAI) == datetime(2026, 11, 20, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("12:00 AM", 0),
        ("12:30 PM", 12),
        ("1:30 pm", 13),
        ("下午2:30", 14),
        ("下午12:30", 12),
        ("上午12:00", 0),
        ("下午14:30", 14),
    ],
)
def test_halves_of_the_day_are_understood(text, hour):
    assert read_moment(f"2026/11/21 {text}", zone=ZoneInfo("UTC")).hour == hour


def test_a_day_that_could_be_two_needs_the_mapping_to_say():
    with pytest.raises(InvalidValue) as refused:
        read_moment("3/4/2026", zone=SHANGHAI)

    assert refused.value.code == "ambiguous_date"
    assert read_moment("3/4/2026", zone=ZoneInfo("UTC"), day_order="dmy").month == 4
    assert read_moment("3/4/2026", zone=ZoneInfo("UTC"), day_order="mdy").month == 3
    assert read_moment("4/4/2026", zone=ZoneInfo("UTC")).day == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30",
        "21/11/26",
        "2026",
        "2026-11-21 25:00",
        "13:00 PM",
        "0001-01-01",
        "99999999",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(InvalidValue) as refused:
        read_moment(text, zone=SHANGHAI)

    assert refused.value.code == "not_a_date"


def test_nobody_enquired_before_1970_and_people_were_born_then():
    with pytest.raises(InvalidValue) as refused:
        read_captured("1912-11-21", zone=SHANGHAI)

    assert refused.value.code == "too_early"
    assert read_moment("1912-11-21", zone=SHANGHAI).year == 1912


@given(
    st.text(st.sampled_from("0123456789-/.:年月日 TZ+上下午amNov"), max_size=24), st.sampled_from(["", "dmy", "mdy"])
)
def test_any_text_is_a_moment_or_refused(text, day_order):
    try:
        moment = read_moment(text, zone=SHANGHAI, day_order=day_order)
    except InvalidValue:
        return

    assert moment.tzinfo is UTC


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["Asia/Shanghai", "America/New_York"]))
def test_a_moment_written_is_read_back(moment, zone):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(zone))
    forms = [moment.isoformat(), local.isoformat()]
    if local.replace(fold=1).astimezone(UTC) == local.replace(fold=0).astimezone(UTC):
        forms += [f"{local:%Y/%m/%d %H:%M:%S}", f"{local:%Y年%m月%d日 %H时%M分%S秒}", f"{local:%d %b %Y %I:%M:%S %p}"]

    assert {read_moment(form, zone=ZoneInfo(zone)) for form in forms} == {moment}


def test_tags_are_parted_and_named_once():
    assert read_tags(" VIP，新客; VIP |老  客、\n") == ["VIP", "新客", "老 客"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("成交", "won"), ("Converted", "won"), ("战败", "lost"), ("跟进中", "working"), ("Parked", "Parked")],
)
def test_status_words_of_other_systems_become_ours(text, status):
    assert read_status(text) == status


@pytest.mark.parametrize(("text", "rating"), [("a", "A"), ("B级", "B"), ("Hot", "Hot")])
def test_rating_words_of_other_systems_become_ours(text, rating):
    assert read_rating(text) == rating


def test_text_is_one_line_and_a_note_keeps_its_lines():
    assert read_text(" a \n b ") == "a b"
    assert read_note(" a\n b ") == "a\n b"


@pytest.mark.parametrize("read", [read_text, read_note, read_attribute])
@pytest.mark.parametrize("bad", ["\x00", "\ud800"])
def test_what_no_database_stores_is_refused(read, bad):
    with pytest.raises(InvalidValue) as refused:
        read(f"a{bad}")

    assert refused.value.code == "control_character"


@pytest.mark.parametrize(("read", "limit"), [(read_text, 200), (read_note, 4000), (read_tags, 60)])
def test_text_that_is_too_long_is_refused(read, limit):
    assert read("x" * limit)
    with pytest.raises(InvalidValue, match=str(limit)):
        read("x" * (limit + 1))
