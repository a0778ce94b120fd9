"""Reads a file of reviews."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext

from contacts.normalise import InvalidValue
from leads.enums import ReplyState
from leads.readings import read_text
from leads.services.reviews import NewReview
from leads.small_files import BadCell, Checked, check_file, moment_in

HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "site": ("site", "platform", "网站", "平台", "站点", "来源"),
    "written_at": ("written at", "date", "time", "日期", "时间", "评价时间", "点评时间"),
    "outside_id": ("id", "review id", "编号", "评价编号", "点评编号"),
    "author": ("author", "user", "nickname", "作者", "用户", "昵称"),
    "rating": ("stars", "rating", "score", "评分", "星级", "星"),
    "text": ("text", "review", "content", "内容", "评价", "评价内容", "点评"),
    "url": ("address", "link", "url", "链接", "网址"),
    "state": ("answer", "state", "reply state", "回复状态", "状态"),
    "reply_due_at": ("answer due", "due", "reply due", "回复期限", "回复截止"),
}
_REQUIRED: Final = ("site", "written_at")
_STATES: Final = {
    ReplyState.OPEN: {"", "open", "to be answered", "待回复", "未回复"},
    ReplyState.ANSWERED: {"answered", "replied", "已回复"},
    ReplyState.NOT_NEEDED: {"not needed", "not_needed", "needs no answer", "无需回复"},
}
_ADDRESS: Final = URLValidator(schemes=["http", "https"])


def check_review_file(file: BinaryIO, *, zone: ZoneInfo, now: datetime) -> Checked[NewReview]:
    """The reviews in a file; times without an offset are meant in the zone."""

    def make(values: Mapping[str, str]) -> NewReview:
        written_at = moment_in(values, "written_at", zone)
        if written_at > now:
            raise BadCell("written_at", gettext("This is yet to come."))
        return NewReview(
            site=_text(values, "site", 60, needed=True),
            written_at=written_at,
            outside_id=_text(values, "outside_id", 120),
            author=_text(values, "author", 80),
            rating=_stars(values.get("rating", "")),
            text=_text(values, "text", 4000),
            url=_address(values.get("url", "")),
            state=_state(values.get("state", "")),
            reply_due_at=moment_in(values, "reply_due_at", zone) if values.get("reply_due_at") else None,
        )

    return check_file(file, headings=HEADINGS, required=_REQUIRED, make=make)


def _text(values: Mapping[str, str], name: str, limit: int, *, needed: bool = False) -> str:
    try:
        said = read_text(values.get(name, ""), limit)
    except InvalidValue as bad:
        raise BadCell(name, bad.message, bad.fix) from bad
    if needed and not said:
        raise BadCell(name, gettext("This is empty."), gettext("Say which site it stands on."))
    return said


def _stars(said: str) -> int | None:
    plain = said.strip().removesuffix("星").removesuffix("/5").strip()
    if not plain:
        return None
    if plain in {"1", "2", "3", "4", "5"}:
        return int(plain)
    if plain and set(plain) <= {"★", "☆"} and 1 <= plain.count("★") <= 5:
        return plain.count("★")
    raise BadCell("rating", gettext("These are no stars."), gettext("Write a whole number from 1 to 5."))


def _address(said: str) -> str:
    if said:
        try:
            _ADDRESS(said)
        except ValidationError as bad:
            raise BadCell("url", gettext("This is no address."), gettext("It begins with https://.")) from bad
        if len(said) > 500:
            raise BadCell("url", gettext("This is too long."))
    return said


def _state(said: str) -> str:
    for state, words in _STATES.items():
        if said.strip().casefold() in words:
            return state
    raise BadCell("state", gettext("This is no state."), gettext("Write open, answered or not needed."))
