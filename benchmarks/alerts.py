"""From the post of a lead to the event at its owner's phone, on a demo that runs: bin/bench alerts PORT [LEADS]

The demo is that of `bin/up --port PORT`. The baseline is the post itself: what is over it, the alert costs.
"""

import http.client
import json
import re
import statistics
import sys
import threading
import time
from urllib.parse import urlencode

from scrm.embedded.processes import HOST

TENANT = "lumi.localhost"
CITY = "深圳"
"""Of which the demo's rule gives leads to its representative."""


class Browser:
    """Somebody who is logged in."""

    def __init__(self, port: int, name: str) -> None:
        self.port, self.cookies = port, dict[str, str]()
        page = self.ask("GET", "/accounts/login/")
        token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            raise SystemExit("There is no log-in page.")
        said = {"login": name, "password": f"demo-{name}-2026", "csrfmiddlewaretoken": token[1].decode()}
        self.ask("POST", "/accounts/login/", urlencode(said), {"Content-Type": "application/x-www-form-urlencoded"})

    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        origin = f"http://{TENANT}:{self.port}"
        return {"Host": f"{TENANT}:{self.port}", "Cookie": cookies, "Referer": f"{origin}/", "Origin": origin}

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> bytes:
        line = http.client.HTTPConnection(HOST, self.port, timeout=30)
        line.request(method, path, body, {**self.headers(), **(headers or {})})
        answer = line.getresponse()
        said = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        line.close()
        return said


def main(port: int, leads: int) -> None:
    rep, ops = Browser(port, "rep"), Browser(port, "ops")
    line = http.client.HTTPConnection(HOST, port, timeout=60)
    line.request("GET", "/events/", headers=rep.headers())
    stream = line.getresponse()
    if stream.status != 200:
        raise SystemExit(f"The stream answered {stream.status}.")
    heard: list[float] = []
    fresh = threading.Semaphore(0)

    def listen() -> None:
        while text := stream.readline():
            if text.startswith(b"event: alerts"):
                heard.append(time.perf_counter())
                fresh.release()

    threading.Thread(target=listen, daemon=True).start()
    posts, delays = [], []
    for number in range(leads):
        body = {"name": f"Bench {number}", "phone": f"+86139{time.time_ns() % 10**8:08d}", "city": CITY}
        began = time.perf_counter()
        ops.ask("POST", "/api/v1/leads", json.dumps(body), _json(ops, f"bench-{time.time_ns()}"))
        posts.append(time.perf_counter() - began)
        if not fresh.acquire(timeout=10):
            raise SystemExit("An alert did not come within ten seconds.")
        delays.append(heard[-1] - began)
    for name, values in (("post answered", posts), ("event heard", delays)):
        values.sort()
        worst = values[min(len(values) - 1, int(len(values) * 0.99))]
        print(
            f"{name:14} p50 {statistics.median(values) * 1000:7.1f} ms   p99 {worst * 1000:7.1f} ms   n {len(values)}"
        )


def _json(who: Browser, key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "X-CSRFToken": who.cookies.get("csrftoken", ""), "Idempotency-Key": key}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100)
