"""What comes in and goes out, by what it is about."""

from exchange.models.endpoints import WebhookEndpoint
from exchange.models.inbox import InboxMessage
from exchange.models.jobs import Job, JobChange, JobTally
from exchange.models.keys import ApiKey, IdempotencyKey
from exchange.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "ApiKey",
    "IdempotencyKey",
    "InboxMessage",
    "Job",
    "JobChange",
    "JobTally",
    "Webhook",
    "WebhookDelivery",
    "WebhookEndpoint",
]
