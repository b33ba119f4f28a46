"""One JupyterLab and one Chromium for all tests in a browser; a fresh page for each.

Where there is no browser, the tests are skipped and say why; with REQUIRE_BROWSER=1 in the environment they fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from ..course import Course
    from .jupyterlab import JupyterLab

PICTURES = Path(__file__).parents[2] / "out" / "browser"

# Nothing that Chromium does by itself is of use here, and it is not to call home.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _do_without(reason: str) -> None:
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


# Not for the whole session: while Playwright runs, no other test of this process could start an event loop.
@pytest.fixture(scope="package")
def browser(tmp_path_factory) -> Iterator["Browser"]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _do_without("Playwright is not installed: it is one of the packages in requirements.lock.")
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or playwright.chromium.executable_path
        if not Path(program).exists():
            _do_without("There is no Chromium: install your system's, or call `playwright install chromium`.")
        home = os.environ | {"HOME": str(tmp_path_factory.mktemp("chromium"))}
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES, env=home)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lab(browser, tmp_path_factory) -> Iterator["JupyterLab"]:
    from .jupyterlab import JupyterLab

    lab = JupyterLab(tmp_path_factory.mktemp("jupyterlab"))
    yield lab
    lab.stop()


@pytest.fixture
def page(browser, lab) -> Iterator["Page"]:
    """A page as large as a small laptop's screen. A test with it fails if it asks for anything outside the server."""
    asked: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("websocket", lambda socket: asked.append(socket.url))
    yield page
    context.close()
    assert f"{lab.address}api/contents" in " ".join(asked)
    here = urlsplit(lab.address).netloc
    assert not [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != here]


@pytest.fixture(scope="package")
def course(lab) -> "Course":
    """The server's folder as a course folder with one assignment, released."""
    from ..course import Course

    (lab.course / "nbgrader_config.py").unlink()
    return Course(lab.course, "a3_loop_order")


@pytest.fixture
def instructor(browser, lab) -> Iterator["Page"]:
    """A page of somebody who is logged in. It cannot fetch anything from elsewhere, as nbgrader's own pages try to, and
    it keeps what it `asked` for and what its `dialogs` said."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.asked, page.dialogs = [], []
    context.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    here = urlsplit(lab.address).netloc
    page.route(
        lambda url: urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != here,
        lambda route: route.abort(),
    )
    page.goto(lab.log_in)
    yield page
    context.close()


@pytest.fixture(scope="package")
def accessible() -> Callable[["Page"], None]:
    """Fails where axe-core finds something serious in a page of ours."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: "Page") -> None:
        found = Axe().run(page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []

    return check


@pytest.fixture(scope="package")
def picture() -> Callable[["Locator", str], None]:
    """Keeps a picture of a part of the page in out/browser/, for a person to look at."""

    def keep(part: "Locator", name: str) -> None:
        part.screenshot(path=PICTURES / f"{name}.png")

    return keep
