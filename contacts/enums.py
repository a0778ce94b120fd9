"""The words of who somebody is."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class IdentityKind(TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    EXTERNAL = "external", _("External id")
    WECOM = "wecom", _("WeCom id")
    UNIONID = "unionid", _("UnionID")
    OPENID = "openid", _("OpenID")
    ALIPAY = "alipay", _("Alipay id")
    DINGTALK = "dingtalk", _("DingTalk id")
    ORDER_PLATFORM = "order", _("Order platform id")


class Spelling(TextChoices):
    """In which form an id of a kind of the business's own is kept and compared."""

    AS_IS = "as_is", _("As it is written")
    UPPER = "upper", _("In capitals")
    ALNUM = "alnum", _("Letters and digits only, in capitals")
    DIGITS = "digits", _("Digits only")


class ChannelKind(TextChoices):
    """Ways to reach a person; `all` is every one of them."""

    ALL = "all", _("All channels")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", _("SMS")
    CALL = "call", _("Call")
    CHAT = "chat", _("Chat")


class FriendshipState(TextChoices):
    FRIENDS = "friends", _("Friends")
    DELETED_BY_CONTACT = "deleted_by_contact", _("Deleted by the customer")
    DELETED_BY_REP = "deleted_by_rep", _("Deleted by the representative")


class OwnerWhy(TextChoices):
    """Why a contact came to somebody."""

    ARRIVAL = "arrival", _("With an enquiry")
    LEAD = "lead", _("With a lead")
    HAND_OVER = "hand_over", _("Handed over")
    RULE = "rule", _("By a rule")
    POOL = "pool", _("From or to the public pool")
    STAGE = "stage", _("With a stage")


class PutBack(TextChoices):
    """Why somebody went to the public pool."""

    UNREACHABLE = "unreachable", _("They can't be reached")
    NO_NEED = "no_need", _("No need for now")
    NOT_MINE = "not_mine", _("Not my region or product")
    NO_TIME = "no_time", _("No time for them")
    OTHER = "other", _("Another reason")
    UNTOUCHED = "untouched", _("Nobody did anything for too long")
    UNANSWERED = "unanswered", _("Not answered in time")


PUT_BACK_BY_HAND: Final = [
    PutBack.UNREACHABLE,
    PutBack.NO_NEED,
    PutBack.NOT_MINE,
    PutBack.NO_TIME,
    PutBack.OTHER,
]
"""What a person says; the others are said by rules."""


class DuplicateReason(TextChoices):
    """Why two contacts may be one person."""

    TAKEN = "taken", _("Somebody came in with identities of both")
    NAME_TAIL = "name_tail", _("Same name and last four digits")
    NAME_FIRM = "name_firm", _("Same name in the same company")


class DuplicateState(TextChoices):
    OPEN = "open", pgettext_lazy("duplicate", "Open")
    DISTINCT = "distinct", _("Two people")


class ConsentPurpose(TextChoices):
    """What somebody agrees to, each by itself."""

    MARKETING = "marketing", _("Messages about offers and news")
    PROFILING = "profiling", _("Offers chosen by what they do")
    SHARING = "sharing", _("Passing their data on to others")
    SENSITIVE = "sensitive", _("Use of sensitive data")


class ConsentWay(TextChoices):
    """How we know."""

    FORM = "form", _("By a form")
    LINK = "link", _("By the link in a message")
    ONE_CLICK = "one_click", _("By one click in the mail program")
    HAND = "hand", _("Noted by hand")
    API = "api", _("By another system")
    IMPORT = "import", _("By a file")
    REP = "rep", _("Told a representative")


class RequestKind(TextChoices):
    """What a person may ask of us."""

    COPY = "copy", _("A copy of their data")
    CORRECTION = "correction", _("A correction")
    ERASURE = "erasure", _("To be erased")
    OBJECTION = "objection", _("To be left alone")


class RequestState(TextChoices):
    OPEN = "open", pgettext_lazy("request", "Open")
    DONE = "done", pgettext_lazy("request", "Done")
    REFUSED = "refused", pgettext_lazy("request", "Refused")


class CompanySize(TextChoices):
    """People who work there."""

    TO_10 = "to_10", _("up to 10 people")
    TO_50 = "to_50", _("11 to 50 people")
    TO_200 = "to_200", _("51 to 200 people")
    TO_1000 = "to_1000", _("201 to 1,000 people")
    ABOVE = "above", _("more than 1,000 people")


class CompanyRole(TextChoices):
    """What somebody does when their company buys."""

    DECIDES = "decides", _("Decision maker")
    RECOMMENDS = "recommends", _("Influencer")
    USES = "uses", _("User")
    BUYS = "buys", _("Purchaser")
    GUARDS = "guards", _("Gatekeeper")
    SPONSORS = "sponsors", _("Champion")


class FieldSubject(TextChoices):
    """What a field of the business is noted about."""

    CONTACT = "contact", _("Contacts")
    LEAD = "lead", _("Leads")
    COMPANY = "company", _("Companies")


class FieldKind(TextChoices):
    """What a field of the business holds."""

    TEXT = "text", pgettext_lazy("field", "Text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Amount of money")
    DATE = "date", _("Date")
    MOMENT = "moment", _("Date and time")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    LINK = "link", _("Link")


class Sight(TextChoices):
    """What a role does with a field."""

    EDITS = "edits", _("sees and changes")
    READS = "reads", _("sees")
    HIDDEN = "hidden", _("does not see")
