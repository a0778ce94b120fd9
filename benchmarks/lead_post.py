"""POST /api/v1/leads against a bare Django view that inserts one row, both in the same server, in turns.

bin/bench lead_post [POSTS] [CONNECTIONS]: each round posts to both. First, a hundred identical posts at once make one
lead.
"""

import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence

from benchmarks.stack import Stack
from scrm.embedded.processes import HOST, Web

PORT = 8791
TENANT = "bench"
ROUNDS = 4


def main(posts: int, connections: int) -> None:
    settings = {
        "DJANGO_SETTINGS_MODULE": "benchmarks.lead_post_settings",
        "API_RATE": "1000000/min",
        "DEBUG": "false",
        "SECURE_SSL_REDIRECT": "false",
        "SCRM_REQUIRE_MFA": "true",
    }
    with Stack("bench-lead-post", **settings) as stack:
        stack.manage("migrate_all")
        stack.enter_django()
        token = _make_tenant()
        web = Web(stack.env, PORT, stack.folder)
        web.start()
        stack.processes.append(web)
        headers = {"Host": f"{TENANT}.test", "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        _hundred_are_one(headers)
        taken: dict[str, list[float]] = {"lead": [], "bare": []}
        rates: dict[str, list[float]] = {"lead": [], "bare": []}
        for number in range(ROUNDS + 1):
            for name in ("lead", "bare") if number % 2 else ("bare", "lead"):
                began = time.perf_counter()
                seconds = _post(name, headers, posts // ROUNDS, connections, number)
                # The first round warms both up.
                if number:
                    rates[name].append(len(seconds) / (time.perf_counter() - began))
                    taken[name] += seconds
        print(f"{'':<6} {'posts/s':>8} {'median, ms':>11} {'p99, ms':>8}   {posts} posts at {connections} connections")
        for name in ("lead", "bare"):
            middle, late = statistics.median(taken[name]), statistics.quantiles(taken[name], n=100)[98]
            print(f"{name:<6} {statistics.median(rates[name]):>8.0f} {middle * 1000:>11.1f} {late * 1000:>8.1f}")
        ratios = [bare / lead for lead, bare in zip(rates["lead"], rates["bare"], strict=True)]
        print(f"a lead takes {statistics.median(ratios):.2f} times the bare view (rounds: {_listed(ratios)})")


def _make_tenant() -> str:
    """A tenant with four representatives who take leads; the token of a key."""
    from django_tenants.utils import tenant_context

    from accounts.services import create_user
    from exchange.keys import create_api_key
    from scrm.core import clock
    from scrm.flows.starter import lay_out_tenant
    from tenants.services import create_tenant

    tenant = create_tenant(schema_name=TENANT, domain=f"{TENANT}.test")
    with tenant_context(tenant):
        lay_out_tenant()
        for name in ("ann", "ben", "eva", "max"):
            create_user(username=name, password=None, takes_leads=True)
        return create_api_key(name="Bench", scopes=["leads:write"], now=clock.now()).token


def _hundred_are_one(headers: dict[str, str]) -> None:
    from django_tenants.utils import schema_context

    from leads.models import Lead

    body = json.dumps({"name": "Lin", "phone": "13900000000", "source": "Fair"})
    answers = _at_once(100, lambda _line: ("/api/v1/leads", body), headers, each=1)
    with schema_context(TENANT):
        leads = Lead.objects.count()
    outcomes = sorted(json.loads(answer)["outcome"] for _seconds, answer in answers)
    print(f"100 identical posts at once: {leads} lead, {outcomes.count('created')} created")
    if (leads, outcomes.count("created")) != (1, 1):
        raise SystemExit("A lead came in twice, or not at all.")


def _post(name: str, headers: dict[str, str], posts: int, connections: int, number: int) -> list[float]:
    numbers = iter(range(posts + connections))
    lock = threading.Lock()

    def following(_line: int) -> tuple[str, str]:
        with lock:
            at = next(numbers)
        person = {"name": f"Person {at}", "phone": f"139{number}{at:07}", "source": "Fair"}
        return ("/bare", "{}") if name == "bare" else ("/api/v1/leads", json.dumps(person))

    each = posts // connections
    return [seconds for seconds, _body in _at_once(connections, following, headers, each=each)]


def _at_once(
    lines: int, following: Callable[[int], tuple[str, str]], headers: dict[str, str], *, each: int
) -> list[tuple[float, bytes]]:
    """Seconds and answers of `each` posts on every one of so many connections."""
    start, answers, broken = threading.Barrier(lines), [], []

    def send(number: int) -> None:
        line = http.client.HTTPConnection(HOST, PORT, timeout=60)
        start.wait(60)
        for _ in range(each):
            path, body = following(number)
            began = time.perf_counter()
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            read = answer.read()
            answers.append((time.perf_counter() - began, read))
            if answer.status not in (200, 201):
                broken.append((answer.status, read[:200]))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise SystemExit(f"{len(broken)} posts were not taken: {broken[0]}")
    return answers


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    main(numbers[0] if numbers else 1600, numbers[1] if len(numbers) > 1 else 16)
