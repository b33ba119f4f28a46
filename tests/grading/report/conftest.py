"""What the tests of the class report share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.course import Course

from ..classes import ASSIGNMENT, new_course


@pytest.fixture(scope="session")
def empty_course(tmp_path_factory) -> Callable[[Path], Course]:
    """Makes a course with the assignment in its gradebook and nobody in it."""
    template = new_course(tmp_path_factory.mktemp("template") / "course")
    with template.quiet():
        template.released(ASSIGNMENT)
        template.register(ASSIGNMENT)

    def make(folder: Path) -> Course:
        shutil.copytree(template.folder, folder)
        return Course(folder)

    return make
