"""Nothing that belongs to a person, and no secret, reaches a log line."""

import io
import json
import logging
import re

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from scrm.core import logs
from scrm.web.routes import TENANT, UNGUARDED, Guard, route_list

CANARIES = {
    "phone": ("+86 138 1234 5678", "13812345678", "138-1234-5678", "(021) 5234-5678", "+8613812345678"),
    "mail": ("lin.wei+x@example.com", "LIN@公司.example"),
    "secret": ("hunter2hunter2", "scrm_live_abcdef0123456789", "eyJhbGciOi.J9.sig"),
}


@pytest.fixture(params=["plain", "json_lines"])
def lines(request):
    """A logger's own stream, through the formatter of that name."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=getattr(logs, request.param), foreign_pre_chain=logs.pre_chain)
    )
    logger = logging.getLogger("canary")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True


PLACES = {
    "message": lambda log, value: log.warning(f"could not reach {value}, will retry"),
    "argument": lambda log, value: log.warning("could not reach %s", value),
    "query": lambda log, value: log.warning(
        "GET https://acme.example/search/?q=%s&page=2 404", value.replace(" ", "%20")
    ),
    "value": lambda log, value: structlog.wrap_logger(log).warning("lead.refused", what={"it": [value]}),
    "exception": lambda log, value: _raise(log, ValueError(f"no such contact: {value}")),
    "refused row": lambda log, value: _raise(log, ValueError(f"DETAIL: Key (word)=({value}) already exists.")),
}


def _raise(log, error):
    try:
        raise error
    except ValueError:
        log.exception("it broke")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("canary", [*CANARIES["phone"], *CANARIES["mail"]])
def test_phones_and_mails_are_masked_wherever_they_stand(lines, place, canary):
    PLACES[place](logging.getLogger("canary"), canary)

    said = lines.getvalue()
    assert said
    assert canary not in said
    assert canary.replace(" ", "%20") not in said


@pytest.mark.parametrize("canary", CANARIES["secret"])
@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        "GET /reset/?token={} 200",
        "connect to postgres://scrm:{}@db/scrm failed",
        "password={}",
        "{{'api_key': '{}'}}",
    ],
)
def test_secrets_are_masked_in_texts(lines, text, canary):
    logging.getLogger("canary").warning(text.format(canary))

    assert lines.getvalue()
    assert canary not in lines.getvalue()


@pytest.mark.parametrize(
    "name", ["password", "access_token", "secret", "cookie", "phone", "customer_email", "signature"]
)
def test_values_with_telling_names_are_masked(lines, name):
    structlog.wrap_logger(logging.getLogger("canary")).warning(
        "said", **{name: "hunter2", "inner": {name: 13812345678}}
    )

    assert "hunter2" not in lines.getvalue()
    assert "13812345678" not in lines.getvalue()


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.sampled_from(["{}", "+86{}", "+86 {}", "0086{}", "tel:{}"]))
def test_any_mobile_number_is_masked(number, shape):
    assert number not in logs.masked(f"said {shape.format(number)} to us")


@pytest.mark.parametrize("name", sorted(name for name, guard in UNGUARDED.items() if guard is Guard.TOKEN))
def test_keys_in_addresses_are_masked(name):
    """While the database is away a link breaks and stays good: its address, logged, would open for who reads logs."""
    pattern = next(route.pattern for route in route_list(TENANT) if route.name == name)
    key = "019a1b2c-cz1abc-WyJhIl0:0123_456789-abcdef"
    address = "/" + re.sub(r"<\w+:\w+>|\(.*\)", key, pattern.replace("^", "")).rstrip("$")
    assert key in address

    for text in (f"Service Unavailable: {address}", f"GET https://acme.example{address} 503"):
        assert not set(key.split("-")) & set(re.split(r"[-/]", logs.masked(text))), logs.masked(text)


def test_what_helps_to_find_a_fault_stays():
    text = "row 4711 of lane 12 at 2026-11-21 14:41:17 in 0.25 s from 127.0.0.1: 3f2b9c1e-77aa-4c1b-9e2d-0123456789ab"

    assert logs.masked(text) == text


def test_line_says_where_it_comes_from(lines, acme):
    mark = logs.person.set(lambda: "ada")
    with structlog.contextvars.bound_contextvars(request_id="0123456789abcdef"):
        logging.getLogger("canary").warning("lead.captured")
    logs.person.reset(mark)

    said = lines.getvalue()
    if said.startswith("{"):
        assert json.loads(said)["schema"] == "acme"
    for word in ("acme", "ada", "0123456789abcdef", "lead.captured", "warning"):
        assert word in said


def test_only_the_root_writes_lines():
    """Django's own handler would write them a second time where DEBUG is on, and masks nothing."""
    assert logging.getLogger("django").handlers == []
