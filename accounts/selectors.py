"""Reads about people, and the one rule of whose records a user sees."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from accounts.enums import Role, Scope
from accounts.models import AuditEntry, Department, User

Row = TypeVar("Row", bound=Model)


def department_ids_below(department_id: UUID | None) -> set[UUID]:
    """The department and every one under it."""
    if department_id is None:
        return set()
    children: dict[UUID | None, list[UUID]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found: set[UUID] = set()
    waiting = [department_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(children.get(current, []))
    return found


def visible_to(user: User, rows: QuerySet[Row], *, owner: str = "owner") -> QuerySet[Row]:
    """Those of `rows` that the user may see, by the field that names their owner.

    `own`: rows they own. `department`: also rows owned by members of their department or one below.
    `all`: everything, rows without an owner too.
    """
    scope = user.data_scope
    if scope == Scope.ALL:
        return rows
    own = Q(**{owner: user})
    if scope == Scope.OWN or user.department_id is None:
        return rows.filter(own)
    below = department_ids_below(user.department_id)
    return rows.filter(own | Q(**{f"{owner}__department__in": below}))


def owner_ids_visible(user: User) -> list[UUID] | None:
    """The owners whose rows `visible_to` shows; None is everybody's, and nobody's too.

    As values, so that PostgreSQL knows how many rows they have: it can't ask that of a join.
    """
    scope = user.data_scope
    if scope == Scope.ALL:
        return None
    if scope == Scope.OWN or user.department_id is None:
        return [user.pk]
    return list({user.pk, *user_ids_of_department(user.department_id)})


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose rows somebody sees, asked once for many statements: as `visible_to` would; None is everybody's."""

    viewer_id: UUID
    owners: list[UUID] | None

    def among(self, rows: QuerySet[Row], *, owner: str = "owner") -> QuerySet[Row]:
        return rows if self.owners is None else rows.filter(**{f"{owner}__in": self.owners})


def reach_of(user: User) -> Reach:
    return Reach(user.pk, owner_ids_visible(user))


def user_ids_of_department(department_id: UUID) -> set[UUID]:
    """Who belongs to the department or to one below it."""
    return set(User.objects.filter(department_id__in=department_ids_below(department_id)).values_list("pk", flat=True))


def department_list() -> QuerySet[Department]:
    return Department.objects.order_by("name")


def department_stand_in(department_id: UUID) -> UUID | None:
    """Who gets what comes for a department in which nobody takes leads in turn: its manager, else nobody."""
    people = User.objects.filter(is_active=True, department__in=department_ids_below(department_id))
    if people.filter(takes_leads=True).exists():
        return None
    return (
        people.filter(department=department_id, role=Role.MANAGER).order_by("pk").values_list("pk", flat=True).first()
    )


def user_names(ids: Iterable[Any]) -> dict[UUID, str]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=set(ids))}


def user_list_visible(user: User) -> QuerySet[User]:
    """Colleagues whose work the user may see; for owner filters and hand-over."""
    return user_list_with_leavers(user).filter(is_active=True)


def user_list_offered(user: User, *, also: UUID | None) -> QuerySet[User]:
    """Colleagues to choose from, with the one who is chosen already."""
    return User.objects.filter(Q(pk__in=user_list_visible(user)) | Q(pk=also)).select_related("department")


def user_list_with_leavers(user: User) -> QuerySet[User]:
    """The same with those who may not log in any more: their customers need somebody."""
    everybody = User.objects.filter(operator="").select_related("department")
    if user.data_scope == Scope.ALL:
        return everybody
    if user.data_scope == Scope.OWN or user.department_id is None:
        return everybody.filter(pk=user.pk)
    return everybody.filter(Q(pk=user.pk) | Q(department__in=department_ids_below(user.department_id)))


def user_visible(viewer: User, pk: UUID) -> User | None:
    """A colleague who may be put in charge."""
    return user_list_visible(viewer).filter(pk=pk).first()


def user_get(pk: UUID) -> User | None:
    return User.objects.filter(pk=pk).first()


def colleague_get(pk: UUID) -> User | None:
    """Somebody of this host, who may be gone; never an operator of the platform."""
    return User.objects.filter(pk=pk, operator="").first()


def user_list_all() -> QuerySet[User]:
    """Everybody of this host, those who may log in first."""
    return User.objects.filter(operator="").select_related("department").order_by("-is_active", "full_name", "username")


def user_exists(username: str) -> bool:
    return User.objects.filter(username=username).exists()


def audit_entries(
    *,
    who: UUID | None = None,
    action: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Lines of the trail, the newest first. `subject` is an id or a kind; `until` is the first moment left out."""
    entries = AuditEntry.objects.order_by("-at", "-id")
    if who:
        entries = entries.filter(actor=who)
    if action:
        entries = entries.filter(action=action)
    if subject:
        entries = entries.filter(
            Q(subject_id=subject.strip()) | Q(subject_type__endswith=f".{subject.strip().lower()}")
        )
    if since:
        entries = entries.filter(at__gte=since)
    return entries.filter(at__lt=until) if until else entries


def audit_entries_behind(entries: QuerySet[AuditEntry], last: AuditEntry | None, *, limit: int) -> list[AuditEntry]:
    """The next of `audit_entries` after `last`: a long trail is read bit by bit, and no bit twice."""
    if last is not None:
        # Said twice, so that the index on `at` is entered in the right place.
        entries = entries.filter(Q(at__lt=last.at) | Q(pk__lt=last.pk), at__lte=last.at)
    return list(entries[:limit])


def audit_people() -> QuerySet[User]:
    """Whom a line can be of: people of this host, who left too, and operators who were let in."""
    return User.objects.order_by("-is_active", "full_name", "username")
