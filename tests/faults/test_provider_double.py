"""The double of the provider itself, where callers die."""

import socket

from tests.doubles.provider import HOST, ProviderProcess


def test_half_a_request_is_refused_and_stands_in_no_book(tmp_path, capfd):
    with ProviderProcess(tmp_path / "provider.tsv") as provider:
        with socket.create_connection((HOST, provider.port)) as line:
            line.sendall(b'POST /messages HTTP/1.1\r\nContent-Length: 80\r\n\r\n{"key": "acme.1", "to')
            line.shutdown(socket.SHUT_WR)
            answer = line.makefile("rb").read()

        assert answer.startswith(b"HTTP/1.1 400 ")
        assert provider.fail() == 0
        assert provider.taken() == []
    assert capfd.readouterr().err == ""
