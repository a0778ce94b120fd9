"""Whoever makes somebody inactive in the administration is asked to whom the customers go."""

import pytest

from accounts.models import User
from tests.factories import make_contact, make_user
from tests.web.rep_people import client_of


@pytest.fixture
def desk(acme):
    return client_of(make_user("ana", "admin", is_staff=True))


def make_inactive(desk, user: User) -> str:
    page = desk.get(f"/admin/accounts/user/{user.pk}/change/")
    initial = page.context["adminform"].form.initial
    said = {name: value for name, value in initial.items() if value not in (None, "") and name != "password"}
    answer = desk.post(f"/admin/accounts/user/{user.pk}/change/", {**said, "is_active": ""})
    assert answer.status_code == 302, answer.context["errors"]
    assert not User.objects.get(pk=user.pk).is_active
    return answer.url


def test_leaver_with_customers_leads_to_the_hand_over(desk):
    ben = make_user("ben")
    make_contact(owner=ben)

    assert make_inactive(desk, ben) == f"/contacts/hand-over/?leaver={ben.pk}"


def test_leaver_without_customers_leads_back_to_the_list(desk):
    assert make_inactive(desk, make_user("ben")) == "/admin/accounts/user/"
