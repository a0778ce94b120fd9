"""The words of tags."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CategoryKind(TextChoices):
    ATTRIBUTE = "attribute", _("Attribute")
    BEHAVIOUR = "behaviour", _("Behaviour")
    INTEREST = "interest", _("Interest")
    SCENE = "scene", _("Scene")
    CUSTOM = "custom", _("Custom")


class TagSource(TextChoices):
    HAND = "hand", _("By hand")
    RULE = "rule", _("Rule")
    IMPORT = "import", _("File")
    FORM = "form", _("Form")
    API = "api", _("API")
    CONTENT = "content", _("Content")
    WECOM = "wecom", _("WeCom")
    SOP = "sop", _("SOP")
    POINTS = "points", _("By points")
    MERGED = "merged", pgettext_lazy("tag", "Merged")
    ENDED = "ended", _("Its time is over")


class Colour(TextChoices):
    GRAY = "gray", _("Gray")
    BLUE = "blue", _("Blue")
    GREEN = "green", _("Green")
    AMBER = "amber", _("Amber")
    RED = "red", _("Red")
    VIOLET = "violet", _("Violet")
    TEAL = "teal", _("Teal")
    PINK = "pink", _("Pink")


class Act(TextChoices):
    """What it takes to make one taxonomy say what another says."""

    CATEGORY = "category", _("New category")
    GROUP = "group", _("New group")
    ALONE = "alone", _("One at most, or several")
    TAG = "tag", _("New tag")
    MOVE = "move", _("Other group")
    RENAME = "rename", _("Other name")
    COLOUR = "colour", _("Other colour")
    DESCRIBE = "describe", _("Other description")
    RESTORE = "restore", _("Offered again")
    TAKEN = "taken", _("Stays: the name is taken in that group")


class ScoreKind(TextChoices):
    """What a score rule gives points for."""

    EVENT = "event", _("Each event of a type")
    TAG = "tag", _("A tag")
    CONDITION = "condition", _("A condition that holds")


class Band(TextChoices):
    """How warm somebody is."""

    HOT = "hot", pgettext_lazy("score", "Hot")
    WARM = "warm", pgettext_lazy("score", "Warm")
    COLD = "cold", pgettext_lazy("score", "Cold")
