"""A passkey from its making to signing in with nothing else, by the browser's own virtual authenticator."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]


def sign_in(page: Page, name: str) -> None:
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(f"antu-demo-{name}")
    page.locator("form:has([name=password]) button.main").click()


def test_a_passkey_is_added_and_opens_the_account(page: Page, address: str) -> None:
    here = address.replace("127.0.0.1", "localhost")  # passkeys belong to names, not to numbers
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = key | {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto(f"{here}/accounts/sign-in/?next=/accounts/security/")
    sign_in(page, "reviewer")
    page.locator("[name=name]").fill("辦公室電腦")
    page.get_by_role("button", name="加入通行密鑰").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    page.get_by_role("link", name="我已收好").click()
    expect(page.get_by_text("辦公室電腦")).to_be_visible()

    def leave() -> None:
        page.goto(f"{here}/accounts/")
        page.get_by_role("button", name="登出").click()
        page.wait_for_url(f"{here}/**")
        page.goto(f"{here}/accounts/sign-in/?next=/accounts/security/")

    leave()
    page.get_by_role("button", name="以通行密鑰登入").click()
    expect(page.get_by_role("heading", name="登入安全")).to_be_visible()

    leave()
    sign_in(page, "reviewer")
    page.get_by_role("button", name="使用通行密鑰").click()
    expect(page.get_by_role("heading", name="登入安全")).to_be_visible()

    page.get_by_role("button", name="移除 辦公室電腦").click()
    expect(page.get_by_text("目前只有密碼。")).to_be_visible()
