"""What tests of the pages for everybody begin with: a form, a reader without a cookie, a page's hidden token."""

import re
from datetime import timedelta

from django.test import Client

from leads.models import Form, Source
from scrm.core import clock
from scrm.web.public.tokens import open_token

READER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


def reader(tenant: str = "acme", **more: object) -> Client:
    """A browser that keeps to the rules of forgery, and has no cookie to prove anything by."""
    return Client(enforce_csrf_checks=True, headers={"host": f"{tenant}.localhost", "user-agent": READER, **more})


def make_form(**fields: object) -> Form:
    now = clock.now()
    source = Source.objects.create(name=f"Site {Source.objects.count()}", created_at=now)
    fields = {"title": "Ask us", "source": source, "thanks": "We call you.", "created_at": now, **fields}
    return Form.objects.create(**fields)


def token_in(answer) -> str:
    return re.search(r'name="page" value="([^"]+)"', answer.text)[1]


def waited(form: Form, *, seconds: float = 30) -> str:
    """The token of a page that was opened a while ago."""
    return open_token(form.pk, clock.now() - timedelta(seconds=seconds))


def send(form: Form, client: Client | None = None, query: str = "", **said: object):
    said = {"name": "Lin", "phone": "13800138000", "page": waited(form), **said}
    return (client or reader()).post(f"/f/{form.slug}{query}", said)
