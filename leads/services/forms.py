"""Writes about hosted forms: drafts, immutable versions, and how often people looked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads import form_queries
from leads.form_content import Content, read_content, with_keys
from leads.form_problems import problems
from leads.models import Form, FormVersion, Source


def form_sources(form_ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """The source of each form."""
    wanted = {form_id for form_id in form_ids if form_id is not None}
    return dict(Form.objects.filter(pk__in=wanted).values_list("pk", "source_id")) if wanted else {}


@transaction.atomic
def create_form(*, title: str, source: Source, content: Content, by: User | None, now: datetime) -> Form:
    """A new form as a draft; ValidationError names the field that is wrong."""
    form = Form(title=" ".join(title.split()), source=source, draft=content.as_json(), active=False, created_at=now)
    form.full_clean()
    form.save(force_insert=True)
    record_audit(action="form.saved", actor=by, subject=form, details={"title": form.title}, now=now)
    return form


@transaction.atomic
def update_form(
    *, form: Form, title: str, source: Source, sites: Sequence[str], by: User | None, now: datetime
) -> None:
    """Its name in lists, the source of its leads, and the checked sites that may embed it; they count at once."""
    form.title, form.source, form.sites = " ".join(title.split()), source, list(sites)
    form.full_clean()
    form.save(update_fields=["title", "source", "sites"])
    details = {"title": form.title, "sites": form.sites}
    record_audit(action="form.saved", actor=by, subject=form, details=details, now=now)


def save_form_draft(*, form: Form, content: Content) -> None:
    """Keep a draft, however unfinished."""
    form.draft = content.as_json()
    form.save(update_fields=["draft"])


def drop_form_draft(*, form: Form) -> None:
    """What is live is where the next draft begins again; a form that never was live keeps its draft."""
    if form.live_version is not None:
        form.draft = None
        form.save(update_fields=["draft"])


@transaction.atomic
def publish_form(*, form: Form, by: User | None, now: datetime) -> FormVersion:
    """The draft becomes the next version and is live; without a draft the last version is live again.

    ValidationError with the problems by place, if there are any. Versions are never changed.
    """
    form = Form.objects.select_for_update(no_key=True).get(pk=form.pk)
    last = FormVersion.objects.filter(form=form).order_by("-number").first()
    version = last
    if form.draft is not None or last is None:
        content = read_content(form.draft)
        found = problems(content)
        if found:
            raise ValidationError(list(dict.fromkeys(found.values())))
        content = with_keys(content, read_content(last.content) if last else None)
        version = FormVersion.objects.create(
            form=form,
            number=last.number + 1 if last else 1,
            content=content.as_json(),
            published_at=now,
            published_by=by,
        )
    assert version is not None
    Form.objects.filter(pk=form.pk).update(draft=None, live_version=version.number, active=True)
    details = {"title": form.title, "version": version.number}
    record_audit(action="form.published", actor=by, subject=form, details=details, now=now)
    return version


@transaction.atomic
def take_back_form(*, form: Form, by: User | None, now: datetime) -> None:
    """Nobody finds it any more until it is published again."""
    if Form.objects.filter(pk=form.pk, active=True).update(active=False):
        record_audit(action="form.taken_back", actor=by, subject=form, details={"title": form.title}, now=now)


@transaction.atomic
def copy_form(*, form: Form, content: Content, by: User | None, now: datetime) -> Form:
    """A new form with the same questions, as a draft."""
    title = _("Copy of %(title)s") % {"title": form.title}
    return create_form(title=title[:120], source=form.source, content=content, by=by, now=now)


def count_form_visit(*, form_id: UUID, on: date, utm: Mapping[str, str], is_visitor: bool) -> None:
    """Somebody looked at a hosted form: a view, and a visitor where they are new today."""
    form_queries.count_form_visit(form_id, on, utm, views=1, visitors=int(is_visitor), begun=0)


def count_form_begun(*, form_id: UUID, on: date, utm: Mapping[str, str]) -> None:
    """Somebody began to answer."""
    form_queries.count_form_visit(form_id, on, utm, views=0, visitors=0, begun=1)
