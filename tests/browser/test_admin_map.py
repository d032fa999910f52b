"""In the administration a map stands beside every geometry."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]


def test_a_click_moves_a_patrol_box_and_the_form_keeps_it(page: Page) -> None:
    page.goto("/accounts/sign-in/?next=/admin/patrol/patrolbox/")
    page.locator("[name=username]").fill("administrator")
    page.locator("[name=password]").fill("antu-demo-administrator")
    page.locator("button.main").click()
    page.locator("#result_list tbody th a").first.click()
    area = page.locator("antu-geometry textarea")
    before = json.loads(area.input_value())
    area.scroll_into_view_if_needed()
    page.locator(".geometry-map canvas").click(position={"x": 120, "y": 90})
    expect(area).not_to_have_value(json.dumps(before, separators=(",", ":")))
    after = json.loads(area.input_value())
    assert after["type"] == "Point"
    assert 0 < abs(after["coordinates"][0] - before["coordinates"][0]) < 0.01
    area.fill("{")
    expect(page.locator("antu-geometry .help").first).to_contain_text("還不是完整")
