"""Products through the API: each known by its code, added or changed."""

from accounts.enums import Role
from commerce.models import Product
from tests.api.conftest import Caller
from tests.factories import make_user


def outcomes(answer):
    assert answer.status_code == 200, answer.json()
    return [each["outcome"] for each in answer.json()["results"]]


def test_products_are_added_and_changed_by_their_code(system, acme):
    cup = {"code": "CUP", "name": "A cup", "group": "Kitchen", "price": "9.90", "companions": ["TEA"]}

    assert outcomes(system.post("products", {"products": [cup, {"code": "TEA", "limited": True}]})) == ["created"] * 2
    assert outcomes(system.post("products", {"products": [cup]})) == ["unchanged"]
    assert outcomes(system.post("products", {"products": [{"code": "CUP", "price": "8.00"}]})) == ["updated"]
    assert outcomes(system.post("products", {"products": [{"code": "CUP", "companions": []}]})) == ["updated"]

    shown = system.get("products", group="Kitchen").json()["results"]
    assert [(each["code"], each["name"], each["price"], each["companions"]) for each in shown] == [
        ("CUP", "A cup", "8.00", [])
    ]
    assert system.get(f"products/{Product.objects.get(code='TEA').pk}").json()["limited"] is True


def test_good_products_go_in_and_bad_ones_say_why(system, acme):
    bad = [{"name": "No code"}, {"code": "A", "price": "-1"}, {"code": "B", "companions": ["NONE"]}]

    answer = system.post("products", {"products": [*bad, {"code": "C"}]})

    assert outcomes(answer) == ["rejected"] * 3 + ["created"]
    assert [each["errors"][0]["field"] for each in answer.json()["results"][:3]] == ["code", "price", "companions"]
    assert list(Product.objects.values_list("code", flat=True)) == ["C"]


def test_statements_do_not_grow_with_the_batch(system, acme, django_assert_max_num_queries):
    system.post("products", {"products": [{"code": "0"}]})
    products = [{"code": str(n), "name": f"N{n}", "companions": ["0"]} for n in range(1, 101)]

    with django_assert_max_num_queries(40):
        assert set(outcomes(system.post("products", {"products": products}))) == {"created"}


def test_and_ben_reads_and_writes_none(acme):
    caller = Caller(acme, user=make_user("ben", Role.REP))

    assert caller.post("products", {"products": [{"code": "CUP"}]}).status_code == 403
    assert not Product.objects.exists()
