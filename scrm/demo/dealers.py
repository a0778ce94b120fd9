"""What the demo's dealers get of what they sell: one since long, one more since a few weeks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from analytics.services import set_commission_rate


def pay_dealers(users: Mapping[str, User], *, now: datetime) -> None:
    """Rates of the two dealers, by the principal."""
    for name, percent, days in (("rep", "6", 400), ("rep", "7.5", 14), ("rep3", "5", 400)):
        department = users[name].department
        if department is not None:
            from_on = (now - timedelta(days=days)).date()
            set_commission_rate(
                department=department, percent=Decimal(percent), from_on=from_on, by=users["principal"], now=now
            )
