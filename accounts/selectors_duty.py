"""Reads about duty: who is where in the tree, when it answers, who is away."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import cached_property

from accounts.enums import Role
from accounts.hours import Hours, read_hours
from accounts.models import CalendarDay, Department, Duty, Leave, OpeningHours, User
from accounts.selectors import user_list_visible
from scrm.core.workdays import WorkCalendar
from tenants.selectors import tenant_current


class Offices:
    """The departments of a business with their opening hours, each read once, when it is asked."""

    def __init__(self, zone: str) -> None:
        self._zone = zone

    @cached_property
    def _above(self) -> Mapping[UUID, UUID | None]:
        return dict(Department.objects.values_list("pk", "parent_id"))

    @cached_property
    def _hours(self) -> Mapping[UUID | None, Hours]:
        rows = list(OpeningHours.objects.all())
        calendar = work_calendar() if any(each.follows_holidays for each in rows) else None
        return {
            each.department_id: read_hours(
                each.week, each.zone or self._zone, calendar=calendar if each.follows_holidays else None
            )
            for each in rows
        }

    def way_up(self, department_id: UUID | None) -> Iterable[UUID]:
        """The department, the one above it, and so on."""
        while department_id is not None:
            yield department_id
            department_id = self._above.get(department_id)

    def hours_of(self, department_id: UUID | None) -> Hours | None:
        """Its own hours, else those of the nearest above it, else the business's; None: always open."""
        if not self._hours:
            return None
        own = (self._hours[pk] for pk in self.way_up(department_id) if pk in self._hours)
        return next(own, self._hours.get(None))


def calendar_day_list(year: int) -> QuerySet[CalendarDay]:
    """What the business says of days of a year itself."""
    return CalendarDay.objects.filter(day__year=year)


def work_calendar() -> WorkCalendar:
    """Which days are worked in this business."""
    own = dict(CalendarDay.objects.values_list("day", "works"))
    return WorkCalendar(chinese=tenant_current().region == "CN", own=own)


def department_heads(department_ids: Iterable[UUID], offices: Offices) -> dict[UUID, UUID]:
    """The manager of each department, else of the nearest above it."""
    managers = User.objects.filter(is_active=True, role=Role.MANAGER, department__isnull=False).order_by("-pk")
    by_department = dict(managers.values_list("department_id", "pk"))
    heads = {
        pk: next((by_department[up] for up in offices.way_up(pk) if up in by_department), None) for pk in department_ids
    }
    return {pk: head for pk, head in heads.items() if head is not None}


def managers_on_duty() -> list[UUID]:
    """Who is to see to what is nobody's: the managers; where there is none, whoever the business belongs to."""
    rows = User.objects.filter(is_active=True, role__in=[Role.MANAGER, Role.PRINCIPAL]).order_by("pk")
    people = list(rows.values_list("pk", "role"))
    managers = [pk for pk, role in people if role == Role.MANAGER]
    return managers or [pk for pk, _role in people]


def hours_list() -> list[OpeningHours]:
    """Those of the whole business first."""
    return list(OpeningHours.objects.select_related("department").order_by("department__name"))


def hours_for(department: Department | None) -> OpeningHours | None:
    return OpeningHours.objects.filter(department=department).first()


def leave_list(viewer: User, *, now: datetime) -> QuerySet[Leave]:
    """Leave that is not over, of colleagues whose work the viewer may see."""
    return Leave.objects.filter(user__in=user_list_visible(viewer), until_at__gt=now).select_related("user")


def leave_detail(viewer: User, pk: UUID) -> Leave | None:
    return Leave.objects.filter(user__in=user_list_visible(viewer), pk=pk).select_related("user").first()


def leave_now(user: User, *, now: datetime) -> Leave | None:
    """The leave that somebody is on."""
    return Leave.objects.filter(user=user, from_at__lte=now, until_at__gt=now).order_by("-until_at").first()


def people_on_duty(viewer: User) -> QuerySet[User]:
    """Colleagues whose work the viewer may see, with what they take on."""
    return user_list_visible(viewer).select_related("duty", "department").order_by("full_name", "username")


def given_on(user_ids: Iterable[UUID], day: date) -> dict[UUID, int]:
    """How many leads each was given that day. To be asked once they are held: what a lock waited for is not in what
    was read along with it.
    """
    return dict(Duty.objects.filter(pk__in=list(user_ids), given_on=day).values_list("pk", "given"))


def departments_of_users(user_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "department_id"))
