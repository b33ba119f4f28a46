"""The students' version: fresh, the same each time, and without anything that is the instructor's."""

import re
import shutil
from pathlib import Path

import pytest

from autograder.grading.problems import CourseError
from autograder.grading.release import build_release, main

from ..course import ROOT, read

ASSIGNMENTS = sorted(path.name for path in (ROOT / "source").iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("release") / "release"
    assert build_release(ROOT, out) == ASSIGNMENTS
    return out


@pytest.fixture
def course(tmp_path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "source" / "a3_loop_order", tmp_path / "source" / "a3_loop_order")
    return tmp_path


@pytest.mark.slow
def test_what_is_committed_is_fresh(built):
    assert _files(ROOT / "release") == _files(built), "`make release` is due"


@pytest.mark.slow
def test_no_solution_and_no_mark_scheme_is_released(built):
    for path in built.rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert not re.search("(BEGIN|END) (SOLUTION|MARK SCHEME|HIDDEN TESTS)", text)
        source = read(ROOT / "source" / path.parent.name)
        for withheld in _regions("\n".join(cell.source for cell in source.cells)):
            assert withheld not in "\n".join(cell.source for cell in read(path.parent).cells)


@pytest.mark.slow
def test_a_release_needs_no_program_on_the_path_and_leaves_no_gradebook(course, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    (course / "release" / "of_last_year").mkdir(parents=True)
    assert main([str(course)]) == 0
    assert capsys.readouterr().out.split() == [str(course / "release" / "a3_loop_order")]
    assert sorted(path.name for path in course.iterdir()) == ["nbgrader_config.py", "release", "source"]
    assert sorted(path.name for path in (course / "release").iterdir()) == ["a3_loop_order"]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("nbgrader_config.py", "has no nbgrader_config.py: copy"),
        ("source", "has no assignment: put"),
        ("source/a3_loop_order/loop_order.ipynb", "holds no notebook: put"),
    ],
)
def test_an_incomplete_course_is_one_sentence(course, missing, words, capsys):
    path = course / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert main([str(course)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_notebook_that_nbgrader_refuses_leaves_the_old_release_alone(course):
    path = course / "source" / "a3_loop_order" / "loop_order.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("### END SOLUTION", ""), encoding="utf-8")
    (course / "release" / "a3_loop_order").mkdir(parents=True)
    with pytest.raises(CourseError, match=r"a3_loop_order \(RuntimeError: no end solution statement found\): mend"):
        build_release(course)
    assert list((course / "release").rglob("*")) == [course / "release" / "a3_loop_order"]


def _files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _regions(text: str) -> list[str]:
    found = re.findall(r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", text, re.DOTALL)
    found += re.findall(r"=== BEGIN MARK SCHEME ===\n(.*?)\n=== END MARK SCHEME ===", text, re.DOTALL)
    assert found
    return found
