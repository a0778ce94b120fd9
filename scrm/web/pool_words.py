"""What somebody hears whose claim came to nothing."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.pool import Refusal
from scrm.flows.pool import Claim
from tenants.selectors import tenant_zone


def refused_words(claim: Claim) -> str:
    """Why, and where it helps what to do. The claim was refused."""
    match claim.refusal:
        case Refusal.TAKEN:
            return _("%(name)s was faster.") % {"name": claim.winner}
        case Refusal.BARRED if claim.until is not None:
            day = date_format(claim.until.astimezone(tenant_zone()), "SHORT_DATE_FORMAT")
            return _("You had this customer lately. It is free for you again from %(day)s.") % {"day": day}
        case Refusal.SPENT:
            text = ngettext(
                "You have claimed %(count)s customer today, which is the limit.",
                "You have claimed %(count)s customers today, which is the limit.",
                claim.most,
            )
            return text % {"count": claim.most}
    text = ngettext(
        "%(count)s customer waits for your first step. Do that first.",
        "%(count)s customers wait for your first step. Do that first.",
        claim.most,
    )
    return text % {"count": claim.most}
