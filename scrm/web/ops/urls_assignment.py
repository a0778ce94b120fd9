"""Addresses of assignment rules and of who is there to get leads."""

from django.urls import path

from scrm.web.ops import assignment, availability, responses, work_calendar

urlpatterns = [
    path("assignment/", assignment.index, name="assignment_list"),
    path("assignment/new/", assignment.create, name="assignment_create"),
    path("assignment/order/", assignment.order, name="assignment_order"),
    path("assignment/try/", assignment.try_out, name="assignment_try"),
    path("assignment/spread/", assignment.spread, name="assignment_spread"),
    path("assignment/<uuid:assignment_rule_id>/", assignment.edit, name="assignment_edit"),
    path("assignment/<uuid:assignment_rule_id>/switch/", assignment.switch, name="assignment_switch"),
    path("assignment/<uuid:assignment_rule_id>/archive/", assignment.archive, name="assignment_archive"),
    path("assignment/times/", responses.index, name="assignment_responses"),
    path("assignment/times/new/", responses.create, name="assignment_response_create"),
    path("assignment/times/<uuid:response_rule_id>/", responses.edit, name="assignment_response_edit"),
    path("assignment/times/<uuid:response_rule_id>/switch/", responses.switch, name="assignment_response_switch"),
    path("availability/", availability.index, name="availability"),
    path("availability/people/<uuid:user_id>/", availability.person, name="availability_person"),
    path("availability/leave/<uuid:leave_id>/end/", availability.end, name="availability_leave_end"),
    path("availability/hours/", availability.hours, name="availability_hours"),
    path("availability/days/", work_calendar.work_days, name="work_days"),
]
