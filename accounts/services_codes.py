"""Takes codes of second factors, each once: which one was last is a row, held while it is looked at."""

from datetime import datetime

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction

from accounts.models import User
from accounts.secrets import open_factor


@transaction.atomic
def take_code(*, user: User, code: str, now: datetime) -> Authenticator | None:
    """The factor that the code belongs to; None when it is wrong, or was taken before, were it a moment ago."""
    codes = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    factors = Authenticator.objects.filter(user=user, type__in=codes).select_for_update().order_by("pk")
    for factor in factors:
        factor.user = user
        if factor.type == Authenticator.Type.TOTP:
            taken = _take_step(factor, code, now)
        else:
            taken = factor.wrap().validate_code(code)
        if taken:
            return factor
    return None


def _take_step(factor: Authenticator, code: str, now: datetime) -> bool:
    """RFC 6238, 5.2: no step twice, and none before one that was taken."""
    secret, current = open_factor(factor.data["secret"]), int(now.timestamp()) // app_settings.TOTP_PERIOD
    for step in range(current - app_settings.TOTP_TOLERANCE, current + app_settings.TOTP_TOLERANCE + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            if step <= factor.data.get("taken", 0):
                return False
            factor.data["taken"] = step
            factor.save(update_fields=["data"])
            return True
    return False
