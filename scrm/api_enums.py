"""Names that the API's description gives to sets of choices, where fields of one name have different ones."""

from typing import Any, Final

_OF_LEADS = ("ReplyState", "HeldState", "InteractionKind", "DealKind", "LeadOrigin", "LeadStatus", "AssignMethod")

ENUM_NAMES: Final[dict[str, Any]] = {
    **{name: f"leads.enums.{name}" for name in _OF_LEADS},
    "HandOverMethod": "scrm.api.stage_hand_overs.METHODS",
    "PauseReason": "leads.enums.PauseReason",
    "JobState": "exchange.enums.JobState",
    "SopState": "campaigns.enums.SopState",
    "Channel": "campaigns.enums.Channel",
    "ContactChannel": "contacts.enums.ChannelKind",
    "IdentityKind": "contacts.enums.IdentityKind",
    "AlertKind": "alerts.enums.AlertKind",
    "ScoreKind": "tagging.enums.ScoreKind",
    "OrderStatus": "commerce.enums.OrderStatus",
    "CategoryKind": "tagging.enums.CategoryKind",
    "StageKind": "lifecycle.enums.StageKind",
    "SegmentKind": "audiences.models.SegmentKind",
    "KnownOutcome": ["new", "known", "rejected"],
    "KeptOutcome": ["created", "updated", "unchanged", "rejected"],
}
