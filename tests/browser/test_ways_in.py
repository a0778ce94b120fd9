"""The ways in, each from its first screen to its leads: a form on another site, a webhook, a dirty file.

Ada's business in English and in Chinese; visitors and files bring what they bring.
"""

import csv
import hashlib
import hmac
import io
import json
import re
import urllib.request
from pathlib import Path

import pytest
from django_tenants.utils import tenant_context
from playwright.sync_api import Page, expect

from accounts.enums import Role
from accounts.models import User
from exchange.enums import JobState
from exchange.models import InboxMessage, Job, WebhookEndpoint
from leads.models import Form, FormTally, HeldLead, Lead, Source
from scrm.core import clock
from scrm.embedded.console import pause
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.browser.sites import Site
from tests.browser.test_outreach import log_in
from tests.factories import make_live_sop, make_user
from tests.live import eventually

SECRET = "known to both sides"


@pytest.fixture(scope="module")
def people() -> dict[str, User]:
    return {}


@pytest.fixture
def acme_live(live, people):
    """Ben takes leads, and an SOP begins with each."""
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        if not people:
            lay_out_tenant()
            people["olga"] = make_user("olga", Role.OPS)
            people["ben"] = make_user("ben", takes_leads=True)
            make_live_sop(name="Welcome", trigger="lead_captured")
        yield live


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


def test_form_is_built_embedded_and_answered_and_its_lead_traced(acme_live, people, site, page, open_browser):
    log_in(page, acme_live, people["olga"])
    Source.objects.create(name="Our shop", created_at=clock.now())
    build_form(page, acme_live)
    form = Form.objects.get(title="Test drive")

    page.get_by_role("link", name="Settings", exact=True).last.click()
    page.get_by_label("Sites that may show it").fill(site.origin)
    page.get_by_role("button", name="Save settings").click()
    page.get_by_text("Settings saved").wait_for()
    site.show(page.get_by_label("Put this where the form is to stand").input_value(), "zh-CN")

    phone = open_browser("phone", language="zh-CN", dark=True)
    phone.goto(f"{site.origin}/?utm_source=shop", wait_until="commit")
    frame = phone.frame_locator("iframe")
    frame.get_by_label("Your name").fill("林小夏")
    frame.get_by_label("Your phone number").fill("139 0013 9333")
    expect(frame.get_by_label("What for?")).to_be_hidden()
    # It takes the height that it asks for, and is light as the page around it.
    expect(frame.locator("html")).to_have_attribute("data-theme", "light")
    eventually(lambda: frame.locator("body").evaluate("body => body.scrollHeight <= innerHeight"))
    frame.get_by_text("Family car").click()
    frame.get_by_label("What for?").fill("三个孩子")
    eventually(lambda: FormTally.objects.filter(form=form, begun=1).exists())
    pause(3.1)
    frame.get_by_role("button", name="提交").click()
    expect(frame.get_by_role("heading", name="谢谢")).to_be_visible()

    lead = Lead.objects.get(form=form)
    assert (lead.attributes, lead.utm) == (
        {"Which one?": "Family car", "What for?": "三个孩子"},
        {"utm_source": "shop"},
    )
    assert not HeldLead.objects.exists()
    assert phone.context.cookies() == []
    page.goto(acme_live.url("acme", "/leads/"))
    page.get_by_role("link", name="林小夏").click()
    trace = page.locator("section", has_text="How it came in").locator("li")
    for place, (step, said) in enumerate(
        [("Arrived", "Form"), ("Read", "A new lead"), ("Recognised", ""), ("Assigned", "Ben"), ("SOPs", "Welcome")]
    ):
        expect(trace.nth(place)).to_contain_text(step)
        expect(trace.nth(place)).to_contain_text(said)
        expect(trace.nth(place).locator("time")).to_have_attribute("datetime", re.compile("^20"))


def build_form(page: Page, live) -> None:
    """One with several kinds of answers, the last of them asked only on a condition."""
    page.goto(live.url("acme", "/forms/new/"))
    page.get_by_label("Name").fill("Test drive")
    page.get_by_label("Leads count for this source").select_option(label="Our shop")
    page.get_by_role("button", name="Go on to its questions").click()
    page.get_by_role("button", name="One choice", exact=True).click()
    page.locator("#q-3-label").fill("Which one?")
    page.locator("[name=q-3-choice]").first.fill("Family car")
    page.get_by_role("button", name="Short text", exact=True).click()
    page.locator("#q-4-label").fill("What for?")
    page.locator(".question").nth(4).get_by_text("Help and condition").click()
    page.locator("#q-4-show").select_option(label="Only if answered: Which one?")
    page.get_by_role("checkbox", name="Family car").check()
    page.get_by_role("button", name="Rating", exact=True).click()
    page.locator("#q-5-label").fill("How much do you like us?")
    preview = page.frame_locator(".form-preview")
    expect(preview.get_by_text("How much do you like us?")).to_be_visible()
    expect(preview.get_by_label("What for?")).to_be_hidden()
    page.get_by_role("button", name="Save and publish").click()
    page.get_by_text("Version 1 is live.").wait_for()


def test_webhook_is_caught_mapped_tried_and_goes_live(acme_live, people, page):
    log_in(page, acme_live, people["olga"])
    page.goto(acme_live.url("acme", "/webhooks/"))
    page.get_by_role("button", name="New webhook in").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Fair app")
    dialog.get_by_role("button", name="Make the address").click()
    page.get_by_label("Signature", exact=True).select_option(label="HMAC-SHA256, hexadecimal")
    page.get_by_label("Header of the signature").fill("X-Signature")
    page.get_by_label("Secret").fill(SECRET)
    page.locator("form", has=page.get_by_label("Secret")).get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    address = page.get_by_label("Address").input_value()

    page.get_by_role("button", name="Catch the next message").click()
    page.get_by_text("Waiting for the next message").wait_for()
    push(address, {"visitor": {"tel": "13900139444", "called": "Mia Keller"}, "hall": "3"})
    page.get_by_role("button", name="Use it as the sample").click()
    page.get_by_label("visitor.tel").select_option("phone")
    page.get_by_label("visitor.called").select_option("name")
    page.get_by_label("hall").select_option(label="Keep as “hall”")
    page.get_by_role("button", name="Try on the sample").click()
    expect(page.locator("#trial")).to_contain_text("Mia Keller")
    expect(page.locator("#trial")).not_to_contain_text("13900139444")
    page.locator("form", has=page.get_by_label("visitor.tel")).get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Go live").click()
    page.get_by_text("Live: what comes becomes leads.").wait_for()
    push(address, {"visitor": {"tel": "13900139555", "called": "Noor Haddad"}, "hall": "4"})

    endpoint = WebhookEndpoint.objects.get(name="Fair app")
    lead = eventually(lambda: Lead.objects.filter(contact__name="Noor Haddad").first())
    assert (lead.came_by, lead.attributes, lead.owner) == ("webhook", {"hall": "4"}, people["ben"])
    # The one that was caught came while this was a draft: it is held, and no lead before somebody says so.
    assert not Lead.objects.filter(contact__name="Mia Keller").exists()
    assert InboxMessage.objects.filter(endpoint=endpoint, state="held").count() == 1
    page.reload()
    page.get_by_role("link", name="Lead 1").click()
    page.get_by_role("heading", name="Noor Haddad").wait_for()


def push(address: str, message: object) -> None:
    """As the other system does, with its signature."""
    body = json.dumps(message).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Signature": f"sha256={signature}"}
    host = address.split("/")[2]
    asked = urllib.request.Request(address.replace(host, f"127.0.0.1:{host.split(':')[1]}"), body, headers)
    asked.add_header("Host", host)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert json.load(answer)["received"]


HEADS = "姓名 ;手机号 ; 城市;来源 ;备注"
GOOD = [f"客户{number};138001391{number:02d};杭州;车展;" for number in range(40)]
BAD = ["周一;12;上海;车展;号码太短", "吴二;1390013;北京;车展;少了几位"]
TWICE = ["客户3;13800139103;杭州;车展;"]


def test_dirty_file_is_mapped_tried_imported_repaired_and_undone(acme_live, people, open_browser, tmp_path):
    page = open_browser(language="zh-CN")
    log_in(page, acme_live, people["olga"])
    before = Lead.objects.count()
    upload(page, acme_live, "名单.csv", "\r\n".join([HEADS, *GOOD[:20], *BAD, *TWICE, *GOOD[20:]]).encode("gbk"))

    chosen = [box.input_value() for box in page.locator("select[name^=column-]").all()]
    assert chosen == ["name", "phone", "city", "source", "note"]
    page.get_by_role("button", name="先试一试").click()
    bad = page.locator("#problems .cell-bad")
    expect(bad).to_have_count(2)
    expect(bad.first).to_contain_text("12")
    assert Lead.objects.count() == before
    page.get_by_role("button", name="导入线索").click()

    page.get_by_role("link", name="下载错误文件").wait_for(timeout=30_000)
    first = Job.objects.get(title="名单.csv")
    assert first.result == {"rows": 43, "created": 40, "updated": 0, "unchanged": 1, "rejected": 2}
    with page.expect_download() as download:
        page.get_by_role("link", name="下载错误文件").click()
    upload(page, acme_live, download.value.suggested_filename, repaired(Path(download.value.path())))
    page.get_by_role("button", name="导入线索").click()
    page.get_by_role("link", name="查看线索").wait_for(timeout=30_000)

    assert Lead.objects.count() == before + 42
    mended = Lead.objects.filter(contact__name__in=["周一", "吴二"]).select_related("contact").order_by("contact__city")
    # What stood before their own cells in the error file is no attribute of theirs.
    assert [(lead.contact.city, lead.attributes) for lead in mended] == [("上海", {}), ("北京", {})]

    page.goto(acme_live.url("acme", f"/imports/{first.pk}/undo/"))
    page.get_by_role("button", name="撤销导入").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销导入").click()
    expect(page.get_by_text("已移除的线索")).to_be_visible(timeout=30_000)

    assert Lead.objects.count() == before + 2
    assert Job.objects.filter(state=JobState.DONE).count() == 3


def upload(page: Page, live, name: str, content: bytes) -> None:
    page.goto(live.url("acme", "/imports/new/"))
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="先试一试").wait_for()


def repaired(file: Path) -> bytes:
    """The error file with the right numbers, saved by a spreadsheet of a Chinese Windows."""
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    place = [name.strip() for name in rows[0]].index("手机号")
    for number, row in enumerate(rows[1:]):
        row[place] = f"1390013966{number}"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("gb18030")
