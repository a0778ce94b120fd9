"""The picture above a form: chosen in the builder, seen by whoever sees the form, and by nobody else."""

import io
import os
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from leads.form_content import read_content
from leads.models import Form, FormVersion, Source
from leads.selectors.covers import cover_path
from leads.services import take_back_form
from scrm.core import clock
from scrm.core.pictures import LARGEST
from tenants.files import media_files, media_folder
from tests.web.ops.forms import DRAFT, publish
from tests.web.public_pages import reader


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    # Said again, so that the storage forgets what it has read of both.
    settings.MULTITENANT_RELATIVE_MEDIA_ROOT = "%s"


@pytest.fixture
def form(desk) -> Form:
    source = Source.objects.create(name="Fair", created_at=clock.now())
    desk.post("/forms/new/", {"title": "Test drive", "source": str(source.pk)})
    return Form.objects.get()


def picture(colour: str = "teal", name: str = "../../sea.png") -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.new("RGB", (1200, 600), colour).save(target, "PNG")
    return SimpleUploadedFile(name, target.getvalue(), "image/png")


def save(desk, form, **said) -> Form:
    desk.post(f"/forms/{form.pk}/", {**DRAFT, **said})
    return Form.objects.get(pk=form.pk)


def files() -> list[str]:
    return [name for name, _path in media_files("acme")]


def seen(address: str, tenant: str = "acme"):
    before = connection.tenant
    try:
        return reader(tenant).get(address)
    finally:
        connection.set_tenant(before)


def test_two_who_tidy_up_at_once_keep_their_pictures(desk, form, monkeypatch):
    save(desk, form, cover_file=picture(), cover_alt="Sea")
    looked = default_storage.get_modified_time

    def gone_meanwhile(path):
        default_storage.delete(path)
        return looked(path)

    monkeypatch.setattr(type(default_storage._wrapped), "get_modified_time", lambda _self, path: gone_meanwhile(path))

    answer = desk.post(f"/forms/{form.pk}/", {**DRAFT, "cover_file": picture("navy"), "cover_alt": "Night"})

    assert answer.status_code == 302
    assert len(files()) == 1


def test_published_picture_is_on_the_page_and_kept_by_browsers(desk, form):
    publish(desk, form, cover_file=picture(), cover_alt="A <quiet> sea")
    code = FormVersion.objects.get().content["cover"]
    address = f"/f/{form.slug}/cover/{code}"

    page, shown = seen(f"/f/{form.slug}"), seen(address)

    assert f'<img class="cover" src="{address}" alt="A &lt;quiet&gt; sea">' in page.text
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert shown["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert not shown.cookies
    assert Image.open(io.BytesIO(shown.content)).size == (1200, 600)
    assert files() == [cover_path(code)]


def test_picture_is_nobody_s_before_it_is_published_and_after_it_was_taken_back(desk, form):
    draft = save(desk, form, cover_file=picture()).draft
    address = f"/f/{form.slug}/cover/{draft['cover']}"
    assert seen(address).status_code == 404

    publish(desk, form, cover=draft["cover"])
    assert seen(address).status_code == 200
    assert seen(address, "globex").status_code == 404

    take_back_form(form=form, by=None, now=clock.now())
    assert seen(address).status_code == 404


def test_next_draft_s_picture_is_not_shown_by_the_version_that_is_live(desk, form):
    publish(desk, form, cover_file=picture("teal"))
    draft = save(desk, form, cover_file=picture("red")).draft

    assert draft["cover"] != FormVersion.objects.get().content["cover"]
    assert seen(f"/f/{form.slug}/cover/{draft['cover']}").status_code == 404


def test_preview_shows_the_draft_s_picture_by_an_address_that_ends(desk, form):
    code = save(desk, form, cover_file=picture()).draft["cover"]
    page = desk.post(f"/forms/{form.pk}/preview/", {**DRAFT, "cover": code}, htmx=True).content.decode()
    address = page.split("class=&quot;cover&quot; src=&quot;")[1].split("&quot;")[0]

    answer = seen(address)
    clock.set_offset(timedelta(hours=14))
    try:
        late = seen(address)
    finally:
        clock.set_offset(timedelta(0))

    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, max-age=3600")
    assert late.status_code == 404
    assert seen(address.replace(code, "0" * 26)).status_code == 404
    assert seen(address, "globex").status_code == 404


def test_copy_of_a_form_shows_the_same_picture(desk, form):
    publish(desk, form, cover_file=picture(), cover_alt="A sea")
    desk.post(f"/forms/{form.pk}/copy/")
    copy = Form.objects.exclude(pk=form.pk).get()
    content = read_content(copy.draft)
    publish(desk, copy, cover=content.cover, cover_alt=content.cover_alt)

    assert content.cover_alt == "A sea"
    assert seen(f"/f/{copy.slug}/cover/{content.cover}").status_code == 200
    assert len(files()) == 1


def test_picture_is_taken_away(desk, form):
    code = save(desk, form, cover_file=picture(), cover_alt="A sea").draft["cover"]

    draft = save(desk, form, cover=code, cover_alt="A sea", cover_drop="on").draft

    assert (draft["cover"], draft["cover_alt"]) == ("", "")


@pytest.mark.parametrize(
    ("content", "why"), [(b"<svg/>", "Choose a JPEG, PNG or WebP picture."), (bytes(LARGEST + 1), "larger than 5 MB")]
)
def test_what_can_not_be_shown_is_said_and_the_rest_of_the_draft_is_kept(desk, form, content, why):
    answer = desk.post(
        f"/forms/{form.pk}/",
        {**DRAFT, "title": "Another", "publish": "1", "cover_file": SimpleUploadedFile("x.png", content, "image/png")},
    )

    assert why in desk.get(answer["Location"]).content.decode()
    form = Form.objects.get()
    assert (form.draft["title"], form.draft["cover"], form.active) == ("Another", "", False)
    assert files() == []


@pytest.mark.parametrize("code", ["../../globex/x", "x", "A" * 26, "0" * 25, "0" * 26 + "\n"])
def test_made_up_code_is_no_picture(desk, form, code):
    assert save(desk, form, cover=code).draft["cover"] == ""


def test_picture_that_nothing_names_goes_when_the_next_one_comes(desk, form):
    publish(desk, form, cover_file=picture("teal"))
    kept = FormVersion.objects.get().content["cover"]
    dropped = save(desk, form, cover_file=picture("red")).draft["cover"]
    used = save(desk, form, cover_file=picture("blue")).draft["cover"]
    for code in (kept, dropped, used):
        long_ago = (clock.now() - timedelta(days=2)).timestamp()
        os.utime(media_folder("acme") / cover_path(code), (long_ago, long_ago))

    last = save(desk, form, cover=used, cover_file=picture("gold")).draft["cover"]

    # What stood in the draft until this moment goes with the next one.
    assert set(files()) == {cover_path(code) for code in (kept, used, last)}
