"""Rows of what people agree to and ask, and of who looked at them; for the business, and for each customer."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile

from accounts.models import User
from contacts.custom.sealing import seal_field
from contacts.models import (
    ConsentRule,
    ConsentText,
    Contact,
    CustomField,
    CustomKind,
    ForgottenIdentity,
    PersonRequest,
    Reveal,
    RevealLimit,
    SealedValue,
)
from scrm.core import clock
from scrm.core.ids import uuid7
from scrm.core.sealed_file import SealingWriter
from tenants.selectors import tenant_keys
from tests.crawler.canaries import Canaries


def lay_privacy(world: Any) -> None:
    now, keep = clock.now(), world.keep
    keep(ConsentText.objects.create(purpose="marketing", version="x", language="en", text="x", since=now))
    CustomField.objects.create(code="sensitive", kind="text", label="Sensitive", sealed=True, created_at=now)
    keep(CustomKind.objects.create(code="member", label="Member", spelling="upper", created_at=now))
    keep(ConsentRule.objects.create(channel="sms", needed=True))
    keep(RevealLimit.objects.create(role="rep", per_hour=100, per_day=100))
    keep(ForgottenIdentity.objects.create(kind="email", blind=b"x", at=now))


def lay_private_rows(world: Any, canaries: Canaries, contact: Contact, worker: User, whose: str) -> None:
    now, keep, of = clock.now(), world.keep, {"contact": contact}
    sensitive, pk = CustomField.objects.get(code="sensitive"), uuid7()
    word = canaries.mint(world.letter, "contacts.sealedvalue", whose)
    closed = seal_field(word, pk=pk, keys=tenant_keys())
    keep(SealedValue.objects.create(pk=pk, **of, field=sensitive, sealed=closed, hint="x", at=now), whose)
    keep(Reveal.objects.create(**of, by=worker, subject=uuid4(), kind="email", at=now), whose)
    asked = {"kind": "copy", "asked_on": now.date(), "due_on": now.date(), "note": "x", "created_at": now}
    copy = PersonRequest(**of, **asked, file_until=now + timedelta(days=1))
    word = canaries.mint(world.letter, "contacts.personrequest", whose)
    copy.file.save("copy.sealed", ContentFile(_sealed(word)))
    keep(copy, whose)


def _sealed(word: str) -> bytes:
    held = io.BytesIO()
    with SealingWriter(held) as sealed:
        sealed.write(word.encode())
    return held.getvalue()
