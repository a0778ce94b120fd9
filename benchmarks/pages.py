"""How long the server takes for each page, at the size of the tenant that is there."""

import statistics
import time

from django.test import Client
from django_tenants.utils import schema_context

PATHS = {
    "/": "home",
    "/leads/": "leads",
    "/leads/?page=90": "leads, a late page",
    "/contacts/": "contacts",
    "/sources/": "sources",
    "/segments/": "segments",
    "/tags/": "tags",
    "/lifecycle/": "lifecycle",
    "/lifecycle/board/": "board",
    "/sops/": "SOPs",
    "/touchpoints/": "touchpoints",
    "/funnel/": "funnel",
    "/by-source/": "by source",
    "/imports/": "imports",
}
REPEATS = 7


def page_times(schema_name: str, host: str) -> dict[str, float]:
    """Milliseconds on the server per page, the median of seven, for somebody who sees everything."""
    from accounts.services import create_user

    with schema_context(schema_name):
        user = create_user(username="page-bench", password=None, role="ops")
        contact = _path_of_first_contact()
    client = Client(headers={"host": host})
    with schema_context(schema_name):
        client.force_login(user)
    found = {}
    for path, name in {**PATHS, contact: "one contact"}.items():
        times = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            answer = client.get(path)
            times.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}.")
        found[name] = round(statistics.median(times), 1)
    return found


def _path_of_first_contact() -> str:
    from contacts.models import Contact

    return f"/contacts/{Contact.objects.order_by('pk').values_list('pk', flat=True)[0]}/"
