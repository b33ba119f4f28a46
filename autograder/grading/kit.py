"""The student kit: one zip with all that a student needs, and nothing that a student must not have.

Run as `python -m autograder.grading.kit [COURSE] [--to FILE]`. In the zip are the lectures, the assignments, a wheel of
this package without solutions, what makes challenges and the grader, two files to make an environment from, and a page
to start with.
"""

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import nbformat

import autograder

from .problems import CourseError
from .release import build_release

NAME = "gradient-clipping"
WHEEL = "{name}-{version}+student-py3-none-any.whl"

# What only authors and graders need: first of all everybody's right and wrong answers, and what makes challenges,
# which takes the right steps.
WITHHELD = (
    "solutions*", "making*", "grading", "authoring.py", "kill_table.py", "lectures.py", "cli.py", "__pycache__", ".*"
)  # fmt: skip

_NEEDED = ("pyproject.toml", "requirements.lock", "environment.yml", "docs/student.md", "LICENSE", "notebooks")

_PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = {name}
version = {version}
description = {description}
license = {license}
license-files = ["LICENSE"]
requires-python = {requires-python}
dependencies = {dependencies}

[tool.setuptools.packages.find]
include = ["autograder*"]

[tool.setuptools.package-data]
"*" = ["*.yaml", "*.json"]
"""


def build_kit(course: Path, out: Path) -> None:
    """Make the kit of a course as the zip `out`; an older one is replaced.

    Args:
        course: a copy of this repository, with lectures in `notebooks` and assignments in `source`.
        out: the file to write.

    Raises:
        CourseError: the course is incomplete, nbgrader refuses an assignment, or the zip cannot be made.
    """
    if missing := [name for name in _NEEDED if not (course / name).exists()]:
        raise CourseError(f"{course} has no {missing[0]}: name the folder of the whole course.")
    project = tomllib.loads((course / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wheel = WHEEL.format(**project)
    with tempfile.TemporaryDirectory(prefix="student_kit_") as scratch:
        kit = Path(scratch) / NAME
        kit.mkdir()
        _build_wheel(project, course / "LICENSE", Path(scratch) / "package", kit / wheel)
        build_release(course, kit / "release")
        for lecture in sorted((course / "notebooks").glob("*.ipynb")):
            _copy_clean(lecture, kit / "notebooks" / lecture.name)
        lock, conda = ((course / name).read_text(encoding="utf-8") for name in ("requirements.lock", "environment.yml"))
        _write(kit / "requirements.txt", _requirements(project["dependencies"], lock, wheel))
        _write(kit / "environment.yml", _environment(conda, wheel))
        page = (course / "docs" / "student.md").read_text(encoding="utf-8")
        _write(kit / "START.md", page.replace("](../", "]("))
        shutil.copy(course / "LICENSE", kit)
        _zip(kit, out)


def _build_wheel(project: dict, license_file: Path, folder: Path, wheel: Path) -> None:
    """Make the wheel of what a student may have of this package: no program, no kernel, no answers."""
    package = folder / "autograder"
    shutil.copytree(Path(autograder.__file__).parent, package, ignore=shutil.ignore_patterns(*WITHHELD))
    kept = _words(package)
    for path in package.glob("exercises/*/expected.json"):
        _write(path, _without_code(path.read_text(encoding="utf-8"), kept))
    shutil.copy(license_file, folder)
    values = {key: json.dumps(value) for key, value in project.items()}  # as JSON, strings and lists are TOML too
    values["version"] = json.dumps(f"{project['version']}+student")
    pyproject = re.sub(r"{([a-z-]+)}", lambda found: values[found[1]], _PYPROJECT)
    _write(folder / "pyproject.toml", pyproject)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir"]
    run = subprocess.run([*command, str(wheel.parent), str(folder)], capture_output=True, text=True)
    if run.returncode or not wheel.is_file():
        why = (run.stderr.strip().splitlines() or ["pip gave no reason"])[-1].rstrip(".")
        raise CourseError(f"The wheel cannot be built ({why}): run `make`, and try again.")


def _without_code(expected: str, kept: set[str]) -> str:
    """What is expected of a public challenge, without what it tells of the mutants' code: where one raised, the line
    that did it; and their telling names, but for those for which the judging asks."""
    data = json.loads(expected)
    if "mutants" in data:
        mutants = enumerate(data["mutants"].items())
        data["mutants"] = {
            name if name in kept else str(number): _scrubbed(one, name) for number, (name, one) in mutants
        }
    return json.dumps(data, separators=(",", ":")) + "\n"


def _scrubbed(data: Any, name: str) -> Any:
    """A mutant's observations. The message of an exception stays: a student's is compared with it."""
    if isinstance(data, dict):
        own = ("line", "line_number") if data.get("code") == "raises" else ()
        return {key: _scrubbed(value, name) for key, value in data.items() if key not in own}
    if isinstance(data, list):
        return [_scrubbed(value, name) for value in data]
    return data.replace(f"{name}()", "answer()") if isinstance(data, str) else data


def _words(package: Path) -> set[str]:
    code = (path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    return {word for text in code for word in re.findall(r"\w+", text)}


def _copy_clean(notebook: Path, copy: Path) -> None:
    """Copy a notebook without what running it left in it."""
    content = nbformat.read(notebook, as_version=nbformat.NO_CONVERT)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    copy.parent.mkdir(exist_ok=True)
    _write(copy, nbformat.writes(content).rstrip("\n") + "\n")


def _requirements(dependencies: list[str], lock: str, wheel: str) -> str:
    """What pip installs: the versions with which the course is tested, and the wheel."""
    direct = {re.match(r"[\w.-]+", line)[0].lower() for line in dependencies}
    pins = [
        line.partition("  #")[0].rstrip() for line in lock.splitlines() if line.partition("==")[0].lower() in direct
    ]
    return "\n".join(["# For Linux, macOS and Windows; START.md says how to use it.", *pins, f"./{wheel}", ""])


def _environment(conda: str, wheel: str) -> str:
    """What conda installs: as for the whole course, but the wheel in place of its source."""
    body = conda.partition("name:")[2]
    if "- -e ." not in body:
        raise CourseError("The course's environment.yml does not install the course with `-e .`: put that line back.")
    body = body.replace("- -e .", f"- ./{wheel}")
    return f"# For Linux, macOS and Windows; START.md says how to use it.\nname:{body}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _zip(folder: Path, out: Path) -> None:
    """Write a folder as a zip, all of it or nothing."""
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(folder.rglob("*")):
                file.write(path, path.relative_to(folder.parent))
        unfinished.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise CourseError(f"{out} cannot be written ({error.strerror}): name another file with --to.") from None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m autograder.grading.kit",
        description="Make the student kit: lectures, assignments and what to install, without solutions, in one zip.",
    )
    parser.add_argument("course", nargs="?", type=Path, default=Path(), help="the course folder (default: this one)")
    parser.add_argument(
        "--to", metavar="FILE", type=Path, default=Path("out/student-kit.zip"), help="default: out/student-kit.zip"
    )
    chosen = parser.parse_args(arguments)
    try:
        build_kit(chosen.course.resolve(), chosen.to)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{chosen.to} ({chosen.to.stat().st_size / 1e6:.1f} MB): to unzip, and to begin with START.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
