"""The words of the engine; the states stand here and nowhere else."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    """What a step does, as far as lanes care."""

    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    REP_TASK = "rep_task", _("Representative's task")


class Trigger(TextChoices):
    LEAD_CAPTURED = "lead_captured", _("A lead is captured")
    TAG_ADDED = "tag_added", _("A tag is added")
    SEGMENT_ENTERED = "segment_entered", _("Somebody comes into a segment")
    SEGMENT_LEFT = "segment_left", _("Somebody leaves a segment")
    MANUAL = "manual", _("By hand")


OF_SEGMENTS = (Trigger.SEGMENT_ENTERED, Trigger.SEGMENT_LEFT)


class SopState(TextChoices):
    DRAFT = "draft", _("Draft")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")


class LatePolicy(TextChoices):
    """What becomes of a touch that the system was too late for."""

    SEND = "send", _("Goes out all the same, a few at a time")
    SKIP = "skip", _("Is left out")
    SHIFT = "shift", _("Waits for the same time of another day")


class EnrollmentState(TextChoices):
    ACTIVE = "active", pgettext_lazy("enrollment", "Active")
    FINISHED = "finished", _("Finished")
    EXITED = "exited", _("Exited")


class TouchState(IntegerChoices):
    PLANNED = 0, _("Planned")
    CLAIMED = 1, _("Claimed")
    SENDING = 2, _("Sending")
    WITH_REP = 3, _("With the representative")
    SENT = 4, _("Sent")
    FAILED = 5, _("Failed")
    SKIPPED = 6, _("Skipped")
    CANCELLED = 7, _("Cancelled")
    EXPIRED = 8, _("Expired")
    UNKNOWN = 9, _("Unknown")


class Reason(TextChoices):
    """Why a touch was not made, or why a person left an SOP."""

    DO_NOT_CONTACT = "do_not_contact", _("Asked not to be contacted on this channel")
    NO_CONSENT = "no_consent", _("Has not agreed to be contacted on this channel")
    NO_ADDRESS = "no_address", _("No address for this channel")
    NO_OWNER = "no_owner", _("Nobody is in charge")
    WON = "won", _("Goal reached: won")
    LOST = "lost", _("Lost")
    LEFT = "left", _("Taken out by hand")
    STOPPED = "stopped", _("The SOP was stopped")
    REFUSED = "refused", _("Refused by the provider")
    UNDELIVERABLE = "undeliverable", _("The address does not take mail")
    BROKEN = "broken", _("The message could not be made")
    CANNOT = "cannot", _("The representative could not")
    LATE = "late", _("Its time had passed")
    SHIFTED = "shifted", _("Was late: put off to its next time")
    MERGED = "merged", _("Turned out to be somebody who gets it already")
    PAST = "past", _("Due before the business was brought back")
    NO_DATE = "no_date", _("The date that it counts from is not known")
    DAY_PASSED = "day_passed", _("Its day had passed before they came in")
    ERASED = "erased", _("The person was erased")


class Closure(TextChoices):
    """Why a channel is shut, or a lane closed, for a moment."""

    UNREACHABLE = "unreachable", _("The provider does not answer.")
    HUNG_UP = "hung_up", _("The provider hung up.")
    SLOW = "slow", _("The provider is too slow.")
    QUOTA = "quota", _("The provider takes no more for now.")
    FAILING = "failing", _("The provider fails again and again.")
    NOT_KEPT = "not_kept", _("The message can't be kept.")
    FAULT = "fault", _("Something is broken on our side: the log says what.")


class TaskState(TextChoices):
    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", _("Done")
    CANNOT = "cannot", _("Could not")
    CANCELLED = "cancelled", _("Cancelled")


class GoalMetric(TextChoices):
    """What the goal of a campaign counts."""

    LEADS = "leads", _("Leads")
    EFFECTIVE = "effective", _("Effective communications")
    PROMISING = "promising", _("Leads rated A or B")
    WON = "won", _("Deals")
    REVENUE = "revenue", _("Orders paid")
