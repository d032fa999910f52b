"""No rule of axe is broken on the map page: in both languages, light and dark, with every panel open once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_explore import ask
from tests.browser.test_first_minute import visit

pytestmark = [pytest.mark.browser]
AXE = Path(__file__).parents[2] / "portal/web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def broken(page: Page) -> list[str]:
    """Each broken rule with the places where it is; the file is evaluated, since the page lets no script in."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(r => r.violations)",
        TAGS,
    )
    return [
        f"{v['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for v in found
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_exploring_breaks_no_rule(page: Page, address: str, lang: str, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    ((junction,),) = ask(
        "SELECT junction_id FROM crashes_junctiontally GROUP BY 1 ORDER BY sum(epdo) DESC LIMIT 1"
    )
    ((ward,),) = ask("SELECT id FROM areas_ward ORDER BY id LIMIT 1")
    views = (
        "",
        "p=rank",
        "p=take&q=crashes~severity%20=%202",
        f"p=list&in=wards.{ward}",
        f"sel=junction_risk.{junction}",
        "cmp=swipe:50:2022-01..2022-12&t=2023-01..2023-12&h=7..9",
    )
    found = {}
    for view in views:
        page.goto("about:blank")
        visit(page, f"?lang={lang}#1?{view}")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(page.locator("html")).to_have_attribute("lang", "en" if lang == "en" else "zh-Hant-TW")
        expect(page.locator(".bones")).to_have_count(0)
        found[view] = broken(page)
    page.locator(".tools [aria-pressed]").last.click()
    expect(page.locator(".lassoing")).to_be_visible()
    found["lasso"] = broken(page)
    assert {view: wrong for view, wrong in found.items() if wrong} == {}
