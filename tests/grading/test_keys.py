"""Keys of choices: found, checked against their exercise, and a sentence for the instructor if they do not fit."""

import copy
import json
from types import SimpleNamespace

import pytest
import yaml

from autograder.grading import keys
from autograder.grading.challenges import Challenge
from autograder.grading.execute import Seen
from autograder.grading.keys import read_key
from autograder.grading.prepare import Trial
from autograder.grading.problems import CourseError
from autograder.grading.testcells import Check
from autograder.grading.verify import judge, outputs
from autograder.kinds import choices

TIERS = {"run_1": {"choice": ["A", "B", "C"]}, "run_2": {"cause": ["A", "B"], "reason": ["1", "2"]}}
GIVEN = {"tiers": TIERS}
TASK = SimpleNamespace(
    ID="which_run", KIND="choice", JUDGED_AS="which_run", TITLE="Which run", PARTS=dict.fromkeys(TIERS, "a run"),
    MISCONCEPTIONS=("autograder.kinds", "autograder.exercises.train_step"), SHOWS_ORDER=False,
    probe=choices.probe, judge=choices.judge,
)  # fmt: skip
KEY = yaml.safe_load("""
run_1:
  choice:
    right: B
    wrong:
      A: {code: wrong-choice, feedback: Its norm is calm.}
      C: {code: clip-after-step, feedback: Look at the order.}
run_2:
  cause: {right: A, wrong: {B: {code: wrong-choice, feedback: No.}}}
  reason: {right: 2, wrong: {1: {code: wrong-choice, feedback: "Others show that, too."}}}
""")
RIGHT = {"run_1": {"choice": "B"}, "run_2": {"cause": "A", "reason": "2"}}


@pytest.fixture(autouse=True)
def _task(monkeypatch):
    monkeypatch.setattr(keys.public, "expected", lambda task: {"given": GIVEN})
    monkeypatch.setattr("autograder.exercises.get", lambda name: TASK)


def put(folder, key):
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "which_run.yaml").write_text(yaml.safe_dump(key), encoding="utf-8")


def test_a_key_is_read_from_the_course_folder(tmp_path):
    put(tmp_path, KEY)
    key = read_key(TASK, tmp_path)
    assert key["run_1"]["choice"]["right"] == "B"
    assert key["run_2"]["reason"] == {
        "right": "2",
        "wrong": {"1": {"code": "wrong-choice", "feedback": "Others show that, too."}},
    }


def test_the_courses_own_key_comes_before_the_packages(tmp_path, monkeypatch):
    package, course = tmp_path / "package", tmp_path / "course"
    monkeypatch.setattr(keys, "__file__", str(package / "autograder" / "grading" / "keys.py"))
    for folder, right, wrong in ((package, "B", "A"), (course, "A", "B")):
        folder.mkdir()
        key = copy.deepcopy(KEY)
        key["run_2"]["cause"] = {"right": right, "wrong": {wrong: {"code": "wrong-choice", "feedback": "No."}}}
        put(folder, key)
    assert read_key(TASK, course)["run_2"]["cause"]["right"] == "A"
    assert read_key(TASK, tmp_path)["run_2"]["cause"]["right"] == "B"


def test_a_missing_key_is_one_sentence(tmp_path):
    with pytest.raises(CourseError) as caught:
        read_key(TASK, tmp_path)
    assert str(caught.value) == (
        f"There is no key for “which_run”: put the right options into {tmp_path}/keys/which_run.yaml, and grade again."
    )


def damaged(change):
    key = copy.deepcopy(KEY)
    change(key)
    return key


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (7, "its parts are not run_1, run_2"),
        (damaged(lambda key: key.pop("run_2")), "its parts are not run_1, run_2"),
        (damaged(lambda key: key["run_2"].pop("cause")), "the tiers of run_2 are not cause, reason"),
        (damaged(lambda key: key["run_1"].update(choice="B")), "run_1, choice: there has to be a right option, and"),
        (damaged(lambda key: key["run_1"]["choice"].update(right="D")), "run_1, choice: D is not one of A, B, C"),
        (
            damaged(lambda key: key["run_1"]["choice"]["wrong"].pop("A")),
            "run_1, choice: the wrong options are not A, C",
        ),
        (damaged(lambda key: key["run_1"]["choice"]["wrong"].update(A="no")), "A has to have a code and its feedback"),
        (
            damaged(lambda key: key["run_1"]["choice"]["wrong"]["A"].update(code="no-such")),
            "run_1, choice: there is no misconception no-such",
        ),
    ],
)
def test_a_key_that_does_not_fit_is_one_sentence(tmp_path, key, why):
    put(tmp_path, key)
    with pytest.raises(CourseError) as caught:
        read_key(TASK, tmp_path)
    assert why in str(caught.value)
    assert str(caught.value).endswith("): correct it, and grade again.")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["run_1: [", "\x00", "a: b: c"])
def test_a_key_that_is_no_yaml_is_one_sentence(tmp_path, text):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "which_run.yaml").write_text(text)
    with pytest.raises(CourseError, match=r"which_run\.yaml cannot be used \(.*\): correct it") as caught:
        read_key(TASK, tmp_path)
    assert "\n" not in str(caught.value)


def judged(key, answers, part=None):
    challenge = Challenge("which_run-key", GIVEN, {"given": GIVEN, **({"key": key} if key else {})})
    observed = {"answers": answers, "faults": {}, "fault": None, "trace": []}
    return judge(Trial(Check("which_run", "answer", part), challenge), Seen(json.dumps({"observations": observed})))


def test_a_choice_is_judged_by_its_key(tmp_path):
    put(tmp_path, KEY)
    key = read_key(TASK, tmp_path)
    assert judged(key, RIGHT).result.passed
    wrong = judged(key, {**RIGHT, "run_1": {"choice": "C"}})
    assert wrong.result.parts == {"run_1": False, "run_2": True}
    assert wrong.result.findings[0].code == "clip-after-step"


@pytest.mark.parametrize(
    "hostile",
    [
        {},
        {"run_1": {}},
        {"run_1": {}, "run_2": {}},
        {"run_1": None, "run_2": None},
        {"run_1": {"choice": ["B"]}, "run_2": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("part", [None, "run_1", "run_2"])
def test_a_choice_that_is_not_there_is_not_right(tmp_path, hostile, part):
    put(tmp_path, KEY)
    assert not judged(read_key(TASK, tmp_path), hostile, part).result.passed


def test_without_a_key_nothing_is_judged():
    judgement = judged(None, RIGHT)
    assert judgement.result is None
    assert "error" in {output.output_type for output in outputs(judgement)}
