"""Reads of assignment rules, and of what they look at."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from leads.models import AssignmentMember, AssignmentRule, Lead
from leads.queries import assignment_rules_standing, open_counts


def _with_members() -> QuerySet[AssignmentRule]:
    members = AssignmentMember.objects.select_related("user").order_by("-weight", "user__full_name", "pk")
    return AssignmentRule.objects.select_related("department").prefetch_related(Prefetch("members", members))


def assignment_rules_active() -> list[AssignmentRule]:
    """Those that decide, in their order, with their people: one statement where there is none."""
    rules = assignment_rules_standing()
    prefetch_related_objects(rules, "members")
    return rules


def assignment_rule_list(*, archived: bool = False) -> list[AssignmentRule]:
    """In their order, with their people."""
    return list(_with_members().filter(archived_at__isnull=not archived))


def assignment_rule_rows() -> QuerySet[AssignmentRule]:
    """All of them, with their people."""
    return _with_members()


def assignment_rule_detail(pk: UUID) -> AssignmentRule | None:
    return _with_members().filter(pk=pk).first()


def assignment_rule_names(ids: Collection[UUID]) -> dict[UUID, str]:
    return dict(AssignmentRule.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def weights_passed(rule_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """How far each has come by weight, by rule. To be asked once they are held."""
    found: dict[UUID, dict[UUID, int]] = {pk: {} for pk in rule_ids}
    rows = AssignmentMember.objects.filter(rule__in=list(rule_ids), passed__gt=0)
    for rule_id, user_id, passed in rows.values_list("rule_id", "user_id", "passed"):
        found[rule_id][user_id] = passed
    return found


def open_lead_counts(user_ids: Collection[UUID], *, at_most: int) -> dict[UUID, int]:
    """How many open leads each has, counted no further than `at_most`: who has more has too many anyhow."""
    return open_counts(user_ids, at_most)


def previous_owners(contact_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who had the newest lead of each contact that somebody had."""
    rows = Lead.objects.filter(contact_id__in=list(contact_ids), owner__isnull=False)
    rows = rows.order_by("contact_id", "-captured_at", "-pk").distinct("contact_id")
    return dict(rows.values_list("contact_id", "owner_id"))


def leads_newest(limit: int) -> list[Lead]:
    """The newest of all, as far as rules ask of them."""
    return list(Lead.objects.select_related("contact__company").order_by("-captured_at", "-pk")[:limit])


def leads_newest_of(contact_ids: Collection[UUID]) -> dict[UUID, Lead]:
    """The newest lead of each contact, as far as rules ask of it."""
    rows = Lead.objects.filter(contact_id__in=list(contact_ids)).order_by("contact_id", "-captured_at", "-pk")
    return {lead.contact_id: lead for lead in rows.distinct("contact_id")}
