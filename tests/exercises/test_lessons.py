"""Every finding sends the student to a lecture that is there."""

from pathlib import Path

import pytest

from autograder import exercises
from autograder.judging import catalogue

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("exercise", exercises.ids())
def test_lessons_exist(exercise):
    lessons = {entry.lesson for entry in catalogue(exercises.get(exercise).MISCONCEPTIONS).values()}
    assert [lesson for lesson in sorted(lessons) if not (NOTEBOOKS / f"{lesson}.ipynb").is_file()] == []
