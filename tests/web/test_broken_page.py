"""The page for a request that broke, also where the page itself can't be drawn."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from scrm.web.outage import answer_broken


@pytest.fixture
def no_manifest(settings, tmp_path):
    """As in production before the static files were collected."""
    settings.STATIC_ROOT = tmp_path
    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


def told_of(error: Exception):
    try:
        raise error
    except Exception:
        return answer_broken(RequestFactory().get("/"))


def test_page_says_that_something_broke():
    answer = told_of(KeyError("a"))

    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "css/public.css" in answer.text


@pytest.mark.parametrize(("error", "status"), [(KeyError("a"), 500), (OperationalError("away"), 503)])
def test_page_needs_no_static_files(no_manifest, error, status):
    answer = told_of(error)

    assert answer.status_code == status
    assert "Something broke" in answer.text
    assert answer.has_header("Retry-After") == (status == 503)


def test_what_broke_is_logged_where_the_page_breaks_too(no_manifest, client, caplog, monkeypatch):
    def broken(_request):
        raise KeyError("the cause")

    monkeypatch.setattr("scrm.web.health.HealthMiddleware.__call__", lambda _self, request: broken(request))
    client.raise_request_exception = False

    answer = client.get("/", HTTP_HOST="acme.localhost")

    assert answer.status_code == 500
    assert any(record.exc_info and isinstance(record.exc_info[1], KeyError) for record in caplog.records)
