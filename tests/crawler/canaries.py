"""Words that occur nowhere else, one per row: whoever reads one knows whose it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.db import models

from contacts.finding.keys import keys_of

_WORD: Final = re.compile(r"zq([ab])([0-9a-f]{8})zq", re.IGNORECASE)
PEOPLE: Final = "accounts.user"

OWNERS: Final = {
    **dict.fromkeys(
        [
            *("contacts.identity", "contacts.donotcontact", "contacts.consent", "contacts.friendship"),
            *(
                "contacts.groupmember",
                "contacts.ownerchange",
                "leads.poolwarning",
                "contacts.readingright",
                "events.event",
                "leads.interaction",
                "leads.attachment",
            ),
            *(
                "leads.contactrating",
                "leads.ratingchange",
                "tagging.contactscore",
                "commerce.voice",
                "tagging.tagassignment",
            ),
            *("contacts.reveal", "contacts.personrequest", "contacts.sealedvalue"),
            *("commerce.tierplace", "commerce.tiermove"),
            *("tagging.tagchange", "lifecycle.position", "lifecycle.stagetransition", "commerce.order"),
            *("commerce.coupongrant", "content.trackedlink", "audiences.segmentmember", "campaigns.enrollment"),
            "audiences.segmentmove",
            *("campaigns.touchpoint", "leads.touch", "leads.referrallink", "leads.referral"),
        ],
        "contact__owner",
    ),
    **dict.fromkeys(
        ["contacts.contact", "contacts.group", "leads.lead", "leads.opportunity", "campaigns.reptask"], "owner"
    ),
    "contacts.contactmerge": "survivor__owner",
    "contacts.duplicatepair": "first__owner",
    "commerce.orderline": "order__contact__owner",
    "commerce.opportunityitem": "opportunity__owner",
    "leads.interactionedit": "interaction__contact__owner",
    "leads.opportunitymove": "opportunity__owner",
    "content.pageview": "link__contact__owner",
    "leads.leadarrival": "lead__owner",
    "leads.reward": "referral__contact__owner",
    "leads.rewardentry": "reward__referral__contact__owner",
}
"""By which road each personal row leads to whoever is in charge of it; the others belong to the business."""

COMMON: Final = {"leads.review", "campaigns.nextaction", "contacts.company", "tagging.tag"}
"""They have somebody who sees to them, and are read by everybody who may read their kind."""

KEPT: Final = {
    # What the product reads as a code, not as words.
    *("accounts.user.password", "accounts.user.language", "accounts.user.username", "accounts.user.first_name"),
    *("accounts.user.last_name", "exchange.apikey.prefix", "exchange.job.kind", "exchange.idempotencykey.caller"),
    *("contacts.contact.zone", "contacts.contact.language", "contacts.identity.provenance", "content.trackedlink.code"),
    *("events.eventtype.code", "events.event.dedupe_key", "leads.lead.dedupe_key", "lifecycle.stage.code"),
    *(
        "tagging.tag.colour",
        "tagging.tagrule.event_type",
        "tagging.tagsignal.event_type",
        "tagging.scorerule.event_type",
        "lifecycle.stagerule.event_type",
        "campaigns.enrollment.zone",
    ),
    *("leads.entrylink.code", "leads.heldlead.dedupe_key", "exchange.webhook.paused_for"),
    *("analytics.goal.metric", "accounts.user.operator", "alerts.alert.topic"),
    *("accounts.openinghours.zone", "commerce.orderline.key", "contacts.customfield.code"),
    *("contacts.customkind.code", "contacts.customkind.pattern"),
}
APART: Final = {"contacts.contact.city", "contacts.contact.country"}
"""Fields with a word of their own: who may read them may not read the rest of the row."""
FREE_JSON: Final = {
    *("contacts.consent.proof", "events.event.properties", "leads.lead.attributes", "leads.interactionedit.before"),
    *("leads.touch.utm", "leads.lead.utm", "exchange.idempotencykey.answer"),
}
MACHINERY: Final = {
    *("accounts.attemptcount", "accounts.auditanchor", "accounts.auditseal", "accounts.session"),
    *("accounts.supportgrant", "accounts.supportvisit"),
}
"""What the product keeps for itself: nobody's words."""
WRITTEN_ONCE: Final = {"accounts.auditentry", "leads.rewardentry", *MACHINERY}
"""Tables that nobody may write into again: their words go in with the row."""
ROOMS: Final = (
    *("accounts", "exchange", "alerts", "contacts", "events", "leads", "tagging", "lifecycle", "commerce", "content"),
    *("audiences", "campaigns", "analytics"),
)


@dataclass(frozen=True, slots=True)
class Canary:
    """One row's word: its tenant, its table, and who is in charge of it (empty: the whole business)."""

    word: str
    tenant: str
    label: str
    owner: str


@dataclass(slots=True)
class Canaries:
    """All that were given out."""

    by_word: dict[str, Canary] = field(default_factory=dict)

    def mint(self, tenant: str, label: str, owner: str = "") -> str:
        word = f"zq{tenant}{len(self.by_word):08x}zq"
        self.by_word[word] = Canary(word, tenant, label, owner)
        return word

    def found_in(self, text: str | bytes) -> set[Canary]:
        plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return {self.by_word[match.group().lower()] for match in _WORD.finditer(plain)}


def room_models() -> Iterator[type[models.Model]]:
    for room in ROOMS:
        yield from apps.get_app_config(room).get_models()


def text_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """Fields in which people or other systems may write words."""
    if model._meta.label_lower in WRITTEN_ONCE:
        return []
    return [
        each
        for each in model._meta.concrete_fields
        if isinstance(each, models.CharField | models.TextField)
        and not isinstance(each, models.FileField)
        and not each.choices
        and (each.max_length is None or each.max_length >= 12)
        and f"{model._meta.label_lower}.{each.name}" not in KEPT
    ]


def fill(canaries: Canaries, tenant: str, names: dict[Any, str]) -> None:
    """Write a word of its own into every text field of every row of the tenant that we are in.

    `names` says how each user is called in tests; rows of nobody belong to "nobody".
    """
    for model in room_models():
        label = model._meta.label_lower
        if label in WRITTEN_ONCE:
            continue
        road = OWNERS.get(label)
        for row in model._default_manager.all():
            owner = (
                names.get(row.pk, "") if label == PEOPLE else names.get(_reached(row, road), "nobody") if road else ""
            )
            word = canaries.mint(tenant, label, owner)
            values = dict(_values(model, row, word))
            for name in values:
                if f"{label}.{name}" in APART:
                    values[name] = canaries.mint(tenant, f"{label}.{name}", owner)
            if values:
                model._default_manager.filter(pk=row.pk).update(**values)


def _values(model: type[models.Model], row: models.Model, word: str) -> Iterator[tuple[str, Any]]:
    label = model._meta.label_lower
    for each in text_fields(model):
        if isinstance(each, models.EmailField):
            yield each.name, f"{word}@mail.test"
        elif isinstance(each, models.URLField):
            if getattr(row, each.name):
                yield each.name, f"https://{word}.test/"
        else:
            yield each.name, word
    for each in model._meta.concrete_fields:
        if f"{label}.{each.name}" in FREE_JSON:
            yield each.name, {"title": word}
        elif each.name == "search_keys":
            # A name that is written past the models is found by nothing.
            yield each.name, keys_of(word)


def _reached(row: models.Model, road: str) -> Any:
    found: Any = row
    for name in road.split("__"):
        found = getattr(found, name) if found is not None else None
    return found.pk if found is not None else None


def models_without_rows() -> set[str]:
    return {model._meta.label_lower for model in room_models() if not model._default_manager.exists()} - MACHINERY


def personal_models() -> Iterable[str]:
    """Tables that point at a contact, and must lead to whoever is in charge of it."""
    for model in room_models():
        if model._meta.label_lower not in COMMON and any(
            each.name in ("contact", "owner") and each.is_relation for each in model._meta.concrete_fields
        ):
            yield model._meta.label_lower
