"""What is said about a submission before it is graded, and how its cells are mended."""

import copy
import errno
import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.grading.intake import examine
from autograder.grading.repair import label, repair
from autograder.grading.sandbox.limits import Limits
from autograder.grading.submitted import contents, fitting

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


def test_a_notebook_of_many_small_parts_is_not_read(submission, released):
    (submission / NOTEBOOK).write_text(f"[{'[],' * 400_000}0]")
    assert examine(submission, released).notes == [
        "loop_order.ipynb has far too many parts: ask for it to be handed in without its outputs."
    ]


def test_a_notebook_that_the_grader_may_not_read_is_not_called_damaged(submission, released, monkeypatch):
    def refuse(*arguments, **named):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert examine(submission, released).notes == [
        "loop_order.ipynb cannot be read (Permission denied): see to that, and grade again."
    ]


@pytest.mark.parametrize("name", [["train_step"], {"train_step": 1}, 7, None])
def test_a_mark_that_is_no_name_is_no_mark(submission, released, name):
    notebook = nbformat.read(submission / NOTEBOOK, as_version=4)
    next(cell for cell in notebook.cells if label(cell) == "train_step").metadata.nbgrader["grade_id"] = name
    (submission / NOTEBOOK).write_text(json.dumps(notebook))
    (said,) = examine(submission, released).notes
    assert said.startswith("The answer cell “train_step” is missing")


def test_a_notebook_without_any_marks_is_known_by_its_texts(submission, released):
    classes.without_marks(submission)
    intake = examine(submission, released)
    assert intake.gradable
    assert PUT_BACK in intake.notes


def test_what_is_no_file_is_left_out(submission, released):
    os.mkfifo(submission / "pipe")
    (submission / "away").symlink_to("nowhere")
    intake = examine(submission, released)
    assert (intake.gradable, intake.left_out) == (True, ["away", "pipe"])
    assert intake.notes == [
        "away is a link to somewhere else, and was left out: ask for the file.",
        "pipe is no file, and was left out: ask for the file.",
    ]


def test_a_submission_without_a_time_needs_no_word(submission, released):
    (submission / "timestamp.txt").unlink()
    assert examine(submission, released).notes == []


@pytest.mark.parametrize("content", [b"yesterday at noon", b"\xff\xfe", b"\0"])
def test_a_time_that_is_none_is_told(submission, released, content):
    (submission / "timestamp.txt").write_bytes(content)
    assert examine(submission, released).notes == [
        "timestamp.txt cannot be read, so the work counts as in time: find out when it was handed in."
    ]


def test_a_file_that_is_too_large_is_told_and_hides_no_other(submission, released):
    with (submission / "data.bin").open("wb") as file:
        file.truncate(60 * 2**20)
    (submission / "helper.py").write_text("x = 1")
    assert examine(submission, released).notes == [
        "data.bin is too large to be there when a notebook runs: look whether one needs it."
    ]
    files, left_out = fitting(submission, contents(submission)[0], Limits().submission)
    assert Path("helper.py") in files
    assert left_out == [Path("data.bin")]


def test_copies_that_systems_make_are_nobodys_notebook(submission, released):
    for copy_ in ("._my.ipynb", "__MACOSX/my.ipynb", ".ipynb_checkpoints/my.ipynb"):
        (submission / copy_).parent.mkdir(exist_ok=True)
        (submission / copy_).write_bytes(b"\0")
    (submission / NOTEBOOK).rename(submission / "my.ipynb")
    assert examine(submission, released).renamed == {"my.ipynb": NOTEBOOK}


def test_a_second_notebook_may_hold_the_answers(submission, released):
    shutil.copy(submission / NOTEBOOK, submission / "loop_order-Copy1.ipynb")
    assert examine(submission, released).notes == [
        "loop_order-Copy1.ipynb was not graded: look whether it holds the answers."
    ]


def test_folders_without_end_are_not_followed(submission, released):
    (submission / "/".join("x" * 60)).mkdir(parents=True)
    assert examine(submission, released).notes == [
        "More than 50 folders are in one another: ask for it to be handed in without them."
    ]


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
