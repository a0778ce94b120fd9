"""What stages are told with: their numbers, their cards, what open deals come to."""

from datetime import timedelta

import pytest

from accounts.enums import Role
from accounts.services import create_department
from leads.models import Opportunity
from lifecycle.models import Lifecycle, Position, Stage, StageTransition
from lifecycle.selectors import stage_list, stage_median_seconds, stage_sizes
from lifecycle.selectors_board import Narrowed, board_cards, board_sizes, cards_after, position_list
from lifecycle.services_lifecycles import create_lifecycle
from scrm.core import clock
from tests.factories import make_contact, make_stage, make_user


@pytest.fixture
def sales(acme) -> Lifecycle:
    lifecycle = create_lifecycle(name="Car sales", by=None, now=clock.now())
    for name in ("Visit", "Drive", "Deposit"):
        make_stage(lifecycle, name)
    return lifecycle


def test_one_lifecycle_is_the_one_that_new_contacts_enter(acme):
    Lifecycle.objects.update(is_default=False)
    made = [create_lifecycle(name=name, by=None, now=clock.now()) for name in ("A", "B")]

    assert [each.is_default for each in made] == [True, False]


def test_numbers_are_of_what_the_reader_sees(sales):
    north = create_department(name="North")
    ada, ops = make_user("ada", Role.MANAGER, department=north), make_user("olga", Role.OPS)
    ben = make_user("ben", department=north)
    now = clock.now()
    visit, drive, deposit = stage_list(sales)
    for index, owner in enumerate([ben, ben, ben, None]):
        person = make_contact(f"P{index}", owner=owner)
        Position.objects.create(contact=person, lifecycle=sales, stage=drive, since=now + timedelta(hours=index))
        StageTransition.objects.create(
            contact=person,
            lifecycle=sales,
            from_stage=visit,
            to_stage=drive,
            at=now,
            seconds_before=100 * (index + 1),
            source="hand",
        )

    assert [size for _stage, size in stage_sizes(ops, sales)] == [0, 4, 0]
    assert [size for _stage, size in stage_sizes(ada, sales)] == [0, 3, 0]
    assert stage_median_seconds(ops, sales) == {visit.pk: 250}
    assert stage_median_seconds(ada, sales) == {visit.pk: 200}
    rows = position_list(ada, sales)
    cards = board_cards(rows, list(stage_list(sales)), limit=2)
    assert [card.contact.name for card in cards[drive.pk]] == ["P2", "P1"]
    assert cards[deposit.pk] == []
    last = cards[drive.pk][-1]
    assert [card.contact.name for card in cards_after(rows, drive, last.since, last.pk, 2)] == ["P0"]
    assert board_sizes(ops, position_list(ops, sales, Narrowed(owner="none")), "CNY") == {drive.pk: (1, None)}


def test_a_column_says_what_its_open_deals_come_to(sales, django_assert_num_queries):
    ops, now = make_user("olga", Role.OPS), clock.now()
    visit, drive, _deposit = stage_list(sales)
    for index, stage in enumerate([visit, visit, drive]):
        person = make_contact(f"P{index}")
        Position.objects.create(contact=person, lifecycle=sales, stage=stage, since=now)
        for amount, currency, settled in ((10, "CNY", None), (5, "CNY", None), (7, "EUR", None), (99, "CNY", now)):
            Opportunity.objects.create(
                contact=person, name="x", amount=amount, currency=currency, settled_at=settled, created_at=now
            )

    with django_assert_num_queries(2):
        sizes = board_sizes(ops, position_list(ops, sales), "CNY")

    assert sizes == {visit.pk: (2, 30), drive.pk: (1, 15)}


def test_a_column_is_worth_what_of_its_deals_the_reader_sees(sales):
    north, south = create_department(name="North"), create_department(name="South")
    ada, ops = make_user("ada", Role.MANAGER, department=north), make_user("olga", Role.OPS)
    ben, dan = make_user("ben", department=north), make_user("dan", department=south)
    visit, now = stage_list(sales)[0], clock.now()
    lin = make_contact("Lin", owner=ben)
    Position.objects.create(contact=lin, lifecycle=sales, stage=visit, since=now)
    for owner, amount in ((dan, 100), (None, 30), (ben, 4)):
        Opportunity.objects.create(contact=lin, name="x", owner=owner, amount=amount, currency="CNY", created_at=now)

    def worth(user):
        return board_sizes(user, position_list(user, sales), "CNY")

    assert worth(ops) == {visit.pk: (1, 134)}
    assert worth(ada) == worth(ben) == {visit.pk: (1, 4)}
    Opportunity.objects.filter(owner=ben).delete()
    assert worth(ada) == worth(ben) == {visit.pk: (1, None)}
    assert worth(dan) == {}


def test_the_cards_of_a_board_are_one_statement(sales, django_assert_num_queries):
    ops = make_user("olga", Role.OPS)
    stages = list(Stage.objects.filter(lifecycle=sales))

    with django_assert_num_queries(1):
        board_cards(position_list(ops, sales), stages, 8)
