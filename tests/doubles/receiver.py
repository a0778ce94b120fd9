"""Another system that is told of changes: answers as it is told to, and remembers what it heard."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(ThreadingHTTPServer):
    """Listens on a port of its own; `go` holds its answers back while it is clear."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.go = threading.Event()
        self.go.set()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in"

    @property
    def ids(self) -> list[str]:
        """Of the deliveries that it heard, in their order."""
        return [headers["SCRM-Delivery"] for headers, _body in self.heard]

    def close(self) -> None:
        self.go.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.server.go.wait(10)
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"thanks for 13800138000 " + b"x" * 1000)

    def log_message(self, *_args) -> None:
        """Quiet."""
