"""The page of the audit trail: who may read it, what narrows it, and the file that it goes out as."""

import csv
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.services import record_audit
from scrm.core import clock
from scrm.web.ops import audit_file
from tests.factories import make_user
from tests.web.ops.conftest import Desk


@pytest.fixture
def auditor(tenant) -> Desk:
    return Desk(tenant, make_user("audrey", Role.AUDITOR))


def shown(answer) -> list[str]:
    return [row["entry"].action for row in answer.context["rows"]]


@pytest.mark.parametrize("role", [Role.OPS, Role.MANAGER])
def test_others_may_not_read_the_trail(tenant, role):
    desk = Desk(tenant, make_user("other", role))

    assert [desk.get(f"/audit/{each}").status_code for each in ("", "export/")] == [403, 403]


def test_trail_is_narrowed_by_person_verb_subject_and_day(auditor):
    ben, now = make_user("ben"), clock.now()
    record_audit(action="lead.won", actor=ben, subject=ben, now=now - timedelta(days=3))
    record_audit(action="lead.lost", now=now)
    day = (now - timedelta(days=1)).date().isoformat()

    assert shown(auditor.get("/audit/")) == ["lead.lost", "lead.won"]
    for narrowed in ({"who": str(ben.pk)}, {"action": "lead.won"}, {"q": str(ben.pk)}, {"q": "user"}, {"until": day}):
        assert shown(auditor.get("/audit/", **narrowed)) == ["lead.won"], narrowed
    assert shown(auditor.get("/audit/", since=day)) == ["lead.lost"]
    assert shown(auditor.get("/audit/", who="nonsense", since="never")) == ["lead.lost", "lead.won"]


def test_lines_of_another_business_are_not_there(auditor, cais_desk):
    record_audit(action="lead.won", now=clock.now())

    assert "lead.won" not in str(cais_desk.get("/audit/").content)


@pytest.mark.parametrize("lines", [1, 3])
def test_page_costs_the_same_for_more_lines(auditor, django_assert_num_queries, lines):
    for _ in range(lines):
        record_audit(action="lead.won", actor=auditor.user, now=clock.now())
    auditor.get("/audit/")

    with django_assert_num_queries(QUERIES):
        auditor.get("/audit/")


QUERIES = 9


def test_file_holds_the_same_lines_and_runs_nothing(auditor):
    record_audit(action="tag.created", actor_label="=cmd()", details={"name": "+1"}, now=clock.now())

    answer = auditor.get("/audit/export/", action="tag.created")

    text = answer.getvalue().decode("utf-8-sig")
    head, line = csv.reader(text.splitlines())
    assert head[:4] == ["When", "Who", "What", "Verb"]
    assert line[1:4] == ["'=cmd()", "made a tag", "tag.created"]
    assert line[5] == "name: +1"
    assert AuditEntry.objects.get(action="audit.exported").details == {"filter": {"action": "tag.created"}}


def test_file_goes_on_to_the_end_wherever_the_server_is_meanwhile(auditor, tenant, globex, monkeypatch):
    """Two moments hold five lines, so that a bit ends between lines of one moment."""
    monkeypatch.setattr(audit_file, "AT_ONCE", 2)
    connection.set_tenant(tenant)
    now = clock.now()
    for number in range(5):
        at = now - timedelta(hours=number // 3)
        record_audit(action="tag.created", actor_label=f"line {number}", now=at)

    answer = auditor.get("/audit/export/", action="tag.created")
    connection.set_tenant(globex)
    with timezone.override("America/New_York"), translation.override("zh-hans"):
        text = b"".join(answer.streaming_content).decode("utf-8-sig")

    head, *lines = csv.reader(text.splitlines())
    assert head[0] == "When"
    assert [line[1] for line in lines] == ["line 2", "line 1", "line 0", "line 4", "line 3"]
    assert {line[0][-6:] for line in lines} == {"+08:00"}
    assert {line[2] for line in lines} == {"made a tag"}


def test_export_is_refused_while_nobody_can_count(auditor, monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", "unix:///nowhere.sock")

    answer = auditor.get("/audit/export/")

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert not AuditEntry.objects.exists()
