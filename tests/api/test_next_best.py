"""What suits somebody, through the API."""

from accounts.enums import Role
from audiences.services_matches import save_match
from content.models import Material
from scrm.core import clock
from tests.api.conftest import Caller
from tests.factories import make_contact, make_user


def match(title: str, **fields) -> None:
    material = Material.objects.create(title=title, body="x", topic="care", created_at=clock.now())
    save_match(material=material, channel="chat", by=None, now=clock.now(), **fields)


def test_the_next_best_comes_with_its_reason(system, acme):
    lin = make_contact("Lin", city="Berlin")
    match("Nearby", city="Berlin", words="Invite them.")
    match("For all")

    answer = system.get(f"contacts/{lin.pk}/next-best").json()

    best = answer["best"]
    assert (best["material"]["title"], best["channel"], best["words"]) == ("Nearby", "chat", "Invite them.")
    assert best["why"] == "lives in Berlin"
    assert [each["cause"] for each in best["reasons"]] == ["city"]
    assert [each["material"]["title"] for each in answer["others"]] == ["For all"]


def test_nothing_suits_somebody(system, acme):
    answer = system.get(f"contacts/{make_contact('Lin').pk}/next-best").json()

    assert answer == {"best": None, "others": []}


def test_and_ben_asks_about_his_own_alone(system, acme):
    match("For all")
    ben = make_user("ben", Role.REP)
    mine, hers = make_contact("Lin", owner=ben), make_contact("Wu", owner=make_user("eve", Role.REP))

    caller = Caller(acme, user=ben)

    assert caller.get(f"contacts/{mine.pk}/next-best").json()["best"]["material"]["title"] == "For all"
    assert caller.get(f"contacts/{hers.pk}/next-best").status_code == 404
