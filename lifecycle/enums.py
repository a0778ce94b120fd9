"""The words of how far somebody has come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StageKind(TextChoices):
    OPEN = "open", _("On the way")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    ADVOCATE = "advocate", _("Recommends us")


class MoveSource(TextChoices):
    HAND = "hand", _("By hand")
    RULE = "rule", _("Rule")
    IMPORT = "import", _("File")
    ARRIVAL = "arrival", pgettext_lazy("transition", "New lead")
    SOP = "sop", _("SOP")
