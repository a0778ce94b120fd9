"""Every remedy can be switched off and is there again afterwards."""

import pytest

from tests.tenancy.pitfalls import PITFALLS


@pytest.mark.parametrize("name", PITFALLS)
def test_pitfall_is_left_as_it_was_entered(acme, client, name):
    with PITFALLS[name]():
        assert client.get("/accounts/login/", headers={"host": "acme.localhost"}).status_code == 200

    assert client.get("/accounts/login/", headers={"host": "acme.localhost"}).status_code == 200
    assert client.get("/media/x", headers={"host": "acme.localhost"}).status_code == 404
    assert client.get("/", headers={"host": "nobody.localhost"}).status_code == 404
