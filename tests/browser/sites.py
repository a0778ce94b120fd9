"""A site of somebody else, at another origin, for pages that hold what is embedded."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """Another origin: a page that holds the script tag."""

    def __init__(self) -> None:
        site = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                if not self.path.startswith("/favicon"):
                    self.wfile.write(site.body.encode())

            def log_message(self, *_said: object) -> None:
                """Says nothing."""

        self.body = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, script: str, language: str = "en") -> None:
        icon = '<link rel="icon" href="data:,">'
        self.body = f'<!doctype html><html lang="{language}"><title>Shop</title>{icon}<h1>Shop</h1>{script}<p>Below</p>'

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
