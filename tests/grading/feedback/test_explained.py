"""What a student is told of each exercise, from the record and the outputs of the test cells."""

import base64
import math
from dataclasses import asdict
from xml.etree import ElementTree

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder import exercises
from autograder.grading.feedback import timelines
from autograder.grading.feedback.explained import explain
from autograder.grading.feedback.marks import Mark, Marks
from autograder.grading.verify import Judgement, outputs
from autograder.judging import MIME_TYPE, find, stopped

STEP = exercises.get("train_step")
WORKS = [
    {"event": "backward", "grad_norm": 6.5, "max_norm": None},
    {"event": "clip", "grad_norm": 1.5, "max_norm": 1.5},
    {"event": "step", "grad_norm": 1.5},
]
OWN = [WORKS[0], WORKS[2] | {"grad_norm": 6.5}, WORKS[1]]


def test_cell(name, source, *shown):
    marks = {"grade": True, "grade_id": name, "locked": True, "points": 2, "schema_version": 3, "solution": False}
    return new_code_cell(source, metadata={"nbgrader": marks | {"task": False}}, outputs=list(shown))


test_cell.__test__ = False


def explained(record, *cells, points=0.0):
    notebook = new_notebook(cells=list(cells))
    marks = {cell.metadata.nbgrader.grade_id: Mark(points, 2.0) for cell in cells}
    return explain(notebook, record, Marks(points, 2.0, cells=marks))


def entry(**more):
    return {"exercise": "train_step", "part": None, "right": False, "code": "", "title": "a title"} | more


def test_what_was_found_is_told_in_the_words_of_the_course():
    result = stopped(STEP, "too-slow", {"seconds": 20})
    cell = test_cell("test_step", 'check("train_step", train_step)', *outputs(Judgement(result)))
    (exercise,) = explained({"test_step": entry(trace=OWN, should_be=WORKS)}, cell)
    (explanation,) = exercise.explanations
    assert exercise.title == "Training step"
    assert exercise.right is False
    assert asdict(explanation.finding) == asdict(find(STEP.MISCONCEPTIONS, "too-slow", {"seconds": 20}))
    assert [event["event"] for event in explanation.trace] == ["backward", "step", "clip"]
    assert [event["event"] for event in explanation.should_be] == ["backward", "clip", "step"]


def test_an_exercise_is_right_when_all_its_parts_are():
    cells = [test_cell(name, "check()") for name in ("one", "two", "three")]
    right, wrong, ungraded = entry(right=True), entry(), entry(right=None)
    for entries, whole in (
        ([right, right, right], True),
        ([right, wrong, right], False),
        ([right, ungraded, right], None),
        ([right, ungraded, wrong], False),
    ):
        (exercise,) = explained(dict(zip(("one", "two", "three"), entries, strict=True)), *cells)
        assert exercise.right is whole
        assert len(exercise.explanations) == len({id(one) for one in entries} - {id(right)})


def test_what_explains_two_parts_is_told_once():
    cells = [test_cell(name, "check()") for name in ("one", "two")]
    (exercise,) = explained({"one": entry(part="update"), "two": entry(part="returns")}, *cells)
    (explanation,) = exercise.explanations
    assert [part.title for part in explanation.parts] == ["how the weights move", "what is returned"]


def test_what_keeps_the_grader_from_judging_is_not_told():
    (exercise,) = explained({"one": entry(right=None, title="The key is missing in keys/.")}, test_cell("one", ""))
    (explanation,) = exercise.explanations
    assert explanation.sentence == "This answer is not graded yet: your instructor will see to it."


def test_a_timeline_like_the_right_one_is_not_shown():
    nearly = [event | {"grad_norm": event["grad_norm"] * (1 + 1e-6)} for event in WORKS]
    (exercise,) = explained({"one": entry(trace=nearly, should_be=WORKS)}, test_cell("one", ""))
    assert exercise.explanations[0].trace == []


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "text",
        {"findings": "none"},
        {"findings": [["a"]]},
        {"findings": [{"code": "a", "title": 3}]},
        {"trace": [{"event": "<script>"}, 3, {"event": "step", "grad_norm": "many"}]},
        {"trace": [{"event": ["step"]}]},
    ],
)
def test_without_a_record_the_outputs_may_be_anything(said):
    failed = new_output("error", ename="CheckFailed", evalue="✗ no", traceback=[])
    shown = new_output("display_data", data={MIME_TYPE: said, "text/plain": ""})
    (exercise,) = explained({}, test_cell("one", 'check("train_step", f)', shown, failed))
    (explanation,) = exercise.explanations
    assert explanation.finding is None
    assert explanation.sentence == "CheckFailed: ✗ no"
    assert {event["event"] for event in explanation.trace} <= {"step"}


def test_an_instructors_own_test_is_named_by_its_label():
    (exercise,) = explained({}, test_cell("my_test", "assert x", new_output("error", ename="NameError", evalue="no x")))
    assert exercise.title == "my_test"
    assert exercise.explanations[0].sentence == "NameError: no x"


def test_the_picture_of_a_timeline_is_a_picture_with_every_event():
    data = timelines.picture(OWN, WORKS).removeprefix("data:image/svg+xml;base64,")
    words = " ".join(ElementTree.fromstring(base64.b64decode(data)).itertext())
    for said in (
        "Your step",
        "One that",
        "works",
        "backward",
        "clip",
        "step",
        "|g| = 6.5",
        "|g| = 1.5",
        "max_norm = 1.5",
    ):
        assert said in words
    assert timelines.table(OWN, WORKS)[1] == ("step", "6.5", "clip", "1.5")
    assert timelines.table(OWN, WORKS[:1])[2] == ("clip", "1.5", "", "")


def test_a_timeline_of_many_events_says_how_many_more():
    many = [{"event": "step", "grad_norm": math.inf}] * 25
    words = base64.b64decode(timelines.picture(many, []).partition(",")[2]).decode()
    assert words.count("<rect") == 10
    assert "+ 15" in words
