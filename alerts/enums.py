"""What people of a business are alerted of."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AlertKind(TextChoices):
    LEAD_ASSIGNED = "lead_assigned", _("New lead")
    HAND_OVER = "hand_over", _("Hand-over received")
    HANDED_ON = "handed_on", _("Customers went on")
    SLA_REMINDER = "sla_reminder", _("Answer is due")
    ANSWER_AGAIN = "answer_again", _("Answer is awaited again")
    ESCALATION = "escalation", _("Answer is overdue")
    POOL = "pool", _("Lead in the pool")
    FOLLOW_UP = "follow_up", _("Agreed contact is due")
    STAGE_DEADLINE = "stage_deadline", _("Too long in a stage")
