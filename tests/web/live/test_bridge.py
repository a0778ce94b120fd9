"""The front: WSGI in threads behind ASGI, byte for byte, and never more of a body than somebody reads."""

import threading

import pytest

from scrm.web.live.bridge import WHOLE, Bridge, environ_of
from tests.loops import finished


def scope_of(path="/", *, headers=(), query=b"", method="GET", **more):
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("192.0.2.7", 4711),
        "server": ("127.0.0.1", 8000),
        **more,
    }


def answered(application, scope, *bodies: bytes, threads=1):
    """What the bridge sent, and how many parts of the body were taken."""
    sent, taken = [], []

    async def run():
        parts = list(bodies or (b"",))

        async def receive():
            taken.append(parts.pop(0))
            return {"type": "http.request", "body": taken[-1], "more_body": bool(parts)}

        async def send(message):
            sent.append(message)

        bridge = Bridge(application, threads=threads)
        await bridge(scope, receive, send)
        bridge.threads.shutdown()

    finished(run())
    return sent, taken


def plain(*chunks, status="200 OK", headers=()):
    def application(environ, start_response):
        start_response(status, list(headers))
        return list(chunks)

    return application


def test_answer_goes_out_in_one_piece():
    sent, _taken = answered(plain(b"a", b"b", status="201 Created", headers=[("X-Y", "z")]), scope_of())

    assert sent == [
        {"type": "http.response.start", "status": 201, "headers": [(b"x-y", b"z")]},
        {"type": "http.response.body", "body": b"ab", "more_body": False},
    ]


def test_long_answer_is_sent_by_the_thread_that_makes_it_and_closed_there():
    said = []

    class Long:
        def __iter__(self):
            for _ in range(4):
                said.append(threading.current_thread().name)
                yield b"x" * WHOLE

        def close(self):
            said.append("closed")

    def application(environ, start_response):
        start_response("200 OK", [])
        return Long()

    sent, _taken = answered(application, scope_of(), threads=3)

    assert sum(len(each.get("body", b"")) for each in sent) == 4 * WHOLE
    assert [each.get("more_body") for each in sent[1:]] == [True, True, True, False]
    assert len(set(said[:-1])) == 1
    assert said[-1] == "closed"


def test_environ_says_what_was_asked():
    scope = scope_of(
        "/l%C3%ADn%FF/",
        query=b"a=%20b&c=\xc3",
        headers=[("host", "acme.localhost:8000"), ("content-type", "a/b"), ("x-one", "1"), ("x-one", "2")],
    )

    environ = environ_of(scope, None)

    assert environ["PATH_INFO"].encode("latin-1") == b"/l\xc3\xadn\xff/"
    assert environ["QUERY_STRING"].encode("latin-1") == b"a=%20b&c=\xc3"
    assert (environ["HTTP_HOST"], environ["CONTENT_TYPE"]) == ("acme.localhost:8000", "a/b")
    assert (environ["HTTP_X_ONE"], environ["REMOTE_ADDR"]) == ("1,2", "192.0.2.7")


@pytest.mark.parametrize("name", ["x_forwarded_for", "X_Forwarded-Proto", "scrm_stream"])
def test_header_that_could_pass_for_another_is_left_out(name):
    environ = environ_of(scope_of(headers=[(name, "spoofed")]), None)

    assert "spoofed" not in environ.values()


def test_cookies_of_several_headers_are_one():
    environ = environ_of(scope_of(headers=[("cookie", "a=1"), ("cookie", "b=2")]), None)

    assert environ["HTTP_COOKIE"] == "a=1; b=2"


def test_body_is_read_as_it_arrives():
    def echo(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(3), b"|", environ["wsgi.input"].read()]

    sent, taken = answered(echo, scope_of(method="POST"), b"ab", b"", b"cdef", b"g")

    assert sent[1]["body"] == b"abc|defg"
    assert taken == [b"ab", b"", b"cdef", b"g"]


def test_body_that_nobody_reads_is_not_taken_in():
    _sent, taken = answered(plain(b"no"), scope_of(method="POST"), b"a" * 10, b"b" * 10, b"c" * 10)

    assert len(taken) == 1


def test_application_that_breaks_is_an_answer():
    def broken(environ, start_response):
        raise RuntimeError("no")

    sent, _taken = answered(broken, scope_of())

    assert sent[0]["status"] == 500
    assert b"no" not in sent[1]["body"].split(b" ")
