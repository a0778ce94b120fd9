"""What opens doors in the twins: hosts, grants to the platform's operators, sessions and passkeys."""

from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.enums import Role
from accounts.log_in_models import Session
from accounts.models import User
from accounts.session_store import row_key
from accounts.support_models import SupportGrant, SupportVisit
from scrm.core import clock
from scrm.core.tenancy import on_platform
from tenants.models import Domain
from tests.crawler.canaries import Canaries

ALONE: Final = ("ben", "bea", "dan")
"""Who has a session and a passkey that are nobody else's business."""


def lay_doors(world: Any, canaries: Canaries, twin: UUID) -> None:
    """We are inside the tenant; the stand-in and the visit have one key in both, so that a link names nothing else."""
    _host(world, canaries)
    _support(world, canaries, twin)
    for place, name in enumerate(ALONE):
        word = canaries.mint(world.letter, "mfa.authenticator", name)
        credential = {"name": word, "credential": _credential(f"{world.letter}{name}".encode())}
        passkey = Authenticator(user=world.users[name], type=Authenticator.Type.WEBAUTHN, data=credential)
        passkey.pk = place + (1_000 if world.letter == "a" else 2_000)
        passkey.save(force_insert=True)
        world.keep(passkey, name)
        world.keep(_session(world, canaries, name), name)
    world.keep(_session(world, canaries, ""), "nobody")


@on_platform()
def _host(world: Any, canaries: Canaries) -> None:
    """A second host that was proved: it can be checked, chosen and given up."""
    host = f"{canaries.mint(world.letter, 'tenants.domain')}.test"
    world.keep(Domain.objects.create(tenant=world.tenant, domain=host, status="verified", checked_at=clock.now()))


def _support(world: Any, canaries: Canaries, twin: UUID) -> None:
    now = clock.now()
    word = canaries.mint(world.letter, "accounts.supportgrant")
    grant = world.keep(
        SupportGrant.objects.create(
            operator=word,
            reason=word,
            granted_by=world.users["principal"],
            granted_at=now,
            ends_at=now + timedelta(hours=23),
        )
    )
    name = canaries.mint(world.letter, "accounts.supportvisit")
    with on_platform():
        User.objects.create(username=word, role=Role.ADMIN, password="!")
    stand_in = User.objects.create(
        id=twin, username="support:x", operator=word, full_name=name, role=Role.AUDITOR, password="!"
    )
    # Made an hour ahead: a link lasts a minute, and the crawl longer.
    visit = SupportVisit(id=twin, grant=grant, user=stand_in, issued_at=now + timedelta(hours=1))
    visit.save(force_insert=True)
    world.keep(visit)


def _session(world: Any, canaries: Canaries, name: str) -> Session:
    now = clock.now()
    return Session.objects.create(
        session_key=row_key(f"{world.letter}{name}"),
        session_data="",
        expire_date=now + timedelta(days=1),
        user=world.users.get(name),
        agent=canaries.mint(world.letter, "accounts.session", name or "nobody"),
        began_at=now,
        seen_at=now,
    )


def _credential(key: bytes) -> dict[str, Any]:
    """As a browser registers one, without an attestation."""
    point = sha256(key).digest()
    public = ES256({1: 2, 3: -7, -1: 1, -2: point, -3: point})
    held = AttestedCredentialData.create(b"\0" * 16, point, public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    shown = AuthenticatorData.create(sha256(settings.PUBLIC_HOST.encode()).digest(), flags, 0, held)
    attested = AttestationObject.create("none", shown, {})
    said = CollectedClientData.create("webauthn.create", b"x", "https://x.test")
    response = {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(attested)}
    plain = websafe_encode(point)
    return {"id": plain, "rawId": plain, "type": "public-key", "response": response, "clientExtensionResults": {}}
