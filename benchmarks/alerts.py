"""From the post of a lead to the event at its owner's browser: bin/bench alerts [LEADS]

The product's own web server, with one representative who is always on duty and listens, and another system that posts.
The baseline is the post itself: what is over it, the alert costs.
"""

import http.client
import json
import re
import statistics
import sys
import threading
import time
from urllib.parse import urlencode

from benchmarks.stack import Stack
from scrm.embedded.processes import HOST, Web

PORT = 8792
TENANT = "bench"
HOSTED = f"{TENANT}.test:{PORT}"
PATIENCE = 10


def main(leads: int) -> None:
    with Stack("bench-alerts", API_RATE="1000000/min") as stack:
        stack.manage("migrate_all")
        stack.enter_django()
        token = _make_tenant()
        web = Web(stack.env, PORT, stack.folder)
        web.start()
        stack.processes.append(web)
        _measure(_logged_in("rep"), token, leads)


def _make_tenant() -> str:
    """A tenant whose one representative takes leads at any hour; the token of a key."""
    from django_tenants.utils import tenant_context

    from accounts.services import create_user
    from exchange.keys import create_api_key
    from scrm.core import clock
    from scrm.flows.starter import lay_out_tenant
    from tenants.services import create_tenant

    tenant = create_tenant(schema_name=TENANT, domain=f"{TENANT}.test")
    with tenant_context(tenant):
        lay_out_tenant()
        create_user(username="rep", password="bench-rep-2026", role="rep", takes_leads=True)
        return create_api_key(name="Bench", scopes=["leads:write"], now=clock.now()).token


def _logged_in(name: str) -> str:
    """The cookies of somebody's session."""
    page, cookies = _ask("GET", "/accounts/login/", "", {})
    token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise SystemExit("There is no log-in page.")
    said = {"login": name, "password": f"bench-{name}-2026", "csrfmiddlewaretoken": token[1].decode()}
    origin = f"http://{HOSTED}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Referer": f"{origin}/"}
    _page, session = _ask("POST", "/accounts/login/", urlencode(said), headers | {"Cookie": cookies})
    return session


def _ask(method: str, path: str, body: str, headers: dict[str, str]) -> tuple[bytes, str]:
    line = http.client.HTTPConnection(HOST, PORT, timeout=30)
    line.request(method, path, body, {"Host": HOSTED, **headers})
    answer = line.getresponse()
    page = answer.read()
    cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    line.close()
    return page, "; ".join(cookies)


def _measure(session: str, token: str, leads: int) -> None:
    line = http.client.HTTPConnection(HOST, PORT, timeout=60)
    line.request("GET", "/events/", headers={"Host": HOSTED, "Cookie": session})
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
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    posts, delays = [], []
    for number in range(leads):
        body = json.dumps({"name": f"Bench {number}", "phone": f"+86139{number:08d}"})
        began = time.perf_counter()
        _ask("POST", "/api/v1/leads", body, headers)
        posts.append(time.perf_counter() - began)
        if not fresh.acquire(timeout=PATIENCE):
            raise SystemExit(f"An alert did not come within {PATIENCE} seconds.")
        delays.append(heard[-1] - began)
    for name, values in (("post answered", posts), ("event heard", delays)):
        late = statistics.quantiles(values, n=100)[98]
        print(f"{name:14} p50 {statistics.median(values) * 1000:7.1f} ms   p99 {late * 1000:7.1f} ms   n {len(values)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
