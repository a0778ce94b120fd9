"""What may be called outside: no spelling, name, redirect or delay leads a call to a place that is ours."""

import ipaddress
import socket
import threading
from contextlib import contextmanager
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm.core import clock, outgoing
from scrm.core.checks import check_outgoing
from scrm.core.outgoing_rules import ForbiddenAddress, is_outside, read_url

PRIVATE = (
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.0.192", "192.0.2.1", "240.0.0.1", "100.100.100.200"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]"),
    *("[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]"),
    *("[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::127.0.0.1]", "[2001:db8::1]", "[100::1]", "[fec0::1]"),
)
NUMBERS = (
    *("2130706433", "0x7f000001", "017700000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0"),
    *("00000177.0.0.1", "127.0.0.01", "3232235777", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "256.1.1.1"),
    *("1.2.3.4.5", "127.0.0.1.", "0x7f.0x0.0x0.0x1", "127.000.000.001"),
)
NAMES = (
    "localhost",
    "localhost.",
    "LOCALHOST",
    "ip6-localhost",
    "trap.test",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "loc\u212alhost",
)
TEMPLATES = ("https://{}/", "https://{}:443/x?y=1", "HTTPS://{}/", "https://{}", "https://{}:8443/")
SHAPES = (
    *("http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", ""),
    *("https:example.com", "https:///x", "https://", "https://user@example.com/", "https://a:b@example.com/"),
    *("https://example.com@127.0.0.1/", "https://example.com\\@127.0.0.1/", "https://exa mple.com/", "https://[::1/"),
    *("https://example.com/\r\nHost: x", "https://example.com:99999/", "https://example.com:22/", "https://-a.com/"),
    *(
        "https://exa\tmple.com/",
        "https://example.com#x",
        "https://[v1.x]/",
        "https://[fe80::1%25eth0]/",
        "javascript:1",
    ),
    *("https://a..b/", "https://.com/", "https://" + "a" * 64 + ".com/", "https://example.com/\x00", "data:,x"),
    *("https://example.com:0/", "https://example.com:-1/", "https://%31%32%37.0.0.1/", "https://127.0.0.1%2f/"),
)
SPELLINGS = sorted(
    {template.format(host) for template, host in product(TEMPLATES, (*PRIVATE, *NUMBERS, *NAMES))} | set(SHAPES)
)


class Canary:
    """A server that nobody may reach; it counts who does, and answers whoever may as it is told."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", drip: bool = False) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.heard = b""
        self._answer, self._drip, self._over = answer, drip, threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _whence = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with line:
                line.settimeout(5)
                try:
                    self.heard = line.recv(65536)
                    while b"\r\n\r\n" not in self.heard:
                        self.heard += line.recv(65536)
                    if self._drip:
                        while not self._over.wait(0.05):
                            line.sendall(b"H")
                    else:
                        line.sendall(self._answer)
                except OSError:
                    continue

    def close(self) -> None:
        self._over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._thread.join(5)


@contextmanager
def canary(**how):
    server = Canary(**how)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def everything_leads_here(monkeypatch):
    """Whatever socket is asked for goes to the canary: only the guard keeps it at zero."""
    with canary() as server:
        connect = socket.create_connection
        monkeypatch.setattr(
            outgoing.socket, "create_connection", lambda *_args, **_more: connect(("127.0.0.1", server.port), timeout=2)
        )
        yield server


def as_local_resolvers_do(host: str, port: int) -> list[str]:
    """What a resolver gives that reads numbers as the C library does, and knows names of ours."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        pass
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return ["127.0.0.1"]


def test_resolver_that_gives_up_by_itself_is_slow_too():
    def gives_up(_host: str, _port: int) -> list[str]:
        raise TimeoutError

    with pytest.raises(outgoing.Unreachable, match="timeout"):
        outgoing.post("https://crm.example.com/", body=b"{}", headers={}, resolve=gives_up)


def test_no_spelling_of_a_private_place_is_called(everything_leads_here):
    assert len(SPELLINGS) >= 200

    for url in SPELLINGS:
        with pytest.raises(ForbiddenAddress):
            outgoing.post(url, body=b"{}", headers={}, resolve=as_local_resolvers_do)

    assert everything_leads_here.connections == 0


@pytest.mark.parametrize("answers", [["93.184.216.34", "10.0.0.1"], ["10.0.0.1", "93.184.216.34"], [], ["not-an-ip"]])
def test_name_with_one_bad_address_is_not_called(everything_leads_here, answers):
    with pytest.raises(ForbiddenAddress, match="place"):
        outgoing.post("https://trap.test/", body=b"", headers={}, resolve=lambda *_: answers)

    assert everything_leads_here.connections == 0


def test_name_is_resolved_once_and_the_socket_goes_to_that_address(monkeypatch):
    """Rebinding: the second answer would be private. Nobody asks a second time."""
    asked, dialled = [], []

    def rebinding(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def dial(address, **_more):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", dial)

    with pytest.raises(outgoing.Unreachable, match="refused"):
        outgoing.post("https://rebinding.test/", body=b"", headers={}, resolve=rebinding)

    assert (asked, dialled) == (["rebinding.test"], [("93.184.216.34", 443)])


def test_redirect_is_an_answer_and_not_a_way(settings):
    settings.SCRM_OUTGOING_LOOPBACK = True
    with canary() as secret:
        away = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{secret.port}/\r\nContent-Length: 0\r\n\r\n".encode()
        with canary(answer=away) as redirecting:
            answer = outgoing.post(f"http://127.0.0.1:{redirecting.port}/in", body=b"{}", headers={"A": "b"})

            assert (answer.status, redirecting.connections, secret.connections) == (302, 1, 0)
            assert redirecting.heard.startswith(b"POST /in HTTP/1.1\r\n")
            assert f"Host: 127.0.0.1:{redirecting.port}".encode() in redirecting.heard


def test_endless_answer_is_read_to_its_cap(settings):
    settings.SCRM_OUTGOING_LOOPBACK = True
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000
    with canary(answer=endless) as server:
        answer = outgoing.post(f"http://127.0.0.1:{server.port}/", body=b"", headers={})

    assert len(answer.body) == outgoing.LONGEST_ANSWER


def test_answer_that_drips_is_cut_off(settings, monkeypatch):
    settings.SCRM_OUTGOING_LOOPBACK = True
    monkeypatch.setattr(outgoing, "TIMEOUT_SECONDS", 0.4)
    with canary(drip=True) as server:
        began = clock.boot_seconds()
        with pytest.raises(outgoing.Unreachable, match="timeout"):
            outgoing.post(f"http://127.0.0.1:{server.port}/", body=b"", headers={})

        assert clock.boot_seconds() - began < 3


def test_name_that_is_resolved_slowly_shares_the_time_of_the_call(monkeypatch):
    monkeypatch.setattr(outgoing, "TIMEOUT_SECONDS", 0.2)
    over = threading.Event()
    began = clock.boot_seconds()

    with pytest.raises(outgoing.Unreachable, match="timeout"):
        outgoing.post("https://slow.test/", body=b"", headers={}, resolve=lambda *_: over.wait(10) and [])

    assert clock.boot_seconds() - began < 2
    over.set()


def test_what_the_name_took_the_line_has_no_more(monkeypatch):
    monkeypatch.setattr(outgoing, "TIMEOUT_SECONDS", 60.0)
    seconds = iter((0.0, 45.0, 45.0))
    monkeypatch.setattr(outgoing.clock, "boot_seconds", lambda: next(seconds))
    given = []

    def dial(_address, timeout):
        given.append(timeout)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", dial)

    with pytest.raises(outgoing.Unreachable, match="refused"):
        outgoing.post("https://slow.test/", body=b"", headers={}, resolve=lambda *_: ["93.184.216.34"])

    assert given == [15.0]


@given(st.integers(0, 2**32 - 1))
def test_ipv4_is_outside_only_where_the_registries_say_so(number):
    place = ipaddress.ip_address(number)
    ours = not place.is_global or place.is_multicast or place.is_reserved

    if ours:
        assert not is_outside(str(place))
    for spelling in (f"::ffff:{place}", f"64:ff9b::{place}", f"::{place}"):
        assert not is_outside(spelling)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"]
)
def test_the_internet_is_outside(address):
    assert is_outside(address)


def test_usual_addresses_are_read():
    target = read_url("https://Hooks.Example.com./a/b?c=1", ports=[443])
    assert (target.host, target.port, target.path, target.host_header) == (
        *("hooks.example.com", 443, "/a/b?c=1", "hooks.example.com"),
    )
    assert read_url("https://例子.测试/", ports=[443]).host == "xn--fsqu00a.xn--0zwm56d"
    assert read_url("https://example.com:8443/", ports=[443, 8443]).host_header == "example.com:8443"


def test_loopback_is_refused_in_production(settings):
    assert check_outgoing() == []
    settings.SCRM_OUTGOING_LOOPBACK = True
    assert [problem.id for problem in check_outgoing()] == ["scrm.E002"]
