"""The building blocks of every page, as template tags: icons, badges, avatars, numbers, small drawings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any
from zlib import crc32

from django import template
from django.template import RequestContext
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from scrm.web.found import marked, why

register = template.Library()
register.simple_tag(marked)
register.simple_tag(why)

TONES = ("gray", "blue", "green", "amber", "red", "violet", "teal", "pink")

STATUS_TONES = {
    **dict.fromkeys(("new", "open", "assigned", "sending", "running", "claimed", "published", "scheduled"), "blue"),
    **dict.fromkeys(
        ("won", "sent", "done", "active", "paid", "delivered", "live", "succeeded", "success", "ok"), "green"
    ),
    **dict.fromkeys(("contacted", "working", "planned", "waiting", "pending", "queued", "with_rep"), "violet"),
    **dict.fromkeys(("paused", "unknown", "snoozed", "partial", "warning", "expiring"), "amber"),
    **dict.fromkeys(("lost", "failed", "rejected", "refused", "overdue", "error", "suspended", "bounced"), "red"),
    **dict.fromkeys(("qualified", "engaged", "replied", "opened", "approved"), "teal"),
}
"""What a state looks like everywhere; a state that is not named is gray."""


def _tone(name: str) -> str:
    return name if name in TONES else "gray"


def _tone_of(text: str) -> str:
    # Stable across processes, unlike hash().
    return TONES[1:][crc32(text.encode()) % (len(TONES) - 1)]


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """`{% icon "users" %}`; with a label it is read aloud, else it is hidden from readers."""
    classes = f"icon icon-{size}" if size else "icon"
    href = f"{_icons()}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, href)


@cache
def _icons() -> str:
    # A page has dozens of icons, and where their file lies is the same for all of them.
    return static("vendor/icons.svg")


@register.simple_tag
def badge(text: object, tone: str = "gray", dot: bool = False) -> SafeString:
    """`{% badge "VIP" tone="violet" %}`"""
    return format_html('<span class="badge tone-{}{}">{}</span>', _tone(tone), " badge-dot" if dot else "", text)


@register.simple_tag
def status(value: object, label: object = "") -> SafeString:
    """`{% status lead.status lead.get_status_display %}`: a pill whose colour comes from the state."""
    return badge(label or value, tone=STATUS_TONES.get(str(value), "gray"), dot=True)


@register.simple_tag
def chip(text: object, tone: str = "") -> SafeString:
    """A tag's chip; without a tone its colour is drawn from its name."""
    return format_html('<span class="chip tone-{}">{}</span>', _tone(tone) if tone else _tone_of(str(text)), text)


def initials(name: str) -> str:
    """王小明 is 小明; Ada Lovelace is AL."""
    words = name.split()
    if not words:
        return "?"
    if not words[0].isascii():
        return "".join(words)[-2:]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """`{% avatar contact.name size="lg" %}`"""
    text = str(name or "")
    classes = f"avatar avatar-{size}" if size else "avatar"
    return format_html('<span class="{} tone-{}" aria-hidden="true">{}</span>', classes, _tone_of(text), initials(text))


@register.simple_tag
def person(name: object, detail: object = "") -> SafeString:
    """An avatar with the name beside it."""
    line = format_html("<small>{}</small>", detail) if detail else ""
    return format_html('<span class="person">{}<span class="truncate">{}{}</span></span>', avatar(name), name, line)


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """`{% kbd "Ctrl K" %}`"""
    return format_html('<kbd class="kbd">{}</kbd>', keys)


def _grouped(value: Any, digits: int | None = None) -> str:
    # By threes in both languages: Django's Chinese format has no separator at all.
    number = Decimal(str(value))
    return f"{number:,}" if digits is None else f"{number:,.{digits}f}"


@register.filter
def num(value: Any) -> str:
    """12345 is 12,345; nothing is a dash."""
    if value is None or value == "":
        return "–"
    return _grouped(value)


@register.filter
def lasting(minutes: Any) -> str:
    """240 minutes are 4 h, 95 are 1 h 35 min, 1,500 are 1 d 1 h; nothing is a dash."""
    if minutes is None or minutes == "":
        return "–"
    hours, rest = divmod(round(Decimal(str(minutes))), 60)
    days, hours = divmod(hours, 24)
    found = []
    if days:
        found.append(_("%(count)s d") % {"count": _grouped(days)})
    if hours:
        found.append(_("%(count)s h") % {"count": hours})
    # Of what lasts for days nobody counts the minutes.
    if (rest and not days) or not found:
        found.append(_("%(count)s min") % {"count": rest})
    return " ".join(found)


@register.filter
def percent(value: Any, digits: int = 1) -> str:
    """0.1234 is 12.3 %; nothing is a dash."""
    if value is None or value == "":
        return "–"
    return f"{_grouped(Decimal(str(value)) * 100, digits)}%"


@register.filter
def money(value: Any, currency: str = "CNY") -> str:
    """1234.5 is ¥1,234.50."""
    if value is None or value == "":
        return "–"
    sign = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(currency, f"{currency} ")
    return f"{sign}{_grouped(value, 2)}"


@register.simple_tag
def delta(change: float | Decimal | None, good: str = "up", label: str = "") -> SafeString:
    """A change as a share (0.12 is +12 %). good="down" where less is better."""
    if change is None:
        return format_html('<span class="delta delta-flat">{}</span>', label or "–")
    shown = percent(abs(change))
    if not change:
        return format_html('<span class="delta delta-flat">{}</span>', shown)
    up = change > 0
    tone = "good" if up == (good == "up") else "bad"
    arrow = icon("arrow-up-right" if up else "arrow-down-right", label=_("up") if up else _("down"))
    return format_html('<span class="delta delta-{}">{}{}</span>', tone, arrow, shown)


@register.simple_tag
def sparkline(values: Sequence[float], label: str = "") -> SafeString:
    """A small line of numbers, drawn without a script."""
    numbers = [float(value) for value in values]
    if len(numbers) < 2:
        return SafeString("")
    low, high = min(numbers), max(numbers)
    span = (high - low) or 1.0
    step = 100 / (len(numbers) - 1)
    points = " ".join(f"{i * step:.1f},{27 - 24 * (n - low) / span:.1f}" for i, n in enumerate(numbers))
    return format_html(
        '<svg class="sparkline" viewBox="0 0 100 30" preserveAspectRatio="none" {}>'
        '<polygon points="0,30 {} 100,30"/><polyline points="{}"/></svg>',
        format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"'),
        points,
        points,
    )


def _share(value: float, before: float) -> float | None:
    return value / before if before and value <= before else None


@register.simple_tag
def funnel(steps: Iterable[dict[str, Any]]) -> SafeString:
    """Steps of {label, value}; each that is part of the one before says its share of it, the worst drop stands out."""
    rows = list(steps)
    top = max((row["value"] for row in rows), default=0) or 1
    shares = [None, *(_share(row["value"], before["value"]) for before, row in pairwise(rows))]
    known = [share for share in shares if share is not None]
    worst = min(known) if len(known) > 1 else None
    lines = format_html_join(
        "",
        '<li{}><span class="truncate">{}</span><svg class="funnel-bar" aria-hidden="true">'
        '<rect width="{}%" height="100%" rx="5"/></svg><span class="funnel-value">{}<small>{}</small></span></li>',
        (
            (
                SafeString(' class="funnel-worst"') if share is not None and share == worst else "",
                row["label"],
                f"{max(100 * row['value'] / top, 0.5):.2f}",
                num(row["value"]),
                percent(share) if share is not None else SafeString("&nbsp;"),
            )
            for row, share in zip(rows, shares, strict=True)
        ),
    )
    return format_html('<ol class="funnel">{}</ol>', lines)


@register.simple_tag
def moment(value: Any, relative: bool = False) -> SafeString:
    """A time in the tenant's zone; relative=True shows "2 hr. ago" with the full time as tooltip."""
    if value is None:
        return SafeString("–")
    local = localtime(value)
    return format_html(
        '<time datetime="{}"{} class="num nowrap">{}</time>',
        local.isoformat(timespec="seconds"),
        SafeString(" data-relative") if relative else "",
        date_format(local, "SHORT_DATETIME_FORMAT"),
    )


@register.simple_tag(takes_context=True)
def sort_header(context: RequestContext, label: str, field: str, numeric: bool = False) -> SafeString:
    """A column head that sorts by `?sort=field`, then `?sort=-field`."""
    query = context["request"].GET.copy()
    current = query.get("sort", "")
    query.pop("page", None)
    query["sort"] = f"-{field}" if current == field else field
    state = {field: "ascending", f"-{field}": "descending"}.get(current)
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{}{}</a></th>',
        SafeString(' class="cell-num"') if numeric else "",
        format_html(' aria-sort="{}"', state) if state else "",
        query.urlencode(),
        label,
        icon("chevron-down" if state == "descending" else "chevron-up"),
    )


@register.simple_tag
def page_numbers(page: Any) -> list[int | str]:
    """The page links worth showing: 1 … 4 5 6 … 20."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def widget_kind(field: Any) -> str:
    """The input type of a bound field, for its layout; several boxes are no single one."""
    if field.use_fieldset:
        return "choices"
    return str(getattr(field.field.widget, "input_type", "") or field.field.widget.__class__.__name__.lower())


@register.filter
def html_lang(code: str) -> str:
    """zh-hans is zh-Hans, which is what screen readers and fonts look for."""
    return to_locale(code).replace("_", "-")


@register.filter
def may(user: Any, action: str) -> bool:
    """`{% if user|may:"lead.edit" %}`: whether to offer what the role allows."""
    return bool(getattr(user, "is_authenticated", False) and user.may(action))
