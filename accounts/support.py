"""Support access: granted and revoked by the business, entered by a link that works once."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.services import record_audit
from accounts.support_models import LONGEST, SupportGrant, SupportVisit
from scrm.core.tenancy import on_platform

LINK_LASTS: Final = timedelta(seconds=60)


def grant_support(
    *, operator: str, reason: str, lasts: timedelta, read_only: bool, by: User, now: datetime
) -> SupportGrant:
    """Let an operator of the platform in for a while; ValidationError when it is longer than a day."""
    if not timedelta(0) < lasts <= LONGEST:
        raise ValidationError({"hours": _("Grant 24 hours at most.")})
    grant = SupportGrant(
        operator=operator.strip(),
        reason=reason,
        read_only=read_only,
        granted_by=by,
        granted_at=now,
        ends_at=now + lasts,
    )
    grant.full_clean(validate_constraints=False)
    details = {"operator": grant.operator, "until": grant.ends_at, "read_only": read_only, "reason": reason}
    with transaction.atomic():
        grant.save()
        record_audit(action="support.granted", actor=by, subject=grant, details=details, now=now)
    return grant


def revoke_support(*, grant: SupportGrant, by: User | None, by_label: str = "", now: datetime) -> bool:
    """The grant lets nobody in and ends whoever is in; False when it did not let anybody in any more.

    `by_label` names whoever has no row here: an operator of the platform.
    """
    with transaction.atomic():
        if not _open_grants(now).filter(pk=grant.pk).update(revoked_at=now):
            return False
        SupportVisit.objects.filter(grant=grant, ended_at=None).update(ended_at=now)
        details = {"operator": grant.operator}
        record_audit(action="support.revoked", actor=by, actor_label=by_label, subject=grant, details=details, now=now)
    return True


def prepare_visit(*, operator: User, now: datetime) -> SupportVisit | None:
    """What a link for this operator is made of; None without a grant, and the business's trail says that they tried."""
    with transaction.atomic():
        grant = _open_grants(now).filter(operator=operator.username).order_by("-ends_at").first()
        label = operator_label(operator)
        if grant is None:
            record_audit(action="support.refused", actor_label=label, details={"operator": operator.username}, now=now)
            return None
        visit = SupportVisit.objects.create(grant=grant, user=_stand_in(operator), issued_at=now)
        record_audit(action="support.link_made", actor=visit.user, subject=grant, now=now)
    return visit


def visit_waiting(visit_id: UUID, *, now: datetime) -> bool:
    """Whether a link leads in: made a moment ago, not used, its grant open."""
    return _waiting(visit_id, now).exists()


def enter_visit(*, visit_id: UUID, now: datetime) -> SupportVisit | None:
    """Begin the visit; None when its link was used already or is too old, or grant or operator are over."""
    with transaction.atomic():
        waiting = _waiting(visit_id, now)
        operator = waiting.values_list("grant__operator", flat=True).first()
        if operator is None or not _still_operates(operator) or not waiting.update(entered_at=now):
            return None
        visit = SupportVisit.objects.select_related("grant", "user").get(pk=visit_id)
        details = {"until": visit.grant.ends_at, "read_only": visit.grant.read_only}
        record_audit(action="support.entered", actor=visit.user, subject=visit.grant, details=details, now=now)
    return visit


def end_visit(*, visit: SupportVisit, now: datetime) -> None:
    with transaction.atomic():
        if SupportVisit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now):
            record_audit(action="support.left", actor=visit.user, subject=visit.grant, now=now)


def send_visit_away(*, visit_id: UUID, by_label: str, now: datetime) -> bool:
    """End a visit, or a link that was not used yet; its grant goes on. False when it was over."""
    with transaction.atomic():
        visit = SupportVisit.objects.select_related("grant").filter(pk=visit_id, ended_at=None).first()
        if visit is None or not SupportVisit.objects.filter(pk=visit_id, ended_at=None).update(ended_at=now):
            return False
        details = {"operator": visit.grant.operator}
        record_audit(action="support.visit_ended", actor_label=by_label, subject=visit.grant, details=details, now=now)
    return True


def operator_label(operator: User) -> str:
    """How a business's trail names somebody who has no row there."""
    return f"{operator} ({operator.username})"


def visit_running(visit_id: str, user: User, *, now: datetime) -> SupportVisit | None:
    """The visit that this user is on, as long as the business lets it go on."""
    try:
        key = UUID(visit_id)
    except ValueError:
        return None
    running = SupportVisit.objects.filter(
        pk=key, user=user, entered_at__isnull=False, ended_at=None, grant__in=_open_grants(now)
    )
    visit = running.select_related("grant").first()
    return visit if visit is not None and _still_operates(user.operator) else None


def grant_list() -> QuerySet[SupportGrant]:
    """Every grant, the newest first."""
    return SupportGrant.objects.select_related("granted_by").order_by("-granted_at", "-pk")


def grant_list_open(now: datetime) -> list[SupportGrant]:
    """Grants that let somebody in, the newest first, each with its `running` visits."""
    running = SupportVisit.objects.filter(entered_at__isnull=False, ended_at=None).order_by("-entered_at")
    grants = _open_grants(now).select_related("granted_by").order_by("-granted_at", "-pk")
    return list(grants.prefetch_related(Prefetch("visits", running, to_attr="running")))


def grant_detail(grant_id: UUID) -> SupportGrant | None:
    return SupportGrant.objects.filter(pk=grant_id).first()


def _waiting(visit_id: UUID, now: datetime) -> QuerySet[SupportVisit]:
    return SupportVisit.objects.filter(
        pk=visit_id, entered_at=None, ended_at=None, issued_at__gt=now - LINK_LASTS, grant__in=_open_grants(now)
    )


def _open_grants(now: datetime) -> QuerySet[SupportGrant]:
    return SupportGrant.objects.filter(revoked_at=None, ends_at__gt=now)


@on_platform()
def _still_operates(username: str) -> bool:
    """Asked each time: the business can't know that somebody has left the platform."""
    return User.objects.filter(username=username, is_active=True).exists()


def _stand_in(operator: User) -> User:
    """The operator's own row here. No password, no address and no name that a form takes: it can't log in."""
    user, made = User.objects.get_or_create(
        operator=operator.username,
        defaults={
            "username": f"support:{operator.username}"[:150],
            "role": Role.AUDITOR,
            "password": UNUSABLE_PASSWORD_PREFIX,
        },
    )
    if made or user.full_name != str(operator)[:80]:
        user.full_name = str(operator)[:80]
        user.save(update_fields=["full_name"])
    return user
