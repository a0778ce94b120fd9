"""E4-E6. Which tenant answers is said by the request's host alone, in any legal spelling of it."""

import os
import random
import socket
import string

import pytest
from django.conf import settings
from django.test import Client

from scrm.embedded.processes import HOST, Web
from scrm.embedded.services import Service
from tests.live import eventually, free_port
from tests.tenancy.pitfalls import PITFALLS

HEADERS = [
    *("X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-Original-Host", "X-HTTP-Host-Override", "X-Real-Host"),
    *("X-Forwarded-For", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-ProxyUser-Ip", "True-Client-IP"),
]
FORGED = [
    *({name: value} for name in HEADERS for value in ("globex.localhost", "acme.localhost, globex.localhost")),
    *({"Forwarded": value} for value in ("host=globex.localhost", 'for=1.1.1.1;host="globex.localhost"')),
    {"X-Forwarded-Host": "globex.localhost", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"},
    {"X-Original-URL": "http://globex.localhost/accounts/login/", "X-Forwarded-Prefix": "//globex.localhost"},
]
LEGAL = ["acme.localhost", "ACME.localhost", "Acme.LocalHost", "acme.localhost.", "ACME.LOCALHOST.:8000"]
LEGAL += ["acme.localhost:80", "acme.localhost:65535"]
ILLEGAL = ["acme.localhost..", ".acme.localhost", "acme..localhost", "acme.localhost:", "acme.localhost:x", "acme"]
ILLEGAL += ["acme.localhost@evil.test", "evil.test@acme.localhost", "acme.localhost/", "acme.localhost%00", ""]
ILLEGAL += ["acme.localhost\x00", "acme.localhost evil.test", "acme.localhost,globex.localhost", "[acme.localhost]"]
ILLEGAL += ["acmé.localhost", "ａcme.localhost", "xn--acm-dma.localhost", "acme\u3002localhost", "ac\u00adme.localhost"]
ILLEGAL += ["www.acme.localhost", "acme.localhost.evil.test", "127.0.0.1", "[::1]", "[::1]:80", "evil.test", "public"]


ANYBODY = Client()


def answers(host: str, path: str = "/accounts/login/", **headers: str) -> tuple[int, str]:
    """Status, and whose page it is."""
    answer = ANYBODY.get(path, headers={"host": host, **headers})
    tenant = getattr(answer.wsgi_request, "tenant", None)
    return answer.status_code, tenant.schema_name if tenant else ""


def led_astray() -> list[dict[str, str]]:
    return [forged for forged in FORGED if answers("acme.localhost", **forged) != (200, "acme")]


def strange_hosts(count: int) -> list[str]:
    """Made-up names, and slips of the ones that are there."""
    draw = random.Random(count)
    letters = string.ascii_lowercase + string.digits + "-."
    made = ["".join(draw.choices(letters, k=draw.randint(1, 40))) for _ in range(count // 2)]
    for _ in range(count - len(made)):
        name = list(draw.choice(["acme.localhost", "globex.localhost", "localhost"]))
        name.insert(draw.randint(0, len(name)), draw.choice(letters))
        made.append("".join(name))
    return [name for name in made if name.strip(".") not in {"acme.localhost", "globex.localhost", "localhost"}]


def shown_to_strangers(hosts: list[str]) -> list[str]:
    paths = ["/", "/accounts/login/", "/admin/", "/api/docs/", "/static/css/app.css", "/f/x", "/rep/"]
    return [host for number, host in enumerate(hosts) if answers(host, paths[number % len(paths)])[0] != 404]


def test_no_header_leads_to_another_tenant(db):
    assert led_astray() == []


def test_believed_header_would_be_noticed(db):
    with PITFALLS["E4"]():
        assert led_astray()


def test_unknown_hosts_are_shown_nothing(db):
    hosts = strange_hosts(10_000 if os.environ.get("SCRM_DEEP") else 300)

    assert len(hosts) > 250
    assert shown_to_strangers([*hosts, *ILLEGAL]) == []


def test_public_page_on_every_host_would_be_noticed(db):
    with PITFALLS["E5"]():
        assert shown_to_strangers(strange_hosts(20))


def test_unknown_host_learns_nothing(db):
    """The same answer for a host that never was, and for one of a tenant that rests."""
    from tenants.models import Tenant

    Tenant.objects.filter(schema_name="globex").update(status="suspended")
    unknown, resting = (Client(headers={"host": host}).get("/") for host in ("nobody.test", "globex.localhost"))

    assert (unknown.status_code, unknown.content) == (resting.status_code, resting.content)
    assert "localhost" not in unknown.text


@pytest.mark.parametrize("host", LEGAL)
def test_legal_spelling_finds_the_tenant(db, host):
    assert answers(host) == (200, "acme")


def test_bare_host_is_the_platform_s(db):
    assert answers(settings.PUBLIC_HOST.upper() + ".") == (200, "public")


@pytest.mark.parametrize("path", ["/%00", "/f/%00", "/t/%00", "/u/%00", "/accounts/login/?next=%00", "/admin/%00/"])
def test_nul_in_an_address_is_an_ordinary_miss(db, path):
    assert answers("acme.localhost", path)[0] in (200, 302, 404)


class RawWeb:
    """A web server of its own, spoken to byte by byte."""

    def __init__(self, port: int) -> None:
        self.port = port

    def status(self, request: str) -> int:
        """Of the first answer; 0 when the server hangs up."""
        with socket.create_connection((HOST, self.port), timeout=5) as line:
            line.sendall(request.replace("\n", "\r\n").encode("latin-1"))
            received = line.recv(1 << 16)
        return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/") else 0

    def body(self, request: str) -> str:
        with socket.create_connection((HOST, self.port), timeout=5) as line:
            line.sendall(request.replace("\n", "\r\n").encode("latin-1"))
            parts = []
            while part := line.recv(1 << 16):
                parts.append(part)
        return b"".join(parts).decode("utf-8", "replace")


@pytest.fixture
def web(own_database, tmp_path):
    environment = {**os.environ, "DATABASE_URL": own_database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    port = free_port()
    service: Service = Web(environment, port, tmp_path)
    service.spawn()
    raw = RawWeb(port)
    try:
        eventually(lambda: _listens(port))
        yield raw
    finally:
        service.stop()


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 0.2):
            return True
    except OSError:
        return False


def test_web_server_lets_no_second_host_through(web):
    """Two hosts, or one in the request line: refused or read as one name, never served as the other's."""
    end = "\nConnection: close\n\n"

    assert "Acme" in web.body(f"GET /accounts/login/ HTTP/1.1\nHost: acme.localhost{end}")
    for request in (
        "GET /accounts/login/ HTTP/1.1\nHost: acme.localhost\nHost: globex.localhost",
        "GET /accounts/login/ HTTP/1.1\nHost: acme.localhost\nhost: globex.localhost",
        "GET http://globex.localhost/accounts/login/ HTTP/1.1\nHost: acme.localhost",
        "GET //globex.localhost/accounts/login/ HTTP/1.1\nHost: acme.localhost",
        "GET /accounts/login/ HTTP/1.1\nHost: acme.localhost\n globex.localhost",
        "GET /accounts/login/ HTTP/1.1\nHost: acme.localhost\nX-Forwarded-Host: globex.localhost",
        "GET /accounts/login/ HTTP/1.1\nHost : globex.localhost\nHost: acme.localhost",
    ):
        assert "Globex" not in web.body(request + end), request
    for request in (
        "GET /accounts/login/ HTTP/1.1",
        "GET /accounts/login/ HTTP/1.1\nHost: ",
        "GET /accounts/login/ HTTP/1.1\nHost: acme.localhost\x00",
        "GET http://nobody.test/accounts/login/ HTTP/1.1\nHost: nobody.test",
    ):
        assert web.status(request + end) in (0, 400, 404), request
    assert web.status(f"GET /f/%00 HTTP/1.1\nHost: acme.localhost{end}") == 404
