"""The admins and the API's documentation, in a real browser under the content policy."""

import pytest
from django_tenants.utils import schema_context

from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user

PASSWORD = "correct-horse-9"


def sign_in(live, page, schema):
    with schema_context(schema):
        if not User.objects.filter(username="pat").exists():
            create_user(username="pat", password=PASSWORD, role=Role.PRINCIPAL, is_staff=True)
    base = live.url("acme").replace("acme.", "" if schema == "public" else "acme.").rstrip("/")
    page.goto(f"{base}/admin/")
    page.locator("input[name=login]").fill("pat")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/admin/")
    return base


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_administrator_finds_a_department_to_belong_to(live, open_browser, language):
    page = open_browser(language=language)
    base = sign_in(live, page, "acme")

    page.goto(f"{base}/admin/accounts/department/add/")
    page.locator("input[name=name]").fill(f"North {language}")
    page.locator("input[name=_save]").click()
    page.wait_for_url("**/admin/accounts/department/")
    page.goto(f"{base}/admin/accounts/department/add/")
    page.locator(".select2-selection").click()

    page.locator(".select2-results__option", has_text=f"North {language}").wait_for()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_operator_opens_the_form_of_a_new_tenant(live, open_browser, size):
    page = open_browser(size)
    base = sign_in(live, page, "public")

    page.goto(f"{base}/admin/tenants/tenant/add/")

    assert page.locator("input[name=schema_name]").is_visible()


def test_documentation_of_the_api_can_be_tried(live, page):
    page.goto(live.url("acme", "/api/docs/"))

    # The page draws a hundred addresses and more, which takes a busy machine longer than other pages.
    page.locator(".opblock-post").first.click(timeout=60_000)
    page.get_by_role("button", name="Try it out").click()

    assert page.get_by_role("button", name="Execute").is_visible()
