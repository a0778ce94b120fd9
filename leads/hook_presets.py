"""What usual senders push: shapes to begin with, each with a sample and its mapping. Pure."""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.hook_mapping import HookMapping


@dataclass(frozen=True, slots=True)
class Preset:
    label: str | Promise
    about: str | Promise
    sample: dict[str, Any]
    mapping: HookMapping

    @property
    def body(self) -> bytes:
        return json.dumps(self.sample, ensure_ascii=False, indent=2).encode()


PRESETS: Final[dict[str, Preset]] = {
    "ads": Preset(
        _("Advertising platform"),
        _("Several leads at once, the answers of each as a list of questions."),
        {
            "event_id": "ev-20260301-001",
            "leads": [
                {
                    "lead_id": "ad-10001",
                    "created_at": "2026-03-01T09:30:00+08:00",
                    "campaign": {"utm_source": "feed", "utm_campaign": "spring"},
                    "field_data": [
                        {"name": "姓名", "values": ["林小夏"]},
                        {"name": "手机号", "values": ["+86 138 0013 8000"]},
                        {"name": "城市", "values": ["杭州"]},
                    ],
                }
            ],
        },
        HookMapping(
            "leads",
            {
                "$.event_id": "event_id",
                "lead_id": "lead_key",
                "created_at": "captured_at",
                "campaign.utm_source": "utm_source",
                "campaign.utm_campaign": "utm_campaign",
                "field_data[姓名]": "name",
                "field_data[手机号]": "phone",
                "field_data[城市]": "city",
            },
        ),
    ),
    "form": Preset(
        _("Form tool"),
        _("One answer sheet, with the page's UTM."),
        {
            "submission_id": "s-58213",
            "submitted_at": "2026-03-01T10:05:00+08:00",
            "answers": [
                {"question": "Your name", "answer": "Lin Xia"},
                {"question": "Mobile", "answer": "+86 138 0013 8000"},
                {"question": "E-mail", "answer": "lin.xia@example.com"},
                {"question": "I agree to be contacted", "answer": "yes"},
            ],
            "hidden": {"utm_source": "newsletter", "utm_medium": "email"},
        },
        HookMapping(
            "",
            {
                "submission_id": "lead_key",
                "submitted_at": "captured_at",
                "answers[Your name]": "name",
                "answers[Mobile]": "phone",
                "answers[E-mail]": "email",
                "answers[I agree to be contacted]": "consent",
                "hidden.utm_source": "utm_source",
                "hidden.utm_medium": "utm_medium",
            },
        ),
    ),
    "meeting": Preset(
        _("Meeting or live tool"),
        _("Who signed up for a meeting, with the company."),
        {
            "event": "registration.created",
            "payload": {
                "meeting": {"id": "m-77", "topic": "Product launch"},
                "registrant": {
                    "registration_id": "r-9001",
                    "name": "Chen Yu",
                    "email": "chen.yu@example.com",
                    "phone": "+86 139 1234 5678",
                    "company": "Example Trading",
                },
            },
        },
        HookMapping(
            "",
            {
                "payload.registrant.registration_id": "lead_key",
                "payload.registrant.name": "name",
                "payload.registrant.email": "email",
                "payload.registrant.phone": "phone",
                "payload.registrant.company": "company",
                "payload.meeting.topic": "attribute:meeting",
            },
        ),
    ),
    "service": Preset(
        _("Customer-service entry"),
        _("A visitor left a phone number in the chat."),
        {
            "msg_id": "k-3301",
            "visitor": {"nickname": "Lin", "mobile": "+86 138 0013 8000", "wecom_id": "wmAbc123"},
            "page": {"city": "上海", "remark": "想了解价格"},
            "tags": ["price"],
        },
        HookMapping(
            "",
            {
                "msg_id": "event_id",
                "visitor.nickname": "name",
                "visitor.mobile": "phone",
                "visitor.wecom_id": "wecom_id",
                "page.city": "city",
                "page.remark": "note",
                "tags": "tags",
            },
        ),
    ),
}
