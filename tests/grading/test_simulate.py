"""A simulated class: who gets which answer, what is written, and what is refused."""

import json
from collections import Counter

import nbformat
import pytest

from autograder.authoring import answers_of
from autograder.grading.problems import CourseError
from autograder.grading.repair import label
from autograder.grading.simulate import draw, simulate

from .classes import ASSIGNMENT, NOTEBOOK, new_course

EXERCISES = ["loop_order", "repair_exploding_loop", "repair_logging_loop", "repair_turning_loop", "train_step"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = new_course(tmp_path_factory.mktemp("simulated") / "course")
    simulate(course, ASSIGNMENT, 6, seed=5)
    return course


def test_about_a_third_is_right_in_various_spellings():
    answers = [row["train_step"] for row in draw(EXERCISES, 24, seed=1).values()]
    right = [answer.answer for answer in answers if answer.right]
    assert len(right) == 8
    assert set(right) == set(answers_of("train_step").rights)


@pytest.mark.parametrize("students", [24, 100, 200])
def test_no_misconception_comes_again_before_all_have_come(students):
    answers = [row["train_step"] for row in draw(EXERCISES, students, seed=1).values()]
    wrong = Counter(answer.misconception for answer in answers if not answer.right)
    codes = set(answers_of("train_step").codes.values())
    assert set(wrong) <= codes
    assert len(wrong) == min(len(codes), wrong.total())
    assert max(wrong.values()) - min(wrong[code] for code in codes) <= 1


def test_a_misconception_that_comes_again_comes_in_another_spelling():
    answers = [row["train_step"] for row in draw(EXERCISES, 150, seed=1).values()]
    spellings = [answer.answer for answer in answers if answer.misconception == "clip-after-step"]
    assert len(spellings) == len(set(spellings)) >= 2


def test_a_drawn_misconception_is_the_answers_own():
    for row in draw(EXERCISES, 40, seed=2).values():
        for exercise, drawn in row.items():
            if drawn.answer != "as released":
                assert drawn.right == (drawn.answer in answers_of(exercise).rights)
                assert drawn.misconception == answers_of(exercise).codes.get(drawn.answer)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_exercise_is_right_for_some_and_wrong_for_others(exercise):
    assert {row[exercise].right for row in draw(EXERCISES, 24, seed=1).values()} == {True, False}


def test_a_repair_is_sometimes_left_untouched():
    drawn = [row["repair_exploding_loop"].answer for row in draw(EXERCISES, 60, seed=1).values()]
    assert {"as released", "clip_last"} <= set(drawn)


def test_the_seed_decides(tmp_path, course):
    assert draw(EXERCISES, 24, seed=1) == draw(EXERCISES, 24, seed=1) != draw(EXERCISES, 24, seed=2)
    again = new_course(tmp_path)
    simulate(again, ASSIGNMENT, 6, seed=5)
    assert _files(again) == _files(course)


def test_submissions_are_where_nbgrader_looks_for_them(course):
    assert list(course.submissions(ASSIGNMENT)) == [f"student{number:02}" for number in range(1, 7)]
    for folder in course.submissions(ASSIGNMENT).values():
        assert sorted(path.name for path in folder.iterdir()) == [NOTEBOOK, "timestamp.txt"]
        assert course.settings.get_existing_timestamp(str(folder)).year == 2026
        nbformat.validate(nbformat.read(folder / NOTEBOOK, as_version=4))


def test_a_submission_holds_the_answers_that_the_manifest_names(course):
    manifest = json.loads((course.folder / "manifest.json").read_text())[ASSIGNMENT]
    assert manifest["seed"] == 5
    for student, answers in manifest["students"].items():
        assert sorted(answers) == EXERCISES
        notebook = nbformat.read(course.submissions(ASSIGNMENT)[student] / NOTEBOOK, as_version=4)
        cells = {label(cell): cell.source for cell in notebook.cells}
        assert cells["train_step"] == answers_of("train_step").source(answers["train_step"]["answer"], "train_step")
        assert cells["loop_order"] == answers_of("loop_order").source(answers["loop_order"]["answer"], "order")
        for exercise in EXERCISES[1:4]:
            assert f"def {exercise}(" in cells[exercise]
            assert ("raise NotImplementedError" in cells[exercise]) == (
                answers[exercise]["misconception"] == "not-implemented" and answers[exercise]["answer"] != "empty"
            )


def test_some_students_explain_and_some_do_not(course):
    texts = set()
    for folder in course.submissions(ASSIGNMENT).values():
        cells = nbformat.read(folder / NOTEBOOK, as_version=4).cells
        task = next(place for place, cell in enumerate(cells) if label(cell) == "explain_order")
        texts.add(cells[task + 1].source)
    assert len(texts) > 1


def test_a_second_simulation_replaces_the_first(tmp_path):
    course = new_course(tmp_path)
    simulate(course, ASSIGNMENT, 5, seed=1)
    simulate(course, ASSIGNMENT, 3, seed=2)
    assert list(course.submissions(ASSIGNMENT)) == ["student01", "student02", "student03"]


@pytest.mark.parametrize(
    ("assignment", "students", "sentence"),
    [
        ("a9_unknown", 3, "There is no assignment 'a9_unknown' in .*source: choose one of a3_loop_order."),
        (ASSIGNMENT, 0, "A class of 0 cannot be simulated: ask for at least one student with --students."),
        (ASSIGNMENT, -2, "A class of -2 cannot be simulated"),
    ],
)
def test_what_cannot_be_simulated_is_refused(course, assignment, students, sentence):
    with pytest.raises(CourseError, match=sentence):
        simulate(course, assignment, students, seed=1)


def test_other_peoples_submissions_are_left_alone(tmp_path):
    course = new_course(tmp_path)
    theirs = course.folder / "submitted" / "someone" / ASSIGNMENT / NOTEBOOK
    theirs.parent.mkdir(parents=True)
    theirs.write_text("their work")
    with pytest.raises(
        CourseError, match=r"has submissions that were not simulated \(such as someone's of a3_loop_order"
    ):
        simulate(course, ASSIGNMENT, 3, seed=1)
    assert theirs.read_text() == "their work"
    assert list(course.submissions(ASSIGNMENT)) == ["someone"]


def _files(course):
    paths = [*(course.folder / "submitted").rglob("*"), course.folder / "manifest.json"]
    return {path.relative_to(course.folder): path.read_bytes() for path in paths if path.is_file()}
