"""Writes about an installation: its figures, its alerts, and the mail that tells of each once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from operations import queries
from operations.enums import ADVICE, Kind
from operations.judging import Problem
from operations.models import Incident, Reading

log = structlog.get_logger(__name__)

QUIET = timedelta(minutes=10)
"""A problem that comes back so soon is the same one: nobody is told again."""


def record_readings(figures: Mapping[str, float], now: datetime) -> None:
    rows = [Reading(name=name, value=value, at=now) for name, value in sorted(figures.items())]
    Reading.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["value", "at"])


def note_problems(problems: Iterable[Problem], now: datetime) -> list[Incident]:
    """Open an alert for what is newly wrong, close those that are over; the ones that nobody was told of yet.

    Any number of watchmen may call this at once: they take turns.
    """
    figures = {problem.kind: problem.figure[:200] for problem in problems}
    with transaction.atomic():
        queries.take_turns()
        Incident.objects.filter(closed_at=None).exclude(kind__in=figures).update(closed_at=now)
        for kind, figure in sorted(figures.items()):
            _open(kind, figure, now)
    return list(Incident.objects.filter(closed_at=None, told_at=None).order_by("opened_at"))


def tell_operators(incident: Incident, now: datetime) -> bool:
    """Mail an alert to SCRM_ALERT_EMAIL, once; False when another did, or there is nobody to tell."""
    if not settings.SCRM_ALERT_EMAIL:
        return False
    mine = Incident.objects.filter(pk=incident.pk, told_at=None)
    if not mine.update(told_at=now):
        return False
    try:
        _send(incident)
    except OSError as error:
        # The next watch tries again.
        Incident.objects.filter(pk=incident.pk, told_at=now).update(told_at=None)
        log.warning("alert.untold", kind=incident.kind, error=type(error).__name__)
        return False
    return True


def _open(kind: Kind, figure: str, now: datetime) -> None:
    if Incident.objects.filter(kind=kind, closed_at=None).update(figure=figure):
        return
    recent = Incident.objects.filter(kind=kind, closed_at__gt=now - QUIET).order_by("-closed_at").first()
    if recent is not None:
        Incident.objects.filter(pk=recent.pk).update(closed_at=None, figure=figure)
        return
    Incident.objects.create(kind=kind, figure=figure, opened_at=now)


def _send(incident: Incident) -> None:
    kind = Kind(incident.kind)
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("SCRM: %(problem)s") % {"problem": kind.label}
        lines = [f"{kind.label}: {incident.figure}" if incident.figure else str(kind.label), str(ADVICE[kind])]
        lines.append(f"{incident.opened_at:%Y-%m-%d %H:%M} UTC, {settings.PUBLIC_HOST}")
        send_mail(subject, "\n\n".join(lines), settings.DEFAULT_FROM_EMAIL, settings.SCRM_ALERT_EMAIL)
