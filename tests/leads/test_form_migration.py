"""Forms of the time before versions become version 1 of themselves, and can go back."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

import pytest
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from leads.form_content import read_content
from leads.form_problems import problems
from leads.models import Form, FormVersion
from leads.selectors import form_content, form_published
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from tests.web.public_pages import reader, send

MOVED = "0007_publish_forms_as_versions"
DROPPED = "0008_drop_what_versions_of_forms_hold"
OLD = {
    "plain": {
        "title": "Ask us",
        "ask_phone": True,
        "ask_email": True,
        "intro": "Hello",
        "thanks": "Bye",
        "active": True,
    },
    "chinese": {"title": "预约试驾", "ask_phone": True, "ask_city": True, "ask_email": False, "active": True},
    "asking": {
        "title": "Survey",
        "ask_name": False,
        "ask_phone": False,
        "ask_email": True,
        "active": True,
        "questions": [
            {"key": "model", "label": "Which model?", "choices": ["V3", "V5"]},
            {"key": "why", "label": "Why?"},
        ],
        "consent_text": "You may write to me. " * 6,
    },
    "resting": {"title": "Rests", "active": False},
}


@contextmanager
def altering() -> Iterator[BaseDatabaseSchemaEditor]:
    """As migrations do it, who own the tables."""
    # What is checked at the commit is checked now: no table is altered while it waits.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    try:
        with connection.schema_editor() as editor:
            yield editor
    finally:
        connection.search_path_set_schemas = None


@cache
def past() -> tuple[ProjectState, Migration]:
    """The models as the migration met them, and the migration after it."""
    loader = MigrationLoader(None)
    return loader.project_state(("leads", MOVED)), loader.get_migration("leads", DROPPED)


@pytest.fixture
def before(acme):
    """The tables as the migration met them; gives its models, and what takes the columns away again."""
    state, dropped = past()
    with altering() as editor:
        dropped.unapply(state.clone(), editor)

    def drop() -> None:
        with altering() as editor:
            dropped.apply(state.clone(), editor)

    return state.apps, drop


@pytest.fixture
def migration():
    return import_module(f"leads.migrations.{MOVED}")


def fill(apps) -> None:
    source = apps.get_model("leads", "Source").objects.create(name="Site", created_at=clock.now())
    for slug, values in OLD.items():
        given = {"ask_name": True, "ask_phone": True, "ask_email": False, "ask_city": False, "questions": [], **values}
        apps.get_model("leads", "Form").objects.create(slug=slug, source=source, created_at=clock.now(), **given)


def rows(apps) -> list[dict]:
    return list(apps.get_model("leads", "Form").objects.order_by("slug").values())


def asked(slug: str) -> list[tuple]:
    content = form_content(Form.objects.get(slug=slug), 1)
    return [(each.kind.value, each.key, each.label, each.required) for each in content.questions]


def test_old_forms_go_on_as_version_one(before, migration):
    apps, drop = before
    fill(apps)

    migration.publish(apps, None)
    drop()

    assert asked("plain") == [
        ("name", "name", "Your name", True),
        ("phone", "phone", "Your phone number", False),
        ("email", "email", "Your e-mail address", False),
    ]
    assert asked("chinese") == [
        ("name", "name", "您的姓名", True),
        ("phone", "phone", "您的手机号", True),
        ("city", "city", "您所在的城市", False),
    ]
    consent = OLD["asking"]["consent_text"].strip()
    assert asked("asking") == [
        ("email", "email", "Your e-mail address", True),
        ("choice", "model", "Which model?", False),
        ("text", "why", "Why?", False),
        ("consent", consent[:80].rstrip(), consent, True),
    ]
    for version in FormVersion.objects.all():
        assert problems(read_content(version.content)) == {}
    assert {form.slug: (form.active, form.live_version) for form in Form.objects.all()} == {
        slug: (values["active"], 1) for slug, values in OLD.items()
    }
    plain = form_content(Form.objects.get(slug="plain"), 1)
    assert (plain.title, plain.intro, plain.thanks) == ("Ask us", "Hello", "Bye")


def test_migrated_form_is_shown_and_sent(before, migration):
    apps, drop = before
    fill(apps)
    migration.publish(apps, None)
    drop()
    lay_out_tenant()
    form = form_published("asking")

    page = reader().get("/f/asking")
    answer = send(form, name="", phone="", email="lin@example.com", question_2="V5", question_3="So", question_4="on")

    assert "Which model?" in page.text
    assert answer.status_code == 303
    assert form.leads.get().attributes == {"model": "V5", "why": "So"}


def test_form_that_has_a_version_or_a_draft_is_left_alone(before, migration):
    apps, _drop = before
    fill(apps)
    apps.get_model("leads", "Form").objects.filter(slug="plain").update(draft={"title": "New"})
    apps.get_model("leads", "Form").objects.filter(slug="asking").update(live_version=3)

    migration.publish(apps, None)
    migration.publish(apps, None)

    assert sorted(FormVersion.objects.values_list("form__slug", "number")) == [("chinese", 1), ("resting", 1)]


def test_going_back_gives_the_same_forms(before, migration):
    apps, _drop = before
    fill(apps)
    was = rows(apps)

    migration.publish(apps, None)
    migration.take_back(apps, None)

    assert not FormVersion.objects.exists()
    # A choice of none and no choices mean the same.
    for each in was:
        each["questions"] = [{"choices": [], **question} for question in each["questions"]]
    assert rows(apps) == was
