"""The manual is true: what its pages tell to do is done here, in a copy of the course; every link leads somewhere."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from autograder import authoring
from autograder.grading.sandbox import available

from .course import ONE_CHALLENGE, ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
NAMES = ("student", "instructor", "course-author", "operator", "security", "scaling")
TEXTS = [ROOT / "README.md", *PAGES]

# What cannot be done here, in blocks called `console`: these programs, and no others.
ELSEWHERE = {"git clone", "conda", "jupyter", "sudo", "docker", "dask", "pip", "systemctl"}

_BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@dataclass(frozen=True)
class Block:
    """A fenced block. `file` is where the page says it goes, `added` whether to the end of what is there."""

    kind: str
    text: str
    before: str
    file: str = ""
    added: bool = False


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        where = re.fullmatch(r" (>>?) (\S+)", match[2])
        assert where or not match[2], f"{page.name}: what does ```{match[1]}{match[2]} mean?"
        before = text[: match.start()].rstrip()
        found.append(Block(match[1], match[3], before, where[2] if where else "", bool(where) and where[1] == ">>"))
    return found


class Reader:
    """Somebody who does what a page says, in a copy of the course of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=_ignored, dirs_exist_ok=True)
        (folder / ".venv").symlink_to(sys.prefix)
        with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(ONE_CHALLENGE)
        programs = Path(sys.executable).parent
        self.environment = os.environ | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(folder / "home"),
        }

    def write(self, block: Block) -> None:
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if block.added else "x", encoding="utf-8") as file:
            file.write(block.text)

    def run(self, commands: str) -> str:
        """Run commands as one would type them, and return what they print. `make` takes the environment as it is."""
        script = f'set -euo pipefail\nmake() {{ command make -o .venv/made "$@"; }}\n{commands}'
        run = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert run.returncode == 0, f"{commands}\n{run.stdout[-5000:]}\n{run.stderr[-5000:]}"
        return run.stdout + run.stderr


def _ignored(folder: str, names: list[str]) -> set[str]:
    """What git ignores: a pattern that begins with a slash only in the course folder itself."""
    lines = [line for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    here = [line.strip("/") for line in lines if line[0] != "/" or Path(folder) == ROOT]
    return {name for name in names if any(fnmatch(name, pattern) for pattern in [".git", *here])}


def test_there_is_a_page_for_each_reader():
    assert {page.stem for page in PAGES} == set(NAMES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.full] if page.stem == "course-author" else [])
        for page in PAGES
        if any(block.kind == "sh" for block in blocks(page))
    ],
    ids=lambda page: page.stem,
)
def test_doing_what_a_page_says_works(page, tmp_path):
    if page.stem in ("instructor", "operator") and (problem := available.problem()):
        pytest.skip(problem)
    reader, printed = Reader(tmp_path / "course"), ""
    for block in blocks(page):
        if block.file:
            reader.write(block)
        elif block.kind == "sh":
            printed = reader.run(block.text)
        elif block.kind == "text":
            said = " ".join(printed.split())
            missing = [line for line in block.text.splitlines() if not re.search(_pattern(line), said)]
            assert not missing, printed


def _pattern(line: str) -> str:
    """What an output has to contain for a line that a page shows; … stands for anything."""
    return ".*".join(re.escape(" ".join(part.split())) for part in line.split("…"))


@each_page
def test_a_page_is_made_of_blocks_that_are_tried(page):
    for block in blocks(page):
        if block.file:
            assert f"`{block.file}`" in block.before.rpartition("```\n")[2], f"the page itself must name {block.file}"
            continue
        assert block.kind in {"sh", "text", "console"}, block.text
        if block.kind == "console":
            for line in block.text.splitlines():
                known = any(line.startswith(f"{program} ") for program in ELSEWHERE)
                assert known or line.startswith(("#", " ")), f"{line}: can it not be done here?"


@each_page
def test_a_page_names_only_commands_that_exist(page):
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", "\n".join(re.findall(r"`[^`]+`", text)))) <= targets
    commands = set(re.findall(r"`autograder ([a-z]+)", text))
    for command in commands:
        run = subprocess.run(
            [sys.executable, "-m", "autograder.cli", command, "--help"], cwd=ROOT, capture_output=True, text=True
        )
        assert run.returncode == 0, command
    modules = set(re.findall(r"\bautograder(?:\.[a-z_]+)+", text))
    for module in modules:
        path = ROOT / Path(*module.split("."))
        parts = path.with_suffix(".py").exists() or path.is_dir() or path.parent.with_suffix(".py").exists()
        assert parts, module


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_every_link_leads_somewhere(text):
    for target in re.findall(r"\]\(([^)\s]+)\)", _BLOCK.sub("", text.read_text(encoding="utf-8"))):
        if "://" in target:
            assert target.startswith("https://")
            continue
        file, _, anchor = target.partition("#")
        path = (text.parent / file).resolve() if file else text
        assert path.exists(), target
        assert path.is_relative_to(ROOT)
        if anchor:
            assert anchor in _anchors(path), target


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_files_named_in_code_exist(text):
    named = re.findall(r"`((?:autograder|docs|notebooks|source|keys|tests|release)/[\w./-]*)`", text.read_text("utf-8"))
    made = {block.file for page in PAGES for block in blocks(page)}
    made |= {"release/a7_factor", "autograder/exercises/predict_factor/"}
    assert not [name for name in named if name not in made and not (ROOT / name).exists()]


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_pictures_are_there_and_the_readme_says_in_words_what_they_show():
    pictures = dict(re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8")))
    assert set(pictures.values()) == {"docs/pictures/timeline.png", "docs/pictures/class_report.png"}
    assert min(map(len, pictures)) > 80
    for path in pictures.values():
        assert (ROOT / path).read_bytes().startswith(b"\x89PNG")
        assert (ROOT / path).stat().st_size < 300_000


def test_the_timeline_of_the_readme_shows_what_the_program_draws_now():
    draw_pictures = runpy.run_path(str(ROOT / "docs" / "draw_pictures.py"))
    exercise, mistake = draw_pictures["EXERCISE"], draw_pictures["MISTAKE"]
    result = authoring.result(exercise, authoring.answers_of(exercise).mutants[mistake])
    alt = next(re.findall(r"!\[(Timeline[^\]]+)\]", (ROOT / "README.md").read_text("utf-8")).__iter__())
    assert [event["event"] for event in result.trace] == re.findall(
        r"(zero_grad|forward|backward|step|clip)\b", alt.partition(": ")[2]
    )[:5]
    assert [event["event"] for event in result.should_be][-2:] == ["clip", "step"]


def test_the_scaling_page_works_out_what_it_says():
    text = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    each = float(re.search(r"Count ([\d.]+) processor seconds a submission", text)[1])
    for many, seconds in (("a class of 2,000 in an hour", 3600), ("a million submissions a day", 86400)):
        row = re.search(rf"\| {many} \| (\d+) \| ([\d.]+) \|", text)
        number = 2000 if "2,000" in many else 1_000_000
        assert float(row[1]) == pytest.approx(number * each)
        assert float(row[2]) == pytest.approx(number * each / seconds, abs=0.05)
