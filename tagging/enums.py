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
