"""Reads about what a form brought: who looked, who began, who sent it, and what they answered."""

from datetime import date
from typing import Any, Final

from django.db.models import Count as CountOf
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat, Left, StrIndex, TruncDate
from django.db.models.lookups import Exact, GreaterThan

from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import FieldKind
from leads.form_content import BETWEEN, PERSONAL, Content, Question
from leads.form_queries import UTM_MAX
from leads.form_results import Count, Tally
from leads.models import Form, FormTally, Lead
from tenants.selectors import tenant_zone

_WAY: Final = ("utm_source", "utm_medium", "utm_campaign")
_NO_ANSWERS: Final = (*PERSONAL, FieldKind.CONSENT, FieldKind.IDENTITY)


def form_counts(viewer: User, form: Form, *, since: date | None, until: date | None) -> list[Count]:
    """Day by day and way by way, the latest day first; two statements. Leads are those that the viewer may see."""
    tallies = FormTally.objects.filter(form=form, **_between("on", since, until))
    found = {(on, *way): counts for on, *way, counts in _of_tallies(tallies)}
    said = {name: Coalesce(Left(KeyTextTransform(name, "utm"), UTM_MAX), Value("")) for name in _WAY}
    leads = _leads(viewer, form, since, until).annotate(**{f"said_{name}": each for name, each in said.items()})
    names = ("on", *(f"said_{name}" for name in _WAY))
    for *key, brought in leads.order_by().values_list(*names).annotate(brought=CountOf("pk")):
        found.setdefault(tuple(key), {})["leads"] = brought
    return [
        Count(on, source, medium, campaign, **counts)
        for (on, source, medium, campaign), counts in sorted(found.items(), key=lambda each: each[0], reverse=True)
    ]


def form_tallies(viewer: User, form: Form, content: Content, *, since: date | None, until: date | None) -> list[Tally]:
    """How the questions of a version were answered, in one statement; answers of every version count by their key."""
    questions = [each for each in content.questions if each.kind not in _NO_ANSWERS and each.key]
    wanted: dict[str, Any] = {}
    for at, question in enumerate(questions):
        wanted[f"answered_{at}"] = CountOf("pk", filter=Q(attributes__has_key=question.key))
        for place, answer in enumerate(question.offered):
            wanted[f"answer_{at}_{place}"] = CountOf("pk", filter=Q(_says(question, answer)))
    counted = _leads(viewer, form, since, until).aggregate(**wanted) if wanted else {}
    return [
        Tally(
            question.label,
            counted[f"answered_{at}"],
            [(answer, counted[f"answer_{at}_{place}"]) for place, answer in enumerate(question.offered)],
        )
        for at, question in enumerate(questions)
    ]


def _says(question: Question, answer: str) -> Combinable | Any:
    said = KeyTextTransform(question.key, "attributes")
    if question.kind != FieldKind.CHOICES:
        return Exact(said, Value(answer))
    # Several answers stand in one text; no choice holds what stands between them.
    within = Concat(Value(BETWEEN), said, Value(BETWEEN), output_field=TextField())
    return GreaterThan(StrIndex(within, Value(f"{BETWEEN}{answer}{BETWEEN}")), 0)


def _of_tallies(rows: QuerySet[FormTally]) -> list[tuple[Any, ...]]:
    columns = ("views", "visitors", "begun")
    return [
        (*key, dict(zip(columns, counts, strict=True)))
        for *key, counts in (
            (on, source, medium, campaign, tuple(rest))
            for on, source, medium, campaign, *rest in rows.values_list("on", *_WAY, *columns)
        )
    ]


def _leads(viewer: User, form: Form, since: date | None, until: date | None) -> QuerySet[Lead]:
    rows = visible_to(viewer, Lead.objects.filter(form=form))
    rows = rows.annotate(on=TruncDate("captured_at", tzinfo=tenant_zone()))
    return rows.filter(**_between("on", since, until))


def _between(name: str, since: date | None, until: date | None) -> dict[str, date]:
    bounds = {f"{name}__gte": since, f"{name}__lte": until}
    return {lookup: day for lookup, day in bounds.items() if day is not None}
