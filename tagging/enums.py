"""The words of tags."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
