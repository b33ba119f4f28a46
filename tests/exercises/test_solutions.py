"""How the authors' answers are collected."""

from autograder.exercises.solutions import choices_of
from autograder.judging import Verdict
from autograder.kinds import choices

KEY = {
    "run_1": {
        "cause": {
            "right": "B",
            "wrong": {"A": {"code": "one", "feedback": "a"}, "C": {"code": "two", "feedback": "c"}},
        },
        "reason": {"right": "2", "wrong": {"1": {"code": "three", "feedback": "1"}}},
    },
    "fix_1": {"choice": {"right": "A", "wrong": {"B": {"code": "four", "feedback": "b"}}}},
}
TIERS = {"run_1": {"cause": ["A", "B", "C"], "reason": ["1", "2"]}, "fix_1": {"choice": ["A", "B"]}}


def judged(answer: object) -> Verdict:
    given = {"tiers": TIERS}
    return choices.judge(choices.probe(answer, given), {"given": given, "key": KEY})


def test_a_keys_answers_are_the_right_one_and_one_for_each_wrong_option():
    answers = choices_of(KEY)
    assert answers.rights == {"reference": {"run_1": {"cause": "B", "reason": "2"}, "fix_1": "A"}}
    assert answers.codes == {
        "run_1_cause_A": "one",
        "run_1_cause_C": "two",
        "run_1_reason_1": "three",
        "fix_1_choice_B": "four",
    }
    assert all(judged(answers.rights["reference"]).parts.values())
    for name, answer in answers.mutants.items():
        verdict = judged(answer)
        assert [code for code, _, _ in verdict.diagnoses] == [answers.codes[name]]
        assert [part for part, right in verdict.parts.items() if not right] == [name.rsplit("_", 2)[0]]


def test_a_choice_can_be_written_into_a_notebook():
    assert choices_of(KEY).source("fix_1_choice_B", "diagnosis").endswith("'fix_1': 'B'}")
