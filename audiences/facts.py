"""What a rule may ask about segments: who would be in one, asked of its rule and not of its list."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from audiences.nesting import NAMED, rule_of
from scrm.core.conditions import Fact, Type


def segment_choices() -> Iterable[tuple[str, str]]:
    rows = Segment.objects.filter(archived_at=None).values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


FACTS = (
    Fact(
        key=NAMED,
        label=_("segments"),
        group=_("Segments"),
        type=Type.KEYS,
        always_set=True,
        choices=segment_choices,
        stands_for=rule_of,
        phrases={
            "has": _("is in the segment %(value)s"),
            "has_not": _("is not in the segment %(value)s"),
            "has_any": _("is in one of the segments %(value)s"),
            "has_all": _("is in all of the segments %(value)s"),
            "has_none": _("is in none of the segments %(value)s"),
        },
        gone=_("(a segment that is gone: nobody)"),
        oracle=lambda subject, args, now: subject["segments"],
    ),
)
