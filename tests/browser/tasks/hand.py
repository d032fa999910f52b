"""What a task costs: every press of the pointer and of a key is counted in the page, as the person makes it.

A press with its release is one click, a drag too; opening a list and choosing from it are two. By keyboard a task may
take 3k + 8 presses; moving with Tab and writing into a field are free.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

MOST_TABS = 260
COUNTER = """(() => {
    const editable = (one) => one instanceof HTMLTextAreaElement
        || (one instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button', 'file'].includes(one.type));
    addEventListener('pointerup', (event) => event.isTrusted && event.isPrimary && pressed('click'), true);
    addEventListener('keydown', (event) => {
        if (!event.isTrusted || ['Tab', 'Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
        if (event.key.length === 1 && editable(event.target) && !event.ctrlKey) return;
        pressed('key');
    }, true);
})()"""


class Hand:
    """One who uses the page with a mouse, or with keys alone."""

    def __init__(self, page: Page, keys: bool) -> None:
        self.page, self.keys = page, keys
        self.clicks = self.pressed = 0
        page.context.expose_binding("pressed", lambda _, what: self._count(what))
        page.context.add_init_script(COUNTER)

    def _count(self, what: str) -> None:
        if what == "click":
            self.clicks += 1
        else:
            self.pressed += 1

    def begin(self) -> None:
        """From here on it counts."""
        self._settle()
        self.clicks = self.pressed = 0

    def ended(self, limit: int) -> None:
        self._settle()
        if self.keys:
            assert self.clicks == 0, "not by keyboard alone"
            assert self.pressed <= 3 * limit + 8, f"{self.pressed} presses of keys"
        else:
            assert self.clicks <= limit, f"{self.clicks} clicks"

    def _settle(self) -> None:
        self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def reach(self, target: Locator) -> None:
        """Tab by Tab, as far as it takes."""
        target.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        if not self.keys:
            target.click()
            return
        self.reach(target)
        self.page.keyboard.press(key)

    def tick(self, row: Locator) -> None:
        """A box to tick, by its row or by the space bar."""
        if self.keys:
            self.press(row.locator("input").first, "Space")
        else:
            row.click()

    def key(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def write(self, target: Locator, text: str) -> None:
        """Into a field, which has to be pressed or reached first."""
        if self.keys:
            self.reach(target)
        else:
            target.click()
        self.page.keyboard.type(text)

    def choose(self, field: Locator, words: str) -> None:
        """From a list: by mouse that is a press to open it and one on the choice."""
        if not self.keys:
            field.select_option(label=words)
            self.clicks += 2
            return
        self.reach(field)
        names: list[str] = field.locator("option").all_inner_texts()
        wanted = next(i for i, name in enumerate(names) if name.strip() == words)
        for _ in range(abs(wanted - int(field.evaluate("one => one.selectedIndex")))):
            here = int(field.evaluate("one => one.selectedIndex"))
            self.page.keyboard.press("ArrowDown" if wanted > here else "ArrowUp")

    def drag(self, start: tuple[float, float], *through: tuple[float, float], steps: int = 6) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        for place in through:
            self.page.mouse.move(*place, steps=steps)
        self.page.mouse.up()


def within(strip: Locator, share: float) -> tuple[float, float]:
    """A place on a strip, as a share of its width."""
    box: Any = strip.bounding_box()
    return box["x"] + box["width"] * share, box["y"] + box["height"] / 2
