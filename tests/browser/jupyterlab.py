"""A JupyterLab of its own for a test, and a notebook in it as a student has it before their eyes."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds for anything that a busy machine may take long over


class JupyterLab:
    """A running JupyterLab with nbgrader's Validate button, on a free port of this machine.

    It knows nothing of the user's Jupyter: home, settings, data and sockets are in `folder`.

    Args:
        folder: an empty folder for all that it reads and writes. The course is in `folder/course`.
    """

    def __init__(self, folder: Path) -> None:
        self.course = folder / "course"
        self.course.mkdir()
        shutil.copy(ROOT / "nbgrader_config.py", self.course)
        self._runtime = folder / "runtime"
        self._log = folder / "jupyterlab.log"
        self._token = secrets.token_hex(16)
        self._process = self._start(folder)
        self.address = self._wait_until_it_answers()

    def _start(self, folder: Path) -> subprocess.Popen:
        places = {
            "HOME": folder / "home",
            "USERPROFILE": folder / "home",
            "JUPYTER_CONFIG_DIR": folder / "config",
            "JUPYTER_DATA_DIR": folder / "data",
            "JUPYTER_RUNTIME_DIR": self._runtime,
        }
        for place in places.values():
            place.mkdir(exist_ok=True)
        settings = {
            "ServerApp": {
                "ip": "127.0.0.1",
                "port": 0,  # any that is free
                "root_dir": str(self.course),
                "open_browser": False,
                "allow_root": True,  # as in a container
            },
            "IdentityProvider": {"token": self._token},
            "LabApp": {"extension_manager": "readonly"},
        }
        (folder / "config" / "jupyter_lab_config.json").write_text(json.dumps(settings))
        notifications = (
            folder / "config/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
        )
        notifications.parent.mkdir(parents=True)
        notifications.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
        users_own = ("JUPYTER", "IPYTHON", "XDG_", "NBGRADER", "MPL")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(users_own)}
        paths = {name: str(place) for name, place in places.items()} | {"PYTHONPATH": str(ROOT)}
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "jupyterlab"],
                cwd=self.course,
                env=inherited | paths,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait_until_it_answers(self) -> str:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                (info,) = self._runtime.glob("jpserver-*.json")
                address = json.loads(info.read_text())["url"]
                direct.open(f"{address}api/status?token={self._token}", timeout=5).close()
                return address
            except (ValueError, OSError):  # not written yet, or nobody listens yet
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log()}")

    @property
    def log_in(self) -> str:
        """Where a browser goes first, to be let in from then on."""
        return f"{self.address}login?token={self._token}"

    def log(self) -> str:
        """What the server has said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the server, which ends its kernels."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def open(self, page: Page, path: str) -> "OpenNotebook":
        """Open a notebook of the course in a browser's page, and wait until its kernel is ready."""
        page.goto(f"{self.address}lab/tree/{path}?reset&token={self._token}")
        notebook = OpenNotebook(page)
        notebook.wait_until_idle()
        return notebook


class OpenNotebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel:visible")

    def wait_until_idle(self) -> None:
        # The status bar waits for the kernel; the circle in the notebook's toolbar is "idle" before there is one.
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=PATIENCE * 1000)

    def cell(self, words: str) -> Locator:
        """The code cell whose code has these words."""
        return self.panel.locator(".jp-CodeCell").filter(has=self.page.locator(".jp-InputArea").filter(has_text=words))

    def write(self, cell: Locator, code: str) -> None:
        """Put code in the place of what a cell holds."""
        editor = cell.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(code)
        expect(editor).to_contain_text(code.splitlines()[-1])

    def new_cell_below(self, cell: Locator, code: str) -> Locator:
        """Add a code cell below another one, with this code in it."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.write(self.panel.locator(".jp-CodeCell.jp-mod-active"), code)
        return self.cell(code)

    def run(self, cell: Locator) -> Locator:
        """Run a cell with Shift+Enter, and return its output when it is done."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE * 1000)
        self.wait_until_idle()
        return cell.locator(".jp-OutputArea")

    def validate(self) -> Locator:
        """Press Validate, and return the dialog that answers."""
        self.panel.locator(".validate-button").click()
        dialog = self.page.locator(".jp-Dialog-content")
        dialog.wait_for(timeout=PATIENCE * 1000)
        return dialog

    def close(self, dialog: Locator) -> None:
        """Press the dialog's one button; Validate can then be pressed again."""
        dialog.get_by_role("button", name="Ok").click()
        expect(dialog).to_be_hidden()
        expect(self.panel.locator(".validate-button")).to_have_text("Validate")
