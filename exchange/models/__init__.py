"""What comes in and goes out, by what it is about."""

from exchange.models.inbox import InboxMessage
from exchange.models.jobs import Job, JobTally
from exchange.models.keys import ApiKey, IdempotencyKey
from exchange.models.webhooks import Webhook

__all__ = ["ApiKey", "IdempotencyKey", "InboxMessage", "Job", "JobTally", "Webhook"]
