"""Writes about entry links: make, change, pause, count, and note what arrivals came through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads.enums import LinkKind
from leads.link_targets import UTM, UTM_MAX, checked_address, checked_host
from leads.models import EntryLink, Form, LinkHost, LinkHour, Touch
from scrm.core.bulk import insert_columns

LINK_FIELDS: Final = (
    *("name", "kind", "source", "rep", "department", "place", "form", "url", "utm", "active", "expires_at"),
)
PLACES_MAX: Final = 500
PLACE_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class NewTouch:
    """What one arrival of a lead came through."""

    contact_id: UUID
    lead_id: UUID
    at: datetime
    link_id: UUID | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    brought: bool = False


@transaction.atomic
def save_link(*, link: EntryLink | None = None, values: Mapping[str, Any], by: User | None, now: datetime) -> EntryLink:
    """Make or change an entry link; `values` may hold any of LINK_FIELDS. ValidationError names the field."""
    link = _filled(link or EntryLink(created_at=now), values)
    link.save()
    record_audit(action="link.saved", actor=by, subject=link, details={"name": link.name}, now=now)
    return link


@transaction.atomic
def create_links(
    *, places: Sequence[str], values: Mapping[str, Any], by: User | None, now: datetime
) -> list[EntryLink]:
    """One link per place, alike in all else; each place is told in `utm_content` where nothing else is."""
    names = list(dict.fromkeys(filter(None, (" ".join(place.split()) for place in places))))
    if not names:
        raise ValidationError({"places": _("Give at least one place.")})
    if len(names) > PLACES_MAX:
        raise ValidationError({"places": _("Give %(most)s places at most.") % {"most": PLACES_MAX}})
    utm = dict(values.get("utm", {}))
    links: list[EntryLink] = []
    for name in names:
        if len(name) > PLACE_MAX:
            raise ValidationError({"places": _("“%(place)s…” is too long for a place.") % {"place": name[:30]}})
        said = {**values, "name": name, "place": name, "utm": {"utm_content": name, **utm}}
        links.append(_filled(EntryLink(created_at=now), said, check=not links))
    EntryLink.objects.bulk_create(links)
    record_audit(action="link.saved", actor=by, details={"links": len(links)}, now=now)
    return links


@transaction.atomic
def switch_link(*, link: EntryLink, active: bool, by: User | None, now: datetime) -> None:
    """Pause a link, or let it lead on again."""
    if EntryLink.objects.filter(pk=link.pk).exclude(active=active).update(active=active):
        action = "link.resumed" if active else "link.paused"
        record_audit(action=action, actor=by, subject=link, details={"name": link.name}, now=now)


@transaction.atomic
def ensure_own_link(*, rep: User, form: Form, now: datetime) -> EntryLink:
    """The link that a representative shows to people, leading to this form."""
    constants = {
        "rep_id": rep.pk,
        "form_id": form.pk,
        "personal": True,
        "kind": LinkKind.REP.value,
        "name": str(rep)[:120],
        "created_at": now,
        "source_id": form.source_id,
    }
    fresh = EntryLink()
    insert_columns(EntryLink, {"id": [fresh.pk], "code": [fresh.code]}, constants, on_conflict="DO NOTHING")
    link = EntryLink.objects.select_for_update(of=("self",)).get(rep=rep, personal=True)
    if link.form_id != form.pk or link.pk == fresh.pk:
        EntryLink.objects.filter(pk=link.pk).update(form=form, url="", source_id=form.source_id)
        record_audit(action="link.saved", actor=rep, subject=link, details={"name": link.name}, now=now)
    link.refresh_from_db()
    return link


@transaction.atomic
def allow_host(*, host: str, by: User | None, now: datetime) -> LinkHost:
    """Let links lead to a site elsewhere."""
    allowed, made = LinkHost.objects.get_or_create(host=checked_host(host), defaults={"created_at": now})
    if made:
        record_audit(action="link.site_allowed", actor=by, subject=allowed, details={"site": allowed.host}, now=now)
    return allowed


@transaction.atomic
def forbid_host(*, host: LinkHost, by: User | None, now: datetime) -> None:
    """From now on no link leads there, those that are out neither."""
    if LinkHost.objects.filter(pk=host.pk).delete()[0]:
        record_audit(action="link.site_forbidden", actor=by, details={"site": host.host}, now=now)


def count_visit(*, link_id: UUID, hour: datetime, by_machine: bool = False, is_new: bool = False) -> None:
    """A link was opened; `hour` is when the hour began on the business's clock."""
    columns: dict[str, list[Any]] = {
        "link_id": [link_id],
        "at": [hour],
        "visits": [0 if by_machine else 1],
        "visitors": [int(is_new and not by_machine)],
        "machines": [int(by_machine)],
    }
    table = LinkHour._meta.db_table
    added = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in ("visits", "visitors", "machines"))
    insert_columns(LinkHour, columns, on_conflict=f"(link_id, at) DO UPDATE SET {added}")


def note_touches(*, touches: Sequence[NewTouch]) -> None:
    """Keep what arrivals came through; the same touch again is left out."""
    names = ("contact_id", "lead_id", "link_id", "utm", "brought", "at")
    columns: dict[str, list[Any]] = {name: [getattr(touch, name) for touch in touches] for name in names}
    columns["utm"] = [dict(touch.utm) for touch in touches]
    insert_columns(Touch, columns, on_conflict="DO NOTHING")


def _filled(link: EntryLink, values: Mapping[str, Any], *, check: bool = True) -> EntryLink:
    for name in LINK_FIELDS:
        if name in values:
            setattr(link, name, values[name])
    link.name = " ".join(link.name.split())
    link.utm = _utm(link.utm)
    if not check:
        return link
    if bool(link.form_id) == bool(link.url):
        raise ValidationError({"form": _("Choose a form, or give a page elsewhere.")})
    if link.url:
        hosts = set(LinkHost.objects.values_list("host", flat=True))
        try:
            link.url = checked_address(link.url, hosts)
        except ValidationError as error:
            raise ValidationError({"url": error.messages}) from error
    needed = {LinkKind.REP: "rep", LinkKind.DEALER: "department", LinkKind.PLACE: "place", LinkKind.SOURCE: "source"}
    missing = needed.get(LinkKind(link.kind))
    if missing and not getattr(link, missing):
        raise ValidationError({missing: _("A link of this kind needs it.")})
    link.full_clean(validate_unique=False)
    return link


def _utm(said: Mapping[str, Any]) -> dict[str, str]:
    found = {name: " ".join(str(said.get(name) or "").split()) for name in UTM}
    for name, value in found.items():
        if len(value) > UTM_MAX:
            raise ValidationError({name: _("The text is longer than %(limit)s characters.") % {"limit": UTM_MAX}})
    return {name: value for name, value in found.items() if value}
