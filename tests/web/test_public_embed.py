"""A form within pages of other sites: framed by the sites that its makers named, without a cookie."""

import pytest

from scrm.flows.starter import lay_out_tenant
from tests.web.public_pages import make_form, reader, send

SITE = "https://www.example.com"


@pytest.fixture
def form(acme):
    lay_out_tenant()
    form = make_form()
    form.sites = [SITE, "https://b.example:8443"]
    form.save(update_fields=["sites"])
    return form


def policy(answer, directive="frame-ancestors") -> str:
    found = [part for part in answer["Content-Security-Policy"].split("; ") if part.split()[0] == directive]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("query", ["", "?embed=1"])
def test_only_the_sites_of_the_form_may_frame_its_pages(form, query):
    for path in ("", "/thanks"):
        answer = reader().get(f"/f/{form.slug}{path}{query}")

        assert policy(answer) == f"frame-ancestors {SITE} https://b.example:8443"
        assert "X-Frame-Options" not in answer
        assert policy(answer, "script-src") == "script-src 'self'"
        assert not answer.cookies


def test_other_pages_are_framed_by_nobody(form):
    other = make_form(title="Other")

    for path in (f"/f/{other.slug}?embed=1", "/f/nothing?embed=1", "/accounts/login/"):
        answer = reader().get(path)
        assert policy(answer) == "frame-ancestors 'none'"
        assert answer["X-Frame-Options"] == "DENY"


def test_embedded_page_names_the_origins_that_it_answers(form):
    page = reader().get(f"/f/{form.slug}?embed=1").text

    assert 'data-sites="[&quot;https://www.example.com&quot;' in page
    assert "public-header" not in page
    assert "data-sites" not in reader().get(f"/f/{form.slug}").text


def test_what_is_sent_from_a_frame_stays_in_it(form):
    answer = send(form, query="?embed=1&lang=zh-hans&utm_source=site")

    assert answer["Location"] == f"/f/{form.slug}/thanks?lang=zh-hans&embed=1"
    assert policy(answer).endswith("https://b.example:8443")
    assert "data-sent" in reader().get(answer["Location"]).text
    assert form.leads.get().utm == {"utm_source": "site"}


@pytest.mark.parametrize(("query", "look"), [("look=dark", "dark"), ("look=light", "light"), ("look=x", ""), ("", "")])
def test_frame_looks_as_the_page_around_it(form, query, look):
    said = f' data-look="{look}"' if look else ">"

    page = reader().get(f"/f/{form.slug}?embed=1&{query}").text
    sent = send(form, query=f"?embed=1&{query}")["Location"]

    assert said in page.split("<head>")[0]
    assert ("data-look" in page) == bool(look)
    assert sent == f"/f/{form.slug}/thanks?embed=1" + (f"&look={look}" if look else "")


def test_script_is_the_same_on_every_host_and_sets_no_cookie(form, globex):
    answers = [reader(tenant).get("/embed.js") for tenant in ("acme", "globex")]

    assert answers[0].content == answers[1].content
    assert answers[0]["Content-Type"].startswith("text/javascript")
    assert not any(answer.cookies for answer in answers)
