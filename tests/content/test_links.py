"""Links that contacts get, and what looks at them."""

import pytest

from content.links import create_touchpoint_links
from content.machines import is_machine
from content.models import Material, TrackedLink
from scrm.core import clock
from tests.factories import make_contact


@pytest.fixture
def material(acme):
    return Material.objects.create(title="Guide", created_at=clock.now())


def test_each_touch_has_one_link(material):
    lin, mei = make_contact("Lin"), make_contact("Mei")
    links = [(material.pk, lin.pk, 5), (material.pk, mei.pk, 6), (material.pk, lin.pk, 7)]

    codes = create_touchpoint_links(links=links, now=clock.now())

    assert len(set(codes.values())) == 3
    assert create_touchpoint_links(links=links, now=clock.now()) == codes
    assert TrackedLink.objects.count() == 3


def test_links_cost_the_same_statements_whatever_their_number(material, django_assert_num_queries):
    for size in (1, 3, 50):
        links = [(material.pk, make_contact().pk, 100 * size + number) for number in range(size)]
        now = clock.now()
        with django_assert_num_queries(2):
            create_touchpoint_links(links=links, now=now)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50",
        "Mozilla/5.0 (Linux; Android 14; Cubot X70) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
    ],
)
def test_people_are_people(agent):
    assert not is_machine(agent)


@pytest.mark.parametrize(
    "agent",
    ["", "  ", "Mozilla/5.0 (compatible; bingbot/2.0)", "WhatsApp/2.23", "Mozilla/5.0 GoogleImageProxy", "curl/8.5"],
)
def test_machines_are_machines(agent):
    assert is_machine(agent)
