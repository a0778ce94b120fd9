"""The words of how far somebody has come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StageKind(TextChoices):
    OPEN = "open", _("On the way")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    ADVOCATE = "advocate", _("Recommends us")


class StageColour(TextChoices):
    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    VIOLET = "violet", _("Violet")
    GRAY = "gray", _("Gray")


class MoveSource(TextChoices):
    HAND = "hand", _("By hand")
    RULE = "rule", _("Rule")
    IMPORT = "import", _("File")
    ARRIVAL = "arrival", pgettext_lazy("transition", "New lead")
    SOP = "sop", _("SOP")
    API = "api", _("API")
    DEADLINE = "deadline", _("Deadline")
    VERSION = "version", _("New version")


class DeadlineUnit(TextChoices):
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")


class DeadlineAction(TextChoices):
    REMIND = "remind", _("Remind the owner")
    TASK = "task", _("Give the owner a task")
    MOVE = "move", _("Move to another stage")
    LOSE = "lose", _("Count as lost")
