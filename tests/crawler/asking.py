"""What the crawler puts into addresses, queries and bodies: ids of every kind."""

import re
from collections.abc import Callable
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
from tests.crawler.jobs import HAND_OVER, TAG_RUN
from tests.crawler.story import POOLED
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
    "pool_rule_id": "leads.poolrule",
    "pooled_id": POOLED,
    "contact_id": "contacts.contact",
    "other_id": "contacts.contact",
    "pair_id": "contacts.duplicatepair",
    "identity_id": "contacts.identity",
    "request_id": "contacts.personrequest",
    "company_id": "contacts.company",
    "field_id": "contacts.customfield",
    "value_id": "contacts.sealedvalue",
    "kind_id": "contacts.customkind",
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
    "signal_id": "tagging.tagsignal",
    "group_id": "tagging.taggroup",
    "category_id": "tagging.tagcategory",
    "stage_id": "lifecycle.stage",
    "lifecycle_id": "lifecycle.lifecycle",
    "reason_id": "lifecycle.lossreason",
    "deadline_id": "lifecycle.stagedeadline",
    "sop_id": "campaigns.sop",
    "material_id": "content.material",
    "match_id": "audiences.match",
    "campaign_id": "campaigns.campaign",
    "product_id": "commerce.product",
    "scheme_id": "commerce.tierscheme",
    "tier_id": "commerce.tier",
    "key_id": "exchange.apikey",
    "user_id": "accounts.user",
    "grant_id": "accounts.supportgrant",
    "domain_id": "tenants.domain",
    "endpoint_id": "exchange.webhookendpoint",
    "webhook_id": "exchange.webhook",
    "rate_id": "analytics.commissionrate",
    "delivery_id": "exchange.webhookdelivery",
}
_BY_ROUTE: Final = {
    **{(f"ops:hand_over_{name}", "job_id"): HAND_OVER for name in ("detail", "progress", "cancel", "undo")},
    **{(f"ops:tag_run{name}", "job_id"): TAG_RUN for name in ("", "_progress", "_cancel", "_undo")},
    **{(f"api:hand_over_{name}", "pk"): HAND_OVER for name in ("detail", "cancel", "undo")},
    **{(f"api:tag_rule_{name}", "pk"): "tagging.tagrule" for name in ("detail", "dry_run", "switch")},
    ("api:tag_run_detail", "pk"): TAG_RUN,
    ("api:stage_hand_over_detail", "pk"): "lifecycle.stagehandover",
    ("ops:contact_unmerge", "merge_id"): "contacts.contactmerge",
    ("api:merge_suggestion", "pk"): "contacts.duplicatepair",
    ("ops:company_merge_undo", "merge_id"): "contacts.companymerge",
    ("api:company_detail", "pk"): "contacts.company",
    **{(name, "pk"): "leads.interaction" for name in ("api:interaction_detail", "api:interaction_restore")},
    **{(name, "pk"): "leads.opportunity" for name in ("api:opportunity_detail", "api:opportunity_end")},
    ("api:voice_detail", "pk"): "commerce.voice",
    ("api:order_detail", "pk"): "commerce.order",
    ("api:product_detail", "pk"): "commerce.product",
    ("api:contact_score", "pk"): "contacts.contact",
    ("api:score_rule_detail", "pk"): "tagging.scorerule",
    ("api:assignment_rule_detail", "pk"): "leads.assignmentrule",
    ("api:response_rule_detail", "pk"): "leads.responserule",
    ("api:contact_fields", "pk"): "contacts.contact",
    **{(name, "pk"): "contacts.contact" for name in ("api:contact_stage", "api:contact_moves")},
    **{(name, "pk"): "lifecycle.lifecycle" for name in ("api:lifecycle_flow", "api:lifecycle_standing")},
    **{
        (f"api:lifecycle_{name}", "pk"): "lifecycle.lifecycle"
        for name in ("draft", "publish", "undo", "version_list", "version_detail")
    },
    **{(f"ops:tag_rule_{name}", "rule_id"): "tagging.tagrule" for name in ("detail", "edit", "switch")},
    ("ops:lifecycle_rule_edit", "rule_id"): "lifecycle.stagerule",
    ("ops:lifecycle_rule_switch", "rule_id"): "lifecycle.stagerule",
    ("api:pool_claim", "pk"): POOLED,
    **{(f"api:lead_{each}", "pk"): "leads.lead" for each in ("detail", "answer", "answer_pause", "answer_resume")},
    ("api:entry_link_results", "pk"): "leads.entrylink",
    ("api:form_detail", "pk"): "leads.form",
    ("api:review_detail", "pk"): "leads.review",
    ("api:review_reply", "pk"): "leads.review",
    ("api:held_lead_decision", "pk"): "leads.heldlead",
    ("api:campaign_detail", "pk"): "campaigns.campaign",
    ("api:form_results", "pk"): "leads.form",
    ("api:segment_members", "pk"): "audiences.segment",
    ("api:segment_detail", "pk"): "audiences.segment",
    ("api:segment_refresh", "pk"): "audiences.segment",
    ("api:segment_runs", "pk"): "audiences.segment",
    ("api:sop_detail", "pk"): "campaigns.sop",
    ("api:webhook_detail", "pk"): "exchange.webhook",
    ("api:webhook_secret", "pk"): "exchange.webhook",
    **{
        (name, "pk"): "contacts.contact"
        for name in (
            *("api:contact_detail", "api:contact_tags", "api:contact_tag", "api:contact_owner", "api:contact_consents"),
            *("api:contact_merge", "api:contact_unmerge", "api:contact_pool", "api:contact_next_best"),
            *("api:contact_copy", "api:contact_erasure", "api:contact_requests", "api:identity_reveal"),
            "api:field_reveal",
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
        HAND_OVER,
        TAG_RUN,
        "contacts.duplicatepair",
        "contacts.personrequest",
        "accounts.leave",
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
    if name == "job_id" and table_of(route, name) in (HAND_OVER, TAG_RUN):
        return ids.of(table_of(route, name))
    if name == "job_id":
        return ids.of("exchange.job", job="import" if "import" in route.name else "start")
    if name == "code":
        return ids.tag_code
    table = table_of(route, name)
    if name in ("rest", "content_type_id", "url", "number", "place"):
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
