"""Make, change and archive kinds of identity of the business."""

import re
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts.custom.codes import code_out_of
from contacts.custom.kinds import PATTERN_MAX, PATTERNS_MOST, RESERVED, patterns_of, unkept_in
from contacts.enums import Spelling
from contacts.models import CustomKind
from contacts.services.recognition import place_kind

KINDS_MOST: Final = 30
CODE_MAX: Final = 12
_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")


@transaction.atomic
def save_kind(
    *,
    kind: CustomKind | None,
    label: str,
    by: User | None,
    now: datetime,
    code: str = "",
    label_zh: str = "",
    help_text: str = "",
    spelling: str = Spelling.AS_IS,
    pattern: str = "",
    matches: bool = True,
    several: bool = True,
    masked: bool = True,
) -> CustomKind:
    """Make one or change it; ValidationError names what is wrong.

    Code and `spelling` are said once: what is known is found by them. A new one is asked right before phones.
    """
    made = kind is None
    if kind is None:
        if CustomKind.objects.count() >= KINDS_MOST:
            raise ValidationError(_("There are %(most)s kinds already.") % {"most": KINDS_MOST})
        kind = CustomKind(code=_code(code or label), spelling=Spelling(spelling), created_at=now)
    else:
        kind = CustomKind.objects.select_for_update().get(pk=kind.pk)
    kind.label, kind.label_zh, kind.help_text = label, label_zh, help_text
    kind.pattern = _pattern(pattern, Spelling(kind.spelling))
    kind.matches, kind.several, kind.masked = matches, several, masked
    kind.full_clean(exclude=["created_at"])
    kind.save(force_insert=made)
    if made:
        place_kind(code=kind.code)
    details = {"code": kind.code, "matches": matches, "several": several, "masked": masked}
    action = "identity_kind.made" if made else "identity_kind.edited"
    record_audit(action=action, actor=by, subject=kind, details=details, now=now)
    return kind


@transaction.atomic
def archive_kind(*, kind: CustomKind, archived: bool, by: User | None, now: datetime) -> None:
    """Let nothing come in by it, or again; who is known by it stays known."""
    CustomKind.objects.filter(pk=kind.pk).update(archived=archived)
    action = "identity_kind.archived" if archived else "identity_kind.restored"
    record_audit(action=action, actor=by, subject=kind, details={"code": kind.code}, now=now)


def _code(text: str) -> str:
    code = code_out_of(text, CODE_MAX)
    if not _CODE.fullmatch(code):
        raise ValidationError({"code": _("A code of letters, digits and _ that begins with a letter.")})
    if code in RESERVED:
        raise ValidationError({"code": _("Something else is called so already: choose another code.")})
    if CustomKind.objects.filter(code=code).exists():
        raise ValidationError({"code": _("There is a kind with this code already; it may be archived.")})
    return code


def _pattern(text: str, spelling: Spelling) -> str:
    patterns = patterns_of(text)
    if len(patterns) > PATTERNS_MOST or any(len(each) > PATTERN_MAX for each in patterns):
        reason = _("At most %(most)s, each of at most %(longest)s characters.")
        raise ValidationError({"pattern": reason % {"most": PATTERNS_MOST, "longest": PATTERN_MAX}})
    for pattern in patterns:
        unkept = unkept_in(pattern, spelling)
        if unkept:
            reason = _("“%(character)s” is in no id that is spelt so: leave it out.")
            raise ValidationError({"pattern": reason % {"character": unkept}})
    return ", ".join(patterns)
