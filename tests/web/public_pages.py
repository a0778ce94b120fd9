"""What tests of the pages for everybody begin with: a form, a reader without a cookie, a page's hidden token."""

import json
import re
from base64 import b64encode
from datetime import timedelta

from django.test import Client

from leads.form_content import read_content
from leads.models import Form, Source
from leads.services import create_form, publish_form
from scrm.core import clock
from scrm.web.public.proof import challenge_for
from scrm.web.public.tokens import open_token

READER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


def reader(tenant: str = "acme", address: str = "127.0.0.1", **more: object) -> Client:
    """A browser that keeps to the rules of forgery, and has no cookie to prove anything by."""
    headers = {"host": f"{tenant}.localhost", "user-agent": READER, **more}
    return Client(enforce_csrf_checks=True, headers=headers, REMOTE_ADDR=address)


def readers(count: int) -> list[Client]:
    """Browsers of as many networks, so that no limit of one holds them back."""
    return [reader(address=f"10.{number >> 8}.{number & 255}.1") for number in range(count)]


def make_form(*questions: dict, consent_text: str = "", published: bool = True, **fields: object) -> Form:
    """A form that asks for name, phone and e-mail, then these questions, then consent; published as version 1."""
    now = clock.now()
    source = fields.pop("source", None) or Source.objects.create(name=f"Site {Source.objects.count()}", created_at=now)
    asked = [
        {"kind": "name", "label": "Your name", "required": True},
        {"kind": "phone", "label": "Your phone number"},
        {"kind": "email", "label": "Your e-mail address"},
        *questions,
    ]
    if consent_text:
        asked.append({"kind": "consent", "label": consent_text, "required": True})
    title = fields.pop("title", "Ask us")
    content = read_content({"title": title, "thanks": "We call you.", "questions": asked, **fields})
    form = create_form(title=title, source=source, content=content, by=None, now=now)
    if published:
        publish_form(form=form, by=None, now=now)
        form.refresh_from_db()
    return form


def token_in(answer) -> str:
    return re.search(r'name="page" value="([^"]+)"', answer.text)[1]


def waited(form: Form, *, seconds: float = 30) -> str:
    """The token of a page that was opened a while ago."""
    return open_token(form.pk, clock.now() - timedelta(seconds=seconds))


def proof_for(token: str) -> str:
    """What a browser's worker finds for the page of this token."""
    challenge = challenge_for(token, number=7)
    return b64encode(json.dumps({**challenge, "number": 7}).encode()).decode()


def send(form: Form, client: Client | None = None, query: str = "", **said: object):
    """As a browser sends it, with its proof; `proof=""` for one that has none."""
    said = {"name": "Lin", "phone": "13800138000", "page": waited(form), **said}
    said.setdefault("proof", proof_for(str(said["page"])))
    return (client or reader()).post(f"/f/{form.slug}{query}", said)
