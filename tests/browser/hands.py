"""Two ways to use a notebook: with the mouse, and with the keyboard alone."""

import re

from playwright.sync_api import Locator, Page, expect

from .jupyterlab import PATIENCE, OpenNotebook

_STOPS = 120  # more than any page of a test has places for the focus
_SHOWS_FOCUS = """() => {
    const at = document.activeElement;
    return [at, at.parentElement, ...at.querySelectorAll('*')].some(place => {
        const {outlineStyle, outlineWidth} = getComputedStyle(place);
        return outlineStyle === 'auto' || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
    });
}"""
_IS_BEFORE_FOCUS = (
    "element => (document.activeElement.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) > 0"
)

expect.set_options(timeout=PATIENCE * 1000)


class Mouse:
    """Clicks; the keys are for text only."""

    def __init__(self, notebook: OpenNotebook) -> None:
        self.notebook = notebook
        self.page = notebook.page

    def run(self, cell: Locator) -> Locator:
        """Run a cell that has not been run yet, and return its output when it is done."""
        cell.locator(".jp-InputPrompt").click()
        self._in_toolbar("notebook:run-cell-and-select-next")
        return finished(cell)

    def press(self, target: Locator) -> None:
        """Use a button, or open what opens."""
        target.click()

    def choose(self, option: Locator) -> None:
        """Choose one of several options, of which only one can be chosen."""
        option.locator("xpath=ancestor::label").click()

    def write(self, field: Locator, text: str) -> None:
        """Put a text in the place of what a field holds."""
        field.click(click_count=3)
        self.page.keyboard.type(text)

    def turn(self, card: Locator) -> None:
        card.click()

    def go_on(self, card: Locator) -> None:
        """From a flashcard to the next one."""
        card.locator("xpath=following::*[@class='next' or contains(@class, 'next ')][1]").click()

    def restart_kernel(self) -> None:
        self._in_toolbar("notebook:restart-kernel")
        confirm(self.page).click()
        restarted(self.notebook)

    def _in_toolbar(self, command: str) -> None:
        self.notebook.panel.locator(f'.jp-Toolbar [data-command="{command}"]').click()


class Keyboard:
    """Never touches the mouse: Tab, the arrow keys, Space, Enter, and JupyterLab's own keys.

    Wherever it stops, the page has to show where it is.
    """

    def __init__(self, notebook: OpenNotebook) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self._selected = notebook.panel.locator(".jp-Cell.jp-mod-active")
        self._in_output = False

    def run(self, cell: Locator) -> Locator:
        """Run all cells down to one that has not been run yet, and return its output when it is done."""
        if self._in_output:
            self._leave_output()
            self._go_down("ArrowDown")
        while "jp-mod-active" not in cell.get_attribute("class").split():
            self._go_down("Shift+Enter")
        self._go_down("Shift+Enter")
        return finished(cell)

    def _leave_output(self) -> None:
        for _ in range(_STOPS):
            if self._selected.evaluate("cell => cell === document.activeElement"):
                break
            self._key("Shift+Tab")
        else:
            raise AssertionError("Shift+Tab does not go back to the cell")
        self._in_output = False

    def _go_down(self, key: str) -> None:
        place = self._selected.get_attribute("data-windowed-list-index")
        self._key(key)
        expect(self._selected).not_to_have_attribute("data-windowed-list-index", place)

    def press(self, target: Locator) -> None:
        """Use a button, or open what opens."""
        self._reach(target)
        self._key("Space")

    def choose(self, option: Locator) -> None:
        """Choose one of several options: Tab goes to their group, arrows go from one to the next."""
        name = option.get_attribute("name")
        self._reach(option, f"element => document.activeElement.name === '{name}'")
        self._key("Space")
        for _ in range(_STOPS):
            if option.evaluate("element => element === document.activeElement"):
                break
            self._key("ArrowDown")
        expect(option).to_be_checked()

    def write(self, field: Locator, text: str) -> None:
        """Put a text in the place of what a field holds."""
        self._reach(field)
        self._key("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def turn(self, card: Locator) -> None:
        self._reach(card)
        self._key("Space")

    def go_on(self, card: Locator) -> None:
        """From a flashcard to the next one."""
        self._reach(card)
        self._key("ArrowRight")

    def restart_kernel(self) -> None:
        self._key("0")
        self._key("0")
        expect(confirm(self.page)).to_be_focused()
        self._key("Enter")
        restarted(self.notebook)

    def _reach(self, target: Locator, there: str = "element => element === document.activeElement") -> None:
        expect(target).to_be_visible()
        for _ in range(_STOPS):
            if target.evaluate(there):
                break
            self._key("Shift+Tab" if target.evaluate(_IS_BEFORE_FOCUS) else "Tab")
        else:
            raise AssertionError(f"Tab does not go to {target}")
        self._in_output = True
        assert self.page.evaluate(_SHOWS_FOCUS), f"nothing shows that the focus is on {target}"

    def _key(self, key: str) -> None:
        self.page.keyboard.press(key)


def finished(cell: Locator) -> Locator:
    """The output of a cell when it is done."""
    if cell.locator(".jp-Placeholder-prompt").is_visible():  # its code is folded away, and its number with it
        expect(cell.locator(".jp-OutputArea-output").first).to_be_visible()
    else:
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
    return cell.locator(".jp-OutputArea")


def confirm(page: Page) -> Locator:
    """The button with which one agrees to what a dialog asks."""
    return page.locator(".jp-Dialog .jp-mod-accept")


def restarted(notebook: OpenNotebook) -> None:
    expect(notebook.page.locator(".jp-Dialog")).to_have_count(0)
    notebook.wait_until_idle()
