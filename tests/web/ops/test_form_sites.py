"""A form's settings name the sites that may embed it, and give the line that does."""

import pytest

from leads.models import Form
from tests.web.public_pages import make_form


@pytest.fixture
def form(desk) -> Form:
    return make_form(published=False)


def said(form: Form, sites: str) -> dict[str, str]:
    return {"title": form.title, "source": str(form.source_id), "owner_rule": "turns", "sites": sites}


def test_settings_keep_the_sites_and_show_the_line_to_embed(desk, form):
    desk.post(f"/forms/{form.pk}/settings/", said(form, "www.example.com\nhttps://b.example/contact"))

    form.refresh_from_db()
    assert form.sites == ["https://www.example.com", "https://b.example"]
    page = desk.get(f"/forms/{form.pk}/settings/").content.decode()
    assert "https://www.example.com\nhttps://b.example</textarea>" in page
    assert f"/embed.js&quot; data-form=&quot;{form.slug}&quot; async&gt;" in page


def test_what_is_no_site_is_refused_and_changes_nothing(desk, form):
    answer = desk.post(f"/forms/{form.pk}/settings/", said(form, "http://www.example.com"))

    assert answer.status_code == 422
    assert "http://www.example.com is no site" in answer.content.decode()
    form.refresh_from_db()
    assert form.sites == []
