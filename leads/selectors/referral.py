"""Reads about referral: programs, who brought whom, the ledger, and what one person earned."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import RewardState
from leads.models import Referral, ReferralLink, ReferralProgram, Reward, RewardEntry
from scrm.core.counting import count_of


@dataclass(frozen=True, slots=True)
class Referrer:
    """One contact's link in one program, with whom it brought and what that earned, by currency or points."""

    link: ReferralLink
    brought: int
    counted: int
    earned: list[tuple[str, str, Decimal]]


def program_list(viewer: User) -> QuerySet[ReferralProgram]:
    """Programs, the newest first, with `sharers` (links), `brought` and `counted` among the leads the viewer sees."""
    seen = visible_to(viewer, Referral.objects.all(), owner="lead__owner")
    rows = ReferralProgram.objects.select_related("form", "source")
    return rows.annotate(
        sharers=count_of(ReferralLink.objects.all(), "program"),
        brought=count_of(seen, "program"),
        counted=count_of(seen.filter(refusal=""), "program"),
    ).order_by("-created_at", "-pk")


def program_get(pk: UUID) -> ReferralProgram | None:
    return ReferralProgram.objects.select_related("form", "source").filter(pk=pk).first()


def program_choices(*, active_only: bool = False) -> list[tuple[str, str]]:
    rows = ReferralProgram.objects.filter(active=True) if active_only else ReferralProgram.objects.all()
    return [(str(pk), name) for pk, name in rows.order_by("name", "pk").values_list("pk", "name")]


def referral_list(viewer: User) -> QuerySet[Referral]:
    """Who brought whom, as far as the viewer may see the leads."""
    rows = Referral.objects.select_related("by__contact", "by__rep", "contact", "program", "lead")
    return visible_to(viewer, rows, owner="lead__owner")


def reward_list(viewer: User, *, state: str = "", program: str = "", search: str = "") -> QuerySet[Reward]:
    """The ledger as far as the viewer may see the leads, the newest first."""
    rows = Reward.objects.select_related("by__contact", "by__rep", "program", "referral__contact", "referral__lead")
    rows = visible_to(viewer, rows, owner="referral__lead__owner")
    if state:
        rows = rows.filter(state=state)
    if program:
        rows = rows.filter(program=UUID(program))
    if search:
        rows = rows.filter(
            Q(by__contact__name__icontains=search)
            | Q(by__rep__full_name__icontains=search)
            | Q(referral__contact__name__icontains=search)
        )
    return rows


def reward_totals(viewer: User) -> list[dict[str, Any]]:
    """Per state and what it is paid in: `state`, `unit`, `currency`, `rewards`, `amount`."""
    rows = visible_to(viewer, Reward.objects.all(), owner="referral__lead__owner")
    found = rows.order_by().values("state", "unit", "currency").annotate(rewards=Count("pk"), amount=Sum("amount"))
    return [dict(row) for row in found.order_by("state", "unit", "currency")]


def reward_ids_visible(viewer: User, ids: list[UUID]) -> list[UUID]:
    """Those of the ids whose leads the viewer may see; for actions on many."""
    rows = visible_to(viewer, Reward.objects.filter(pk__in=ids), owner="referral__lead__owner")
    return list(rows.values_list("pk", flat=True))


def reward_entries(reward: Reward) -> list[RewardEntry]:
    """How a reward came to its state, the first move first."""
    return list(RewardEntry.objects.filter(reward=reward).select_related("by").order_by("pk"))


def referrer_rows(contact_id: UUID) -> list[Referrer]:
    """A contact's links with what they brought; refused rewards are not earned."""
    links = list(ReferralLink.objects.filter(contact=contact_id).select_related("program", "link"))
    if not links:
        return []
    brought = {
        row["by"]: row
        for row in Referral.objects.filter(by__in=links)
        .order_by()
        .values("by")
        .annotate(brought=Count("pk"), counted=Count("pk", filter=Q(refusal="")))
    }
    earned: dict[Any, list[tuple[str, str, Decimal]]] = {}
    sums = Reward.objects.filter(by__in=links).exclude(state=RewardState.REFUSED).order_by()
    for row in sums.values("by", "unit", "currency").annotate(amount=Sum("amount")):
        earned.setdefault(row["by"], []).append((row["unit"], row["currency"], row["amount"]))
    nothing = {"brought": 0, "counted": 0}
    return [
        Referrer(link, found["brought"], found["counted"], earned.get(link.pk, []))
        for link in links
        for found in [brought.get(link.pk, nothing)]
    ]


def referral_of_lead(lead_id: UUID) -> Referral | None:
    """Who brought the person behind a lead."""
    return Referral.objects.select_related("by__contact", "by__rep", "program").filter(lead=lead_id).first()
