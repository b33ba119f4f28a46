"""The students' version of every assignment: release/, made from source/ by nbgrader itself.

Run as `python -m autograder.grading.release [COURSE]`.
"""

import argparse
import contextlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from .problems import CourseError


def build_release(course: Path, out: Path | None = None) -> list[str]:
    """Make the students' version of every assignment of a course, and return the assignments' names.

    The work is done in a scratch copy and without a database: no gradebook is read or written, and the same source
    gives the same bytes each time.

    Args:
        course: a course folder with `source/` and `nbgrader_config.py`.
        out: the folder to replace, `release/` of the course by default. It is left alone if anything fails.

    Raises:
        CourseError: the course folder is incomplete, or nbgrader refuses a notebook.
    """
    assignments = _assignments(course)
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        scratch = Path(folder).resolve()
        shutil.copytree(course / "source", scratch / "source")
        shutil.copy(course / "nbgrader_config.py", scratch)
        config = _config(scratch)
        for assignment in assignments:
            _generate(assignment, scratch, config)
        for path in (scratch / "release").rglob("*.ipynb"):
            _normalise(path)
        _replace(out or course / "release", scratch / "release")
    return assignments


def _assignments(course: Path) -> list[str]:
    """The names of the folders in source/."""
    if not (course / "nbgrader_config.py").is_file():
        raise CourseError(
            f"{course} has no nbgrader_config.py: copy the course's there, or name the folder that has it."
        )
    folders = [path for path in sorted((course / "source").glob("[!.]*")) if path.is_dir()]
    if not folders:
        raise CourseError(
            f"{course} has no assignment: put each one's notebook into a folder of its own, source/<name>/<name>.ipynb."
        )
    for folder in folders:
        if not list(folder.glob("*.ipynb")):
            raise CourseError(f"{folder} holds no notebook: put the assignment's notebook there, or remove the folder.")
    return [folder.name for folder in folders]


def _config(scratch: Path) -> Config:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(scratch)).load_config()
    config.CourseDirectory.root = str(scratch)
    # What `nbgrader generate_assignment --no-db` sets.
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    return config


def _generate(assignment: str, scratch: Path, config: Config) -> None:
    coursedir = CourseDirectory(config=config, assignment_id=assignment)
    converter = GenerateAssignment(coursedir=coursedir, config=config)
    with _tracebacks(converter.log) as reasons:
        try:
            converter.start()
        except Exception as error:
            reason = reasons[0] if reasons else str(error)
            raise CourseError(
                f"nbgrader refuses {assignment} ({reason}): mend its notebook in source/, and run this again."
            ) from error


@contextlib.contextmanager
def _tracebacks(log: logging.Logger) -> Iterator[list[str]]:
    """Keep nbgrader's log off the terminal, and collect from it the last line of each traceback: the reason."""
    reasons: list[str] = []
    handler = logging.Handler(logging.ERROR)

    def emit(record: logging.LogRecord) -> None:
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            reasons.append(message.splitlines()[-1].rstrip("."))

    handler.emit = emit
    before = log.handlers, log.propagate
    log.handlers, log.propagate = [handler], False
    try:
        yield reasons
    finally:
        log.handlers, log.propagate = before


def _normalise(path: Path) -> None:
    """Write a notebook the one way in which the course keeps its notebooks."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def _replace(old: Path, new: Path) -> None:
    if old.exists():
        shutil.rmtree(old)
    shutil.copytree(new, old)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m autograder.grading.release",
        description="Make release/ from source/: the assignments without their solutions.",
    )
    parser.add_argument("course", nargs="?", type=Path, default=Path(), help="the course folder (default: this one)")
    course = parser.parse_args(arguments).course.resolve()
    try:
        for assignment in build_release(course):
            print(course / "release" / assignment)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
