"""What becomes of a page that was sent and is in order: a lead, or what waits for a person's word."""

from datetime import datetime

from leads.arrivals import said_digest
from leads.enums import HeldReason
from leads.inputs import ArrivalOutcome
from leads.models import Form
from leads.services.pages import SentPage
from scrm.core import crypto
from scrm.flows.held import form_held
from scrm.flows.hosted import form_submitted
from scrm.web.hosted_arrival import Sent, arrival_of, held_of
from scrm.web.hosted_form import HostedForm
from scrm.web.public.entry_token import came_through
from scrm.web.public.limits import network_digest
from scrm.web.public.page import Visit
from scrm.web.public.tokens import LONGEST, Opened
from scrm.web.public.visits import utm_of
from tenants.selectors import tenant_keys


def sent_by(request: Visit, version: int, filled: HostedForm, opened_at: datetime, now: datetime) -> Sent:
    """What the request sends, of what was asked."""
    link = came_through(request, now)
    return Sent(
        version=version,
        said={name: request.POST.getlist(name) for name in filled.fields if name in request.POST},
        opened_at=opened_at,
        utm=utm_of(request),
        link_id=link.link_id if link else None,
        touched_at=link.at if link else None,
    )


def form_taken(
    form: Form,
    sent: Sent,
    filled: HostedForm,
    opened: Opened,
    *,
    place: str,
    reason: HeldReason | None,
    now: datetime,
) -> ArrivalOutcome:
    """Spend the page, and keep what it says: as a lead, or held for that reason. PageSpent as in `form_submitted`."""
    arrival, keys = arrival_of(form, sent, filled), tenant_keys()
    page = SentPage(
        digest=crypto.blind_index(opened.token, keys=keys, purpose="form.page"),
        said=said_digest(arrival, keys),
        good_until=opened.at + LONGEST,
        form_id=form.pk,
        network=network_digest(place),
        spent_at=now,
        is_held=reason is not None,
    )
    if reason is None:
        return form_submitted(form, arrival, filled.tag_ids(), page=page, now=now)
    return form_held(arrival, held_of(form, sent, arrival, reason), page, now=now)
