"""What the crawler puts into addresses, queries and bodies: ids of every kind."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django_tenants.utils import tenant_context

from campaigns.services.messages import WITHDRAWAL
from scrm.core import clock
from scrm.core.ids import uuid7
from scrm.core.signing import tenant_signer
from scrm.web.routes import Route
from tests.crawler.world import COVER, Twins

OWN, COLLEAGUE, DEPARTMENT, NOBODY, FOREIGN, RANDOM, MIXED = (
    *("own", "colleague", "department", "nobody", "foreign", "random", "mixed"),
)
KINDS: Final = (OWN, COLLEAGUE, DEPARTMENT, NOBODY, FOREIGN, RANDOM)
WHOSE: Final = {OWN: "ben", COLLEAGUE: "bea", DEPARTMENT: "dan", NOBODY: "nobody"}

_NOBODY_S_NUMBERS: Final = {
    "campaigns.touchpoint": 2**60,
    "mfa.authenticator": 2**31 - 1,
    "tenants.domain": 2**31 - 1,
    "leads.linkhost": 2**60,
    "contacts.contactmerge": 2**60,
    "contacts.duplicatepair": 2**60,
}
_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_TABLES: Final = {
    "lead_id": "leads.lead",
    "alert_id": "alerts.alert",
    "assignment_rule_id": "leads.assignmentrule",
    "leave_id": "accounts.leave",
    "response_rule_id": "leads.responserule",
    "contact_id": "contacts.contact",
    "other_id": "contacts.contact",
    "pair_id": "contacts.duplicatepair",
    "identity_id": "contacts.identity",
    "request_id": "contacts.personrequest",
    "company_id": "contacts.company",
    "field_id": "contacts.customfield",
    "task_id": "campaigns.reptask",
    "touchpoint_id": "campaigns.touchpoint",
    "order_id": "commerce.order",
    "source_id": "leads.source",
    "merge_id": "leads.sourcemerge",
    "review_id": "leads.review",
    "action_id": "campaigns.nextaction",
    "arrival_id": "leads.leadarrival",
    "talk_id": "leads.interaction",
    "attachment_id": "leads.attachment",
    "outcome_id": "leads.outcome",
    "topic_id": "commerce.voicetopic",
    "voice_id": "commerce.voice",
    "opportunity_id": "leads.opportunity",
    "pipeline_id": "leads.opportunitystage",
    "score_rule_id": "tagging.scorerule",
    "link_id": "leads.entrylink",
    "host_id": "leads.linkhost",
    "program_id": "leads.referralprogram",
    "form_id": "leads.form",
    "segment_id": "audiences.segment",
    "tag_id": "tagging.tag",
    "stage_id": "lifecycle.stage",
    "lifecycle_id": "lifecycle.lifecycle",
    "sop_id": "campaigns.sop",
    "material_id": "content.material",
    "campaign_id": "campaigns.campaign",
    "product_id": "commerce.product",
    "key_id": "exchange.apikey",
    "user_id": "accounts.user",
    "grant_id": "accounts.supportgrant",
    "domain_id": "tenants.domain",
    "endpoint_id": "exchange.webhookendpoint",
    "webhook_id": "exchange.webhook",
    "delivery_id": "exchange.webhookdelivery",
}
_BY_ROUTE: Final = {
    ("ops:contact_unmerge", "merge_id"): "contacts.contactmerge",
    ("api:merge_suggestion", "pk"): "contacts.duplicatepair",
    ("ops:company_merge_undo", "merge_id"): "contacts.companymerge",
    ("api:company_detail", "pk"): "contacts.company",
    ("api:contact_fields", "pk"): "contacts.contact",
    ("ops:tag_rule_edit", "rule_id"): "tagging.tagrule",
    ("ops:tag_rule_switch", "rule_id"): "tagging.tagrule",
    ("ops:lifecycle_rule_edit", "rule_id"): "lifecycle.stagerule",
    ("ops:lifecycle_rule_switch", "rule_id"): "lifecycle.stagerule",
    ("api:lead_detail", "pk"): "leads.lead",
    ("api:entry_link_results", "pk"): "leads.entrylink",
    ("api:form_detail", "pk"): "leads.form",
    ("api:review_detail", "pk"): "leads.review",
    ("api:review_reply", "pk"): "leads.review",
    ("api:held_lead_decision", "pk"): "leads.heldlead",
    ("api:campaign_detail", "pk"): "campaigns.campaign",
    ("api:form_results", "pk"): "leads.form",
    ("api:segment_members", "pk"): "audiences.segment",
    ("api:sop_detail", "pk"): "campaigns.sop",
    ("api:webhook_detail", "pk"): "exchange.webhook",
    ("api:webhook_secret", "pk"): "exchange.webhook",
    **{
        (name, "pk"): "contacts.contact"
        for name in (
            *("api:contact_detail", "api:contact_tags", "api:contact_tag", "api:contact_owner", "api:contact_consents"),
            *("api:contact_merge", "api:contact_unmerge"),
            *("api:contact_copy", "api:contact_erasure", "api:contact_requests", "api:identity_reveal"),
        )
    },
    **{(name, "pk"): "mfa.authenticator" for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")},
}
PERSONAL: Final = frozenset(
    {
        "leads.lead",
        "contacts.contact",
        "contacts.identity",
        "contacts.contactmerge",
        "contacts.duplicatepair",
        "contacts.personrequest",
        "campaigns.reptask",
        "campaigns.touchpoint",
        "commerce.order",
        "commerce.voice",
        "leads.attachment",
        "leads.interaction",
        "leads.opportunity",
    }
)


PRIVATE: Final = frozenset({"mfa.authenticator", "accounts.session", "alerts.alert"})
"""Rows that are their owner's alone: not even a principal reaches them."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Rows of one kind, seen from Ben."""

    twins: Twins
    kind: str

    def of(self, table: str, *, job: str = "") -> Any:
        if self.kind == RANDOM:
            return _NOBODY_S_NUMBERS.get(table) or uuid7()
        world = self.twins.b if self.kind == FOREIGN else self.twins.a
        return world.row(table, job or WHOSE.get(self.kind, "ben")).pk

    @property
    def tag_code(self) -> str:
        world = self.twins.b if self.kind == FOREIGN else self.twins.a
        return str(world.row("tagging.tag", "shared").code)

    @property
    def person(self) -> UUID:
        """Equal in both tenants, so a foreign one is nobody."""
        known = self.kind in WHOSE and self.kind != NOBODY
        return self.twins.a.users[WHOSE[self.kind]].pk if known else uuid7()


def parameters(route: Route) -> list[str]:
    return _PARAMETER.findall(route.pattern)


def table_of(route: Route, name: str) -> str:
    if route.name.startswith("admin:") or (route.pattern.startswith("admin/") and name in ("object_id", "id")):
        return ".".join(route.pattern.split("/")[1:3])
    return _BY_ROUTE.get((route.name, name)) or _TABLES.get(name, "")


def is_personal(route: Route) -> bool:
    return any(table_of(route, name) in PERSONAL for name in parameters(route))


def is_private(route: Route) -> bool:
    return any(table_of(route, name) in PRIVATE for name in parameters(route))


def address_of(route: Route, twins: Twins, kind: str) -> str:
    """The route's address with ids of the kind; MIXED takes a row of one's own and what belongs to another's."""
    others = DEPARTMENT if is_personal(route) and "code" not in parameters(route) else FOREIGN
    first = True

    def filled(match: re.Match[str]) -> str:
        nonlocal first
        chosen = OWN if kind == MIXED and first else others if kind == MIXED else kind
        first = False
        return str(_value(route, match.group(1), Ids(twins, chosen)))

    if route.name in _SPOKEN:
        said = _SPOKEN[route.name](twins, FOREIGN if kind == FOREIGN else OWN)
        if kind == RANDOM:
            secret = max(said.split("/"), key=len)
            said = said.replace(secret, secret[::-1])
        return f"/{said}"
    plain = _PARAMETER.sub(filled, route.pattern.replace("^", "").replace("$", ""))
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)", "leads", plain)


def _value(route: Route, name: str, ids: Ids) -> Any:
    if name == "job_id":
        return ids.of("exchange.job", job="import" if "import" in route.name else "start")
    if name == "code":
        return ids.tag_code
    table = table_of(route, name)
    if name in ("rest", "content_type_id", "url"):
        return 1
    if table == "accounts.user":
        # Equal keys in both: a foreign person is looked for by a key that nobody has.
        return ids.person
    if table not in ids.twins.a.rows:
        return uuid7()
    return ids.of(table)


def reset_key(twins: Twins, kind: str) -> str:
    world = twins.b if kind == FOREIGN else twins.a
    with tenant_context(world.tenant):
        user = world.users["manager"]
        return f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"


def withdrawal_token(twins: Twins, kind: str) -> str:
    world = twins.b if kind == FOREIGN else twins.a
    payload = {"c": str(world.row("contacts.contact", "twin").pk), "ch": "email"}
    with tenant_context(world.tenant):
        return tenant_signer(world.tenant.uuid, WITHDRAWAL).sign(payload)


def enter_token(twins: Twins, kind: str) -> str:
    world = twins.b if kind == FOREIGN else twins.a
    visit = world.row("accounts.supportvisit", "shared")
    return tenant_signer(world.tenant.uuid, "support.enter").sign(visit.pk.hex, signed_at=clock.now())


def _world(twins: Twins, kind: str) -> Any:
    return twins.b if kind == FOREIGN else twins.a


_SPOKEN: Final[dict[str, Callable[[Twins, str], str]]] = {
    "public:withdrawal": lambda twins, kind: f"u/{withdrawal_token(twins, kind)}",
    "public:link": lambda twins, kind: f"t/{_world(twins, kind).row('content.trackedlink', 'ben').code}",
    "public:entry_link": lambda twins, kind: f"l/{_world(twins, kind).row('leads.entrylink', 'shared').code}",
    "public:form": lambda twins, kind: f"f/{_world(twins, kind).row('leads.form', 'shared').slug}",
    "public:form_thanks": lambda twins, kind: f"f/{_world(twins, kind).row('leads.form', 'shared').slug}/thanks",
    "public:form_cover": lambda twins, kind: f"f/{_world(twins, kind).row('leads.form', 'shared').slug}/cover/{COVER}",
    "public:form_begun": lambda twins, kind: f"f/{_world(twins, kind).row('leads.form', 'shared').slug}/begun",
    "account_reset_password_from_key": lambda twins, kind: f"accounts/password/reset/key/{reset_key(twins, kind)}/",
    "support:enter": lambda twins, kind: f"support/enter/{enter_token(twins, kind)}/",
    "webhooks:arrive": lambda twins, kind: (
        f"hooks/in/{_world(twins, kind).row('exchange.webhookendpoint', 'shared').code}"
    ),
}

PLACE: Final = "2090-01-01T00:00:00+00:00~0~1"

QUERIES: Final[Mapping[str, Callable[[Ids], dict[str, Any]]]] = {
    "ops:contact_timeline": lambda ids: {"after": PLACE},
    "rep:customer_story": lambda ids: {"after": PLACE},
    "ops:search": lambda ids: {"q": "zq"},
    "ops:lead_list": lambda ids: {"q": "zq", "owner": ids.person},
    "ops:contact_list": lambda ids: {"q": "zq", "owner": ids.person},
    "ops:order_list": lambda ids: {"q": "zq"},
    "ops:touchpoint_list": lambda ids: {"q": "zq"},
    "ops:funnel": lambda ids: {"owner": ids.person},
    "ops:source_report": lambda ids: {"owner": ids.person},
    "rep:today": lambda ids: {"view": "due"},
    "api:lead_list": lambda ids: {"contact": ids.of("contacts.contact")},
    "api:contact_list": lambda ids: {"owner": ids.person},
    "api:touchpoint_list": lambda ids: {"contact": ids.of("contacts.contact")},
    "admin:autocomplete": lambda ids: {
        "app_label": "leads",
        "model_name": "lead",
        "field_name": "source",
        "term": "zq",
    },
}

_TALK: Final = {"kind": "call", "text": "spoke"}

BODIES: Final[Mapping[str, Callable[[Ids], dict[str, Any]]]] = {
    "ops:search": lambda ids: {"q": "zq"},
    "rep:customer_list": lambda ids: {"q": "zq"},
    "api:search": lambda ids: {"q": "zq"},
    "ops:company_create": lambda ids: {"name": "Newco"},
    "ops:company_edit": lambda ids: {"name": "Otherco", "owner": ids.person},
    "ops:company_merge": lambda ids: {"into": "zq"},
    "ops:contact_place": lambda ids: {"company": "Newco", "job_title": "CTO", "company_role": "decides"},
    "ops:settings_fields": lambda ids: {"label": "Model", "kind": "text"},
    "ops:settings_field": lambda ids: {"label": "Model", "kind": "text"},
    "ops:contact_fields": lambda ids: {"field-model": "x"},
    "api:contact_fields": lambda ids: {"custom": {}},
    "api:company_list": lambda ids: {"name": "Newco"},
    "api:company_detail": lambda ids: {"name": "Otherco"},
    "ops:lead_create": lambda ids: {"once": "x", "name": "New", "phone": "+8613800138000", "owner": ids.person},
    "ops:lead_known": lambda ids: {"phone": "+8613800138000", "email": "new@mail.test"},
    "rep:lead_create": lambda ids: {"once": "y", "name": "New", "phone": "+8613800138001"},
    "rep:lead_known": lambda ids: {"phone": "+8613800138000", "email": "new@mail.test"},
    "ops:lead_act_on_many": lambda ids: {
        "action": "assign",
        "ids": [ids.of("leads.lead")],
        "owner": ids.twins.a.users["ben"].pk,
    },
    "ops:lead_log": lambda ids: _TALK,
    "ops:lead_rate": lambda ids: {"rating": "A"},
    "ops:lead_lose": lambda ids: {"reason": "late"},
    "ops:lead_assign": lambda ids: {"owner": ids.person},
    "ops:contact_edit": lambda ids: {"name": "New"},
    "ops:assignment_create": lambda ids: {"name": "New", "method": "turns", "or_else": "next", "person": ids.person},
    "ops:assignment_try": lambda ids: {"lead": ids.of("leads.lead")},
    "ops:assignment_response_create": lambda ids: {
        "minutes": "5",
        "taken_to": "pool",
        "source": ids.of("leads.source"),
    },
    "rep:away": lambda ids: {"until": "hour"},
    "ops:availability_person": lambda ids: {"about": "duty", "skills": "x"},
    "ops:availability_hours": lambda ids: {"day-0": "09:00-18:00"},
    "ops:contact_log": lambda ids: _TALK,
    "ops:talk_edit": lambda ids: _TALK,
    "ops:contact_rate": lambda ids: {"rating": "B"},
    "ops:opportunity_create": lambda ids: {"name": "New", "currency": "CNY"},
    "ops:opportunity_edit": lambda ids: {"name": "New", "currency": "CNY"},
    "ops:opportunity_move": lambda ids: {"stage": ids.of("leads.opportunitystage"), "reason": "x"},
    "ops:score_rule_create": lambda ids: {"name": "New", "kind": "tag", "points": 1, "tag": ids.of("tagging.tag")},
    "ops:score_rule_edit": lambda ids: {"name": "New", "kind": "tag", "points": 1, "tag": ids.of("tagging.tag")},
    "ops:score_scale": lambda ids: {"warm_from": 1, "hot_from": 2},
    "ops:outcome_create": lambda ids: {"name": "New", "kind": "call"},
    "ops:outcome_edit": lambda ids: {"name": "New", "kind": "note"},
    "ops:voice_topic_create": lambda ids: {"name": "New"},
    "ops:voice_topic_edit": lambda ids: {"name": "New"},
    "ops:pipeline_create": lambda ids: {"name": "New", "kind": "open", "probability": 1},
    "ops:pipeline_edit": lambda ids: {"name": "New", "kind": "open", "probability": 1},
    "rep:talk_edit": lambda ids: _TALK,
    "ops:contact_tag": lambda ids: {"tag": ids.of("tagging.tag"), "action": "add"},
    "ops:contact_move": lambda ids: {"stage": ids.of("lifecycle.stage")},
    "ops:contact_bar": lambda ids: {"channel": "email"},
    "ops:contact_merge_find": lambda ids: {"q": "zq"},
    "ops:duplicate_decide": lambda ids: {"distinct": "yes"},
    "ops:settings_recognition": lambda ids: {"action": "reset"},
    "api:contact_merge": lambda ids: {"other": str(ids.of("contacts.contact"))},
    "api:merge_suggestion": lambda ids: {"distinct": True},
    "ops:contact_consent": lambda ids: {"about": "channel:email", "given": "no", "reason": "said so"},
    "ops:contact_request": lambda ids: {"kind": "correction", "asked_on": "2026-01-01"},
    "ops:contact_erase": lambda ids: {"typed": "nobody"},
    "ops:request_settle": lambda ids: {"state": "done"},
    "ops:settings_consent_text": lambda ids: {"purpose": "marketing", "text-en": "New"},
    "ops:contact_hand_over": lambda ids: {"owner": ids.person},
    "ops:contact_hand_over_many": lambda ids: {
        "leaver": ids.person,
        "owner": ids.twins.a.users["ben"].pk,
        "confirmed": "yes",
    },
    "ops:lifecycle_move": lambda ids: {
        "contact": ids.of("contacts.contact"),
        "stage": ids.twins.a.row("lifecycle.stage", "shared").pk,
    },
    "ops:entry_link_create": lambda ids: {"name": "New", "kind": "source", "source": ids.of("leads.source")},
    "ops:entry_link_create_many": lambda ids: {"places": "Here", "form": ids.of("leads.form")},
    "ops:entry_link_switch": lambda ids: {"active": "yes"},
    "ops:entry_link_hosts": lambda ids: {"host": "new.test"},
    "ops:referral_create": lambda ids: {"name": "New", "form": ids.of("leads.form"), "per_lead": "1"},
    "ops:reward_decide": lambda ids: {"action": "approved", "ids": [ids.of("leads.reward")]},
    "ops:contact_share": lambda ids: {"program": ids.of("leads.referralprogram")},
    "rep:own_code": lambda ids: {"form": ids.of("leads.form")},
    "ops:source_create": lambda ids: {"name": "New", "kind": "paid", "parent": ids.of("leads.source")},
    "ops:source_set_cost": lambda ids: {"first": "2026-01-01", "amount": "1"},
    "ops:source_merge": lambda ids: {"into": ids.of("leads.source")},
    "ops:source_archive": lambda ids: {"archived": "yes"},
    "ops:review_create": lambda ids: {"site": "New", "written_at": "2026-01-01T10:00"},
    "ops:review_settle": lambda ids: {"state": "answered", "reply": "Thanks"},
    "ops:review_plan": lambda ids: {"owner": ids.person, "due_at": "2026-01-01T10:00"},
    "ops:review_find_leads": lambda ids: {"q": "Lin"},
    "ops:review_link_lead": lambda ids: {"lead": ids.of("leads.lead"), "linked": "yes"},
    "ops:campaign_review": lambda ids: {"worked": "New"},
    "ops:campaign_add_action": lambda ids: {"text": "New", "owner": ids.person},
    "ops:campaign_finish_action": lambda ids: {"done": "yes"},
    "api:cost_list": lambda ids: {
        "costs": [{"source": str(ids.of("leads.source")), "on": "2026-01-01", "amount": "1.00"}]
    },
    "api:review_list": lambda ids: {"reviews": [{"site": "New", "written_at": "2026-01-01T00:00:00Z"}]},
    "api:review_reply": lambda ids: {"state": "answered"},
    "api:held_lead_decision": lambda ids: {"state": "accepted"},
    "ops:tag_create": lambda ids: {"name": "New", "group": ids.of("tagging.taggroup")},
    "ops:sop_start": lambda ids: {"segment": ids.of("audiences.segment")},
    "ops:touchpoint_resolve": lambda ids: {"sent": "yes"},
    "ops:campaign_create": lambda ids: {"name": "New", "sources": [ids.of("leads.source")]},
    "ops:webhook_in_list": lambda ids: {"name": "New"},
    "ops:webhook_in_settings": lambda ids: {"name": "New", "scheme": "none"},
    "ops:webhook_in_sample": lambda ids: {"message": ids.of("exchange.inboxmessage")},
    "ops:webhook_in_mapping": lambda ids: {"path": "phone", "target": "phone", "action": "save"},
    "ops:webhook_in_replay": lambda ids: {"message": ids.of("exchange.inboxmessage")},
    "ops:settings_webhooks": lambda ids: {
        "name": "New",
        "url": "https://new.example.com/",
        "event_types": ["lead.won"],
    },
    "ops:settings_webhook_replay": lambda ids: {"delivery": ids.of("exchange.webhookdelivery")},
    "api:webhook_list": lambda ids: {
        "name": "New",
        "url": "https://new.example.com/",
        "event_types": ["lead.won"],
    },
    "webhooks:arrive": lambda ids: {"phone": "13800138000"},
    "ops:settings": lambda ids: {"language": "en"},
    "rep:task_snooze": lambda ids: {"until": "hour"},
    "rep:task_give_up": lambda ids: {"reason": "no_answer"},
    "rep:customer_log": lambda ids: _TALK,
    "rep:customer_tag": lambda ids: {"tag": ids.of("tagging.tag")},
    "rep:customer_consent": lambda ids: {"channel": "email", "reason": "said so"},
    "rep:customer_stage": lambda ids: {"stage": ids.of("lifecycle.stage")},
    "api:lead_list": lambda ids: {"name": "New", "phone": "+8613800138000"},
    "api:contact_tags": lambda ids: {"tags": [ids.tag_code]},
    "api:contact_consents": lambda ids: {"given": False, "channel": "email"},
    "api:contact_erasure": lambda ids: {"confirm": False},
    "api:contact_owner": lambda ids: {"owner": str(ids.person)},
    "api:event_list": lambda ids: {
        "events": [
            {
                "type": "content_viewed",
                "occurred_at": "2026-01-01T00:00:00Z",
                "contact_id": str(ids.of("contacts.contact")),
            }
        ]
    },
    "account_reset_password": lambda ids: {"email": ids.twins.a.users["manager"].email},
    "account_end_session": lambda ids: {"session": ids.of("accounts.session")},
    "mfa_edit_webauthn": lambda ids: {"name": "New"},
    "account_login": lambda ids: {"login": "ben", "password": "wrong"},
}
