"""Writes of what dealers get: rates, each from a day on."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.models import Department, User
from accounts.services import record_audit
from analytics.models import CommissionRate


@transaction.atomic
def set_commission_rate(
    *, department: Department, percent: Decimal, from_on: date, by: User | None, now: datetime
) -> CommissionRate:
    """From that day on the dealer gets this share; a rate from the same day is replaced. ValidationError."""
    rate = CommissionRate(department=department, percent=percent, from_on=from_on, created_by=by, created_at=now)
    rate.clean_fields(exclude={"department", "created_by"})
    rate, made = CommissionRate.objects.update_or_create(
        department=department,
        from_on=from_on,
        defaults={"percent": percent},
        create_defaults={"percent": percent, "created_by": by, "created_at": now},
    )
    details = {"department": str(department.pk), "percent": str(percent), "from": from_on.isoformat(), "new": made}
    record_audit(action="commission.set", actor=by, subject=rate, details=details, now=now)
    return rate


@transaction.atomic
def remove_commission_rate(*, rate_id: UUID, by: User | None, now: datetime) -> bool:
    """The rate before it, if there is one, holds on; False when it is gone already."""
    rate = CommissionRate.objects.select_for_update().filter(pk=rate_id).first()
    if rate is None:
        return False
    told = {"department": str(rate.department_id), "percent": str(rate.percent), "from": rate.from_on.isoformat()}
    record_audit(action="commission.removed", actor=by, subject=rate, details=told, now=now)
    rate.delete()
    return True
