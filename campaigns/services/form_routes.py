"""Where the leads of a form go."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.services import record_audit
from campaigns.form_models import FormRoute
from campaigns.models import Campaign, Sop
from leads.enums import OwnerRule


@transaction.atomic
def save_form_route(
    *,
    form_id: UUID,
    campaign: Campaign | None,
    sop: Sop | None,
    owner_rule: str,
    person: User | None,
    department: Department | None,
    by: User | None,
    now: datetime,
) -> FormRoute:
    """Say where the leads of a form go from now on; ValidationError names what the rule lacks."""
    if owner_rule == OwnerRule.PERSON and person is None:
        raise ValidationError({"person": _("Choose the person.")})
    if owner_rule == OwnerRule.DEPARTMENT and department is None:
        raise ValidationError({"department": _("Choose the team.")})
    route, _made = FormRoute.objects.update_or_create(
        form_id=form_id,
        defaults={
            "campaign": campaign,
            "sop": sop,
            "owner_rule": owner_rule,
            "person": person if owner_rule == OwnerRule.PERSON else None,
            "department": department if owner_rule == OwnerRule.DEPARTMENT else None,
        },
    )
    details = {"owner_rule": owner_rule, "sop": sop.name if sop else "", "campaign": campaign.name if campaign else ""}
    record_audit(action="form.routed", actor=by, subject=route, details=details, now=now)
    return route
