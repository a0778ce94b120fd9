"""The story of a review whose answer is overdue: whoever should answer is reminded, again until the letter is out."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from exchange.enums import HookEvent
from leads.models import Review
from leads.services.reviews import mark_reminded, take_overdue
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.telling import told
from tenants.selectors import tenant_base_url, tenant_current

log = structlog.get_logger(__name__)


def reviews_due(budget: Budget) -> bool:
    """Remind of what has become due until nothing is left or the budget is spent; True when more is waiting."""
    while True:
        now = clock.now()
        with due_work():
            review = take_overdue(now=now)
            if review is None:
                return False
            if review.reminders == 1:
                row = {"review_id": review.pk, "site": review.site, "stars": review.rating}
                told(HookEvent.REVIEW_OVERDUE, [row], now=now)
        failpoints.passed("reminder.taken")
        if _reminded(review):
            mark_reminded(review=review)
        if budget.spent:
            return True


def _reminded(review: Review) -> bool:
    """A letter to whoever answers, if it goes out; the list of what is overdue shows it to everybody."""
    owner = review.owner
    if owner is None or not owner.email or not owner.is_active:
        return True
    tenant = tenant_current()
    with translation.override(owner.language or tenant.language):
        subject = gettext("A review on %(site)s waits for your answer") % {"site": " ".join(review.site.split())}
        text = gettext("Its answer was due at %(time)s UTC: %(url)s") % {
            "time": f"{review.reply_due_at:%Y-%m-%d %H:%M}",
            "url": f"{tenant_base_url(tenant)}{reverse('ops:review_detail', args=[review.pk])}",
        }
    try:
        send_mail(subject, f"{text}\n", settings.DEFAULT_FROM_EMAIL, [owner.email])
    except OSError as error:
        log.warning("review.untold", review=str(review.pk), tries=review.reminders, error=type(error).__name__)
        return False
    return True
