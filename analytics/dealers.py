"""Score cards of dealers, departments and representatives, of what the reader may see."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Scope
from accounts.models import Department, User
from accounts.selectors import user_list_with_leavers
from analytics import card_queries
from analytics.cards import Card, Group, Money, Numbers, Span, tree_of
from analytics.commission import Rate, rates_held
from analytics.models import CommissionRate
from tenants.selectors import tenant_zone


def department_cards(viewer: User, span: Span, *, dealers_only: bool = False, now: datetime) -> tuple[list[Card], Card]:
    """By department, each with those below it, and all of them together; the reader's own part of the tree."""
    rows = _departments()
    people = _people(viewer)
    groups = [
        Group(pk, name, frozenset(user.pk for user in people if user.department_id in inside), depth, is_dealer)
        for pk, name, depth, is_dealer, inside in tree_of(rows, _tops(viewer))
    ]
    if dealers_only:
        groups = [replace(group, depth=0) for group in groups if group.is_dealer]
    elif loose := frozenset(user.pk for user in people if user.department_id is None):
        groups.append(Group(None, _("Without a department"), loose))
    cards, total = _cards(groups, span, rows, now)
    return [card for card in cards if card.group.id is not None or not card.is_empty], total


def person_cards(
    viewer: User, span: Span, *, department_id: UUID | None = None, now: datetime
) -> tuple[list[Card], Card]:
    """By person, of one department with those below it or of all that the reader sees; the most amount first.

    Whoever is gone, or takes no leads, is left out where they have no numbers.
    """
    rows = _departments()
    people = _people(viewer)
    names = {pk: name for pk, name, _parent, _is_dealer in rows}
    if department_id is not None:
        inside = next((row[4] for row in tree_of(rows, [department_id])), frozenset())
        people = [user for user in people if user.department_id in inside]
    groups = [
        Group(
            user.pk,
            str(user),
            frozenset({user.pk}),
            under=names.get(user.department_id, "") if user.department_id else "",
        )
        for user in people
    ]
    cards, total = _cards(groups, span, rows, now)
    working = {user.pk for user in people if user.is_active and user.takes_leads}
    return [card for card in cards if card.group.id in working or not card.is_empty], total


def department_choices_seen(viewer: User) -> list[tuple[str, str]]:
    """Departments whose people the reader may compare, indented by how deep they lie."""
    return [(str(pk), "\u2003" * depth + name) for pk, name, depth, *_rest in tree_of(_departments(), _tops(viewer))]


def department_ids_seen(viewer: User) -> set[UUID]:
    """The same by their ids."""
    return {row[0] for row in tree_of(_departments(), _tops(viewer))}


def commission_rates() -> QuerySet[CommissionRate]:
    """By department, the latest first."""
    return CommissionRate.objects.select_related("department", "created_by").order_by(
        "department__name", "department", "-from_on"
    )


def commission_rate_get(pk: UUID) -> CommissionRate | None:
    return commission_rates().filter(pk=pk).first()


def _departments() -> list[tuple[UUID, str, UUID | None, bool]]:
    return list(Department.objects.values_list("pk", "name", "parent_id", "is_dealer"))


def _tops(viewer: User) -> list[UUID] | None:
    """Where the reader's part of the tree begins; None: everywhere."""
    if viewer.data_scope == Scope.ALL:
        return None
    return [viewer.department_id] if viewer.data_scope == Scope.DEPARTMENT and viewer.department_id else []


def _people(viewer: User) -> list[User]:
    return list(user_list_with_leavers(viewer).select_related(None).order_by("full_name", "username"))


def _cards(
    groups: Sequence[Group], span: Span, departments: Sequence[tuple[UUID, str, UUID | None, bool]], now: datetime
) -> tuple[list[Card], Card]:
    """Each group's, and that of all of them together: nobody is counted twice there."""
    everybody = Group(None, _("Total"), frozenset().union(*(group.owner_ids for group in groups)))
    wanted = [everybody, *groups]
    middle, last = _bounds(span)
    times = card_queries.Times(_bounds(span.before)[0] if span.before else middle, middle, last)
    members = [(place, owner) for place, group in enumerate(wanted) for owner in sorted(group.owner_ids)]
    found: dict[tuple[int, int], Numbers] = defaultdict(Numbers)
    if members:
        for place, period, leads, effective, met, late, missed, median in card_queries.lead_numbers(
            times, members, now=now
        ):
            took = timedelta(seconds=float(median)) if median is not None else None
            found[place, period] = Numbers(leads, effective, met, late, missed, took)
        parents = {pk: parent for pk, _name, parent, _is_dealer in departments}
        held, zone = rates_held(parents, _rates()), str(tenant_zone())
        for place, period, currency, count, amount, commission in card_queries.deal_numbers(
            times, members, rates=held, zone=zone
        ):
            numbers = found[place, period]
            if currency is None:
                found[place, period] = replace(numbers, opportunities=count)
            else:
                won = Money(currency, count, amount, commission)
                found[place, period] = replace(numbers, money=(*numbers.money, won))
    cards = [
        Card(
            group,
            found[place, card_queries.NOW],
            found[place, card_queries.BEFORE] if span.before is not None else None,
        )
        for place, group in enumerate(wanted)
    ]
    return cards[1:], cards[0]


def _bounds(span: Span) -> tuple[datetime, datetime]:
    zone = tenant_zone()
    last = span.until + timedelta(days=1) if span.until < date.max else span.until
    return datetime.combine(span.since, time(), zone), datetime.combine(last, time(), zone)


def _rates() -> list[Rate]:
    rows = CommissionRate.objects.values_list("department_id", "from_on", "percent")
    return [Rate(*row) for row in rows]
