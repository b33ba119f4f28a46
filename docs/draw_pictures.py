"""Make the pictures of the README with the program itself: `make pictures` (a few minutes; needs Chromium).

A timeline, of a training step that clips too late; and the part of a class report that says what was misunderstood, of
the class that `autograder demo` makes up.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder import authoring, timeline

PICTURES = Path(__file__).parent / "pictures"
EXERCISE, MISTAKE = "train_step", "clip_last"


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    result = authoring.result(EXERCISE, authoring.answers_of(EXERCISE).mutants[MISTAKE])
    timeline.timeline_figure(result.trace, result.should_be).savefig(PICTURES / "timeline.png", dpi=110)
    with tempfile.TemporaryDirectory() as folder:
        for command in (["demo"], ["report", "a3_loop_order"]):
            autograder = [sys.executable, "-m", "autograder.cli", *command, "--course", f"{folder}/class"]
            subprocess.run(autograder, check=True, env=os.environ | {"TERM": "dumb"})
        _photograph(Path(folder) / "class" / "reports" / "a3_loop_order.html", PICTURES / "class_report.png")
    return 0


def _photograph(page: Path, picture: Path) -> None:
    """The heading “Misconceptions”, the picture below it and the first of them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1000, "height": 1000})
        view.goto(page.as_uri())
        top = view.get_by_role("heading", name="Misconceptions", exact=True).bounding_box()
        last = view.locator("ol > li").nth(1).bounding_box()
        clip = {"x": 0, "y": top["y"] - 12, "width": 1000, "height": last["y"] + last["height"] - top["y"] + 24}
        view.screenshot(path=picture, clip=clip, full_page=True)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
