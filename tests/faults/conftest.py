"""Ground for the fault tests: a database that keeps, the provider double, an engine on both."""

import pytest

from tests import databases
from tests.doubles.provider import ProviderProcess
from tests.faults.forked import Child
from tests.faults.ground import engine_on


@pytest.fixture(scope="module")
def kept_database(django_db_blocker):
    """One committing copy for a whole module: its tests tell their rows apart."""
    with databases.copy("faults") as name, databases.connected_to(name), django_db_blocker.unblock():
        yield databases.url(name)


@pytest.fixture(autouse=True)
def no_child_outlives_its_test():
    yield
    for child in list(Child.living):
        child.end()


@pytest.fixture
def engine(kept_database, provider, monkeypatch):
    with engine_on(provider, monkeypatch) as engine:
        yield engine


@pytest.fixture(scope="module", params=["asked", "keyed", "blind"])
def provider(request, tmp_path_factory):
    """One that can be asked what it took, one that takes each key once, and one that does neither."""
    ledger = tmp_path_factory.mktemp("provider") / f"{request.param}.tsv"
    abilities = {} if request.param == "asked" else {request.param: ["acme"]}
    with ProviderProcess(ledger, timeout=0.3, **abilities) as process:
        process.ability = request.param
        yield process
