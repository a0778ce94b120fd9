"""What was sent by a hosted form and is held, read again: the enquiry that it would make, and its answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from leads.enums import FieldKind
from leads.form_content import BETWEEN, PERSONAL, Content
from leads.held_payloads import open_held
from leads.models import HeldLead
from leads.selectors import form_content
from scrm.core import crypto
from scrm.flows.held import HeldEnquiry, StillHeld
from scrm.web.hosted_arrival import Sent, arrival_of, read_sent

_NO_ANSWERS: Final = (*PERSONAL, FieldKind.CONSENT, FieldKind.IDENTITY)

Contents = dict[tuple[UUID, int], Content | None]


@dataclass(frozen=True, slots=True)
class Answered:
    """One that is held, with what was answered beside the person's own details: question and answer."""

    held: HeldLead
    answers: list[tuple[str, str]]


def enquiry_of(held: HeldLead) -> HeldEnquiry:
    """What it would be as a lead, by the version that was asked; StillHeld says why it can't be read."""
    sent = _sent(held)
    content = form_content(held.form, sent.version) if sent else None
    if sent is None or content is None:
        raise StillHeld([_("What was sent can't be read any more.")])
    filled = sent.filled(content)
    if not filled.is_valid():
        raise StillHeld([str(reason) for reasons in filled.errors.values() for reason in reasons])
    return HeldEnquiry(arrival_of(held.form, sent, filled), filled.tag_ids())


def with_answers(page: Iterable[HeldLead], known: Contents | None = None) -> list[Answered]:
    """Each with what was answered, under the words that were asked, without what names the person.

    `known` are versions of forms that were read before, and are once more read into it.
    """
    contents = {} if known is None else known
    rows = []
    for held in page:
        sent, answers = _sent(held), []
        if sent is not None:
            place = (held.form_id, sent.version)
            if place not in contents:
                contents[place] = form_content(held.form, sent.version)
            content = contents[place]
            asked = [each for each in content.questions if each.kind not in _NO_ANSWERS] if content else []
            said = {each.label: sent.said.get(each.name, []) for each in asked}
            answers = [(label, BETWEEN.join(given)) for label, given in said.items() if any(given)]
        rows.append(Answered(held, answers))
    return rows


def _sent(held: HeldLead) -> Sent | None:
    """None where it is gone, or no known key opens it."""
    try:
        payload = open_held(held)
    except crypto.CryptoError:
        return None
    return read_sent(payload) if payload else None
