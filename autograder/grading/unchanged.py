"""Which submissions need no grading: the same work, of the same assignment, graded in the same environment before.

When a submission has been graded, the last thing that is written is a *mark* beside its autograded notebooks: a hash of
all that its grade follows from. So a run that was killed goes on with the first submission that has no mark.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from . import keys
from .course import Course
from .submitted import contents
from .version import version

FILE = ".grading_mark"


class Marks:
    """The marks of an assignment's submissions."""

    def __init__(self, course: Course, assignment: str) -> None:
        self._course, self._assignment = course, assignment
        path = course.settings.format_path(course.settings.source_directory, ".", assignment)
        files = [*_files(Path(path)), *_files(course.folder / keys.FOLDER), course.folder / "nbgrader_config.py"]
        environment = f"{sys.version} {version()} {course.sandboxed}"
        self._same_for_all = _hash(course.folder, files, environment)

    def of(self, submission: Path) -> str:
        """The mark for what is handed in now."""
        return _hash(submission, [submission / path for path in contents(submission)[0]], self._same_for_all)

    def stands(self, student: str, mark: str) -> bool:
        """Whether a student's work has been graded with this mark."""
        with contextlib.suppress(OSError):
            return self._path(student).read_text(encoding="utf-8") == mark
        return False

    def remove(self, student: str) -> None:
        self._path(student).unlink(missing_ok=True)

    def set(self, student: str, mark: str) -> None:
        self._path(student).write_text(mark, encoding="utf-8")

    def _path(self, student: str) -> Path:
        course = self._course
        return course.path(course.settings.autograded_directory, student, self._assignment) / FILE


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _hash(root: Path, files: Iterable[Path], also: str) -> str:
    digest = hashlib.sha256(also.encode())
    for path in files:
        digest.update(b"\0%b\0" % os.fsencode(path.relative_to(root)))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
