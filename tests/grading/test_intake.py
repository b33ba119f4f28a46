"""What is said about a submission before it is graded, and how its cells are mended."""

import copy

import nbformat
import pytest

from autograder.grading.intake import examine
from autograder.grading.repair import label, repair

from . import classes
from .classes import ASSIGNMENT, NOTEBOOK, new_course

DOUBLED_TEST = (
    "The test cell “test_train_step” was there more than once; it was scored once, so there is nothing to do."
)
DOUBLED_ANSWER = (
    "The cell “train_step” was there more than once, and the last one counts: look whether that one is meant."
)
RELABELLED = (
    "The cell “my_test” is in no exercise of this assignment, and scores nothing: look whether it holds an answer."
)
PUT_BACK = "The test cell “test_train_step” was missing; it was put back and scored, so there is nothing to do."


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return new_course(tmp_path_factory.mktemp("released") / "course").released(ASSIGNMENT)


@pytest.fixture
def submission(tmp_path, released):
    nbformat.write(released["loop_order"], tmp_path / NOTEBOOK)
    (tmp_path / "timestamp.txt").write_text("2026-01-12 08:00:00 UTC\n")
    return tmp_path


def test_a_submission_in_order_needs_no_word(submission, released):
    intake = examine(submission, released)
    assert intake.gradable
    assert intake.notes == []
    assert intake.renamed == {}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            classes.cut_off,
            "loop_order.ipynb is damaged (its JSON breaks at line 41): ask for it to be handed in again.",
        ),
        (
            classes.no_notebook_inside,
            "loop_order.ipynb is not a notebook, despite its name: ask for the notebook itself.",
        ),
        (classes.emptied, "The submission is empty: ask for loop_order.ipynb."),
        (
            classes.another_format,
            "There is no notebook in the submission (answer.py): ask for loop_order.ipynb.",
        ),
        (
            classes.another_assignment,
            "loop_order.ipynb has none of this assignment's cells: ask for the notebook of this assignment.",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_be_graded_is_said_in_one_sentence(submission, released, damage, sentence):
    damage(submission)
    intake = examine(submission, released)
    assert not intake.gradable
    assert intake.notes == [sentence]


@pytest.mark.parametrize(
    ("damage", "sentences"),
    [
        (classes.renamed, ["my answers.ipynb was graded as loop_order.ipynb: ask for that name next time."]),
        (classes.without_a_test, [PUT_BACK]),
        (classes.with_a_test_twice, [DOUBLED_TEST]),
        (classes.with_an_answer_twice, [DOUBLED_ANSWER]),
        (classes.with_an_unknown_cell, [RELABELLED, PUT_BACK]),
        (
            classes.without_answer_and_test,
            ["The answer cell “train_step” is missing: look for the answer if its tests did not find one.", PUT_BACK],
        ),
        (classes.from_an_older_nbgrader, []),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_can_be_graded_all_the_same_is_said_too(submission, released, damage, sentences):
    damage(submission)
    intake = examine(submission, released)
    assert intake.gradable
    assert intake.notes == sentences


def test_examining_changes_nothing(submission, released):
    classes.without_a_test(submission)
    before = {path: path.read_bytes() for path in submission.iterdir()}
    examine(submission, released)
    assert {path: path.read_bytes() for path in submission.iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"[]", b'{"cells": [1]}', b"null"])
def test_no_content_makes_it_stumble(submission, released, content):
    (submission / NOTEBOOK).write_bytes(content)
    intake = examine(submission, released)
    assert not intake.gradable
    assert intake.notes[0].startswith("loop_order.ipynb is ")


def test_a_notebook_in_a_folder_of_its_own_is_found(submission, released):
    (submission / "unpacked").mkdir()
    (submission / NOTEBOOK).rename(submission / "unpacked" / NOTEBOOK)
    assert examine(submission, released).renamed == {f"unpacked/{NOTEBOOK}": NOTEBOOK}


def test_several_notebooks_of_other_names_are_left_to_a_person(submission, released):
    (submission / NOTEBOOK).rename(submission / "one.ipynb")
    (submission / "two.ipynb").write_bytes((submission / "one.ipynb").read_bytes())
    assert examine(submission, released).notes == [
        "No notebook in the submission is called loop_order.ipynb: rename the right one, and grade again."
    ]


@pytest.mark.parametrize(
    "damage",
    [
        classes.without_a_test,
        classes.with_a_test_twice,
        classes.with_an_answer_twice,
        classes.with_an_unknown_cell,
        classes.from_an_older_nbgrader,
    ],
)
def test_a_mended_notebook_has_each_labelled_cell_once_as_released(submission, released, damage):
    damage(submission)
    notebook = nbformat.read(submission / NOTEBOOK, as_version=4)
    repair(notebook, released["loop_order"])
    marked = [cell for cell in released["loop_order"].cells if label(cell)]
    assert [cell.metadata.nbgrader for cell in notebook.cells if label(cell)] == [c.metadata.nbgrader for c in marked]


def test_nothing_that_a_student_wrote_is_lost(submission, released):
    for damage in (classes.with_an_answer_twice, classes.with_a_test_twice, classes.with_an_unknown_cell):
        damage(submission)
    notebook = nbformat.read(submission / NOTEBOOK, as_version=4)
    before = [cell.source for cell in notebook.cells]
    repair(notebook, released["loop_order"])
    assert not [source for source in before if source not in [cell.source for cell in notebook.cells]]


def test_a_test_is_put_back_after_everything_its_answer_may_be_in(released):
    notebook = copy.deepcopy(released["loop_order"])
    places = {label(cell): place for place, cell in enumerate(notebook.cells)}
    notebook.cells[places["train_step"]] = nbformat.v4.new_code_cell("def train_step(): ...")
    del notebook.cells[places["test_train_step"]]
    repair(notebook, released["loop_order"])
    order = [label(cell) or cell.source for cell in notebook.cells]
    assert (
        order.index("def train_step(): ...") < order.index("test_train_step") < order.index("test_train_step_returns")
    )


def test_a_locked_cell_is_put_back_where_it_was(released):
    notebook = copy.deepcopy(released["loop_order"])
    notebook.cells = [cell for cell in notebook.cells if label(cell) != "setup"]
    assert repair(notebook, released["loop_order"]) == [
        "The cell “setup” was missing; it was put back, so there is nothing to do."
    ]
    labels = [label(cell) for cell in notebook.cells if label(cell)]
    assert labels[0] == "setup"
