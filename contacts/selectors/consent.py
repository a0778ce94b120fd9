"""What people agreed to, the words they saw, and on which channels it is needed."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from contacts.consents import ALL, Word, may_reach
from contacts.enums import ChannelKind, ConsentPurpose
from contacts.models import Consent, ConsentRule, ConsentText


def refusing_consent(contact_ids: Collection[UUID], channel: str) -> set[UUID]:
    """Those of the contacts who withdrew their consent to messages on a channel, or never gave one that is needed."""
    needed = ConsentRule.objects.filter(channel=channel, needed=True).exists()
    rows = Consent.objects.filter(
        contact_id__in=contact_ids, purpose=ConsentPurpose.MARKETING, channel__in=[ALL, channel]
    )
    words: dict[UUID, list[Word]] = {pk: [] for pk in contact_ids}
    for contact_id, said_of, given, at, number in rows.order_by().values_list(
        "contact_id", "channel", "given", "at", "pk"
    ):
        words[contact_id].append(Word(said_of, given, at, number))
    return {pk for pk, said in words.items() if not may_reach(said, channel, needed=needed)}


def consent_standing(contact_id: UUID) -> list[tuple[str, str, Consent | None]]:
    """For each purpose its label and the word that counts for all channels or the one spoken of last."""
    newest: dict[str, Consent] = {}
    for row in Consent.objects.filter(contact=contact_id).order_by("at", "pk"):
        newest[row.purpose] = row
    return [(purpose.value, str(purpose.label), newest.get(purpose.value)) for purpose in ConsentPurpose]


def consent_text_list() -> QuerySet[ConsentText]:
    return ConsentText.objects.select_related("by").order_by("purpose", "-since", "-pk")


def consent_text_newest(purpose: str, language: str) -> ConsentText | None:
    """The words that count now, in the language, else in any."""
    texts = ConsentText.objects.filter(purpose=purpose).order_by("-since", "-pk")
    return texts.filter(language=language).first() or texts.first()


def consent_text_by_version(versions: Collection[str]) -> dict[str, ConsentText]:
    rows = ConsentText.objects.filter(version__in=[version for version in versions if version]).order_by("language")
    return {row.version: row for row in rows}


def channels_needing_consent() -> set[str]:
    return set(ConsentRule.objects.filter(needed=True).values_list("channel", flat=True)) & set(ChannelKind.values)
