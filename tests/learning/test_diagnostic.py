"""The diagnostic: ten questions, a score, and a routing that never fails."""

import itertools
import json
from collections import Counter

import nbformat
import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.learning import bank, diagnosing, diagnostic, learner

ASKED = diagnosing.questions()
RIGHT = "".join(one.question.answer for one in ASKED)
WRONG = "".join("A" if letter != "A" else "B" for letter in RIGHT)
TEACHING = bank.LESSONS[1:-1]


def report_on(answers, asked=ASKED):
    return diagnosing.score(asked, diagnosing.read_answers(answers, asked)[0])


# ------------------------------------------------------------------------------------------------------ the questions


def test_there_are_ten_over_all_difficulties_easy_ones_first():
    difficulties = [one.item.difficulty for one in ASKED]
    assert Counter(difficulties) == {"easy": 4, "medium": 4, "hard": 2}
    assert difficulties == sorted(difficulties, key=bank.DIFFICULTIES.index)


def test_they_ask_about_every_concept_and_every_lecture_that_teaches():
    assert {one.item.concept for one in ASKED} == set(bank.CONCEPTS)
    assert {one.item.lesson for one in ASKED} == set(TEACHING)


@pytest.mark.parametrize("retry", [False, True])
def test_the_right_letters_have_no_pattern(retry):
    letters = [one.question.answer for one in diagnosing.questions(retry)]
    assert max(Counter(letters).values()) <= 5
    assert max(len(list(run)) for _, run in itertools.groupby(letters)) <= 3
    assert len(set(letters)) >= 3


def test_the_second_round_asks_the_same_facts_with_other_questions():
    for first, second in zip(ASKED, diagnosing.questions(retry=True), strict=True):
        assert (first.item, first.question, first.other) == (second.item, second.other, second.question)


# --------------------------------------------------------------------------------------------------------- the routing


def test_all_right_leaves_nothing_to_read_first():
    report = report_on(RIGHT)
    assert (report.points, report.read, report.skip, report.missed) == (10, (), TEACHING, ())


def test_all_wrong_starts_at_the_first_lecture():
    report = report_on(WRONG)
    assert (report.points, report.read, report.skip) == (0, TEACHING, ())
    assert report.read[0] == "01_why_gradients_explode"
    assert len(report.misconceptions) >= 8


def test_nothing_answered_reads_like_all_wrong_without_misconceptions():
    report = diagnosing.score(ASKED, [None] * 10)
    assert (report.points, report.read, report.misconceptions) == (0, TEACHING, ())


@pytest.mark.parametrize("place", range(10))
def test_one_miss_names_its_lecture_and_its_misconception(place):
    report = report_on(RIGHT[:place] + WRONG[place] + RIGHT[place + 1 :])
    asked = ASKED[place]
    assert (report.points, report.missed, report.read) == (9, (place,), (asked.item.lesson,))
    assert report.misconceptions == (asked.question.lettered()[WRONG[place]].misconception,)
    sentences = " ".join(diagnosing._suggestion(report, place))
    assert asked.question.lettered()[WRONG[place]].feedback in sentences
    assert bank.misconceptions()[report.misconceptions[0]] in sentences
    assert asked.item.lesson in sentences


@given(st.text())
def test_any_text_gives_a_routing(answers):
    chosen, notes = diagnosing.read_answers(answers, ASKED)
    report = diagnosing.score(ASKED, chosen)
    assert len(chosen) == 10
    assert all(isinstance(note, str) and note.endswith(".") and "\n" not in note for note in notes)
    assert sorted((*report.read, *report.skip)) == list(TEACHING)
    assert report.points + len(report.missed) == 10
    assert json.loads(json.dumps(report.to_record()))["points"] == report.points
    assert diagnosing._report_text(report, notes)
    assert "<script" not in diagnosing.report_html(report, with_other=True)


@given(st.lists(st.one_of(st.none(), st.sampled_from("ABCDabcd"), st.integers(), st.text(), st.floats(), st.binary())))
def test_any_list_gives_a_routing(answers):
    chosen, _ = diagnosing.read_answers(answers, ASKED)
    assert len(chosen) == 10
    assert diagnosing.score(ASKED, chosen).points <= 10


@given(st.lists(st.sampled_from([None, *"ABC"]), min_size=10, max_size=10), st.integers(0, 9))
def test_one_more_right_answer_never_adds_a_lecture(chosen, place):
    better = [*chosen[:place], RIGHT[place], *chosen[place + 1 :]]
    before, after = diagnosing.score(ASKED, chosen), diagnosing.score(ASKED, better)
    assert set(after.read) <= set(before.read)
    assert after.points in (before.points, before.points + 1)


# --------------------------------------------------------------------------------------------------- answers as text


@pytest.mark.parametrize(
    "answers", [RIGHT, RIGHT.lower(), " ".join(RIGHT), ", ".join(RIGHT), list(RIGHT), tuple(RIGHT), f"\n{RIGHT}\n"]
)
def test_spellings_of_the_same_answers(answers):
    assert diagnosing.read_answers(answers, ASKED) == (tuple(RIGHT), [])


@pytest.mark.parametrize("blank", ["-", "_", "?", "."])
def test_a_question_can_be_left_out(blank):
    chosen, notes = diagnosing.read_answers(RIGHT[:9] + blank, ASKED)
    assert chosen == (*RIGHT[:9], None)
    assert notes == []


@pytest.mark.parametrize(
    ("answers", "given", "words"),
    [
        (RIGHT[:9] + "X", 9, ["Question 10: 'X' is not among A, B, C and D"]),
        ("1" + RIGHT[1:], 9, ["Question 1: '1' is not among"]),
        ([1, *RIGHT[1:]], 9, ["Question 1: 1 is not among"]),
        ([["A"], *RIGHT[1:]], 9, ["Question 1: ['A'] is not among"]),
        (RIGHT[:4], 4, ["10 questions and 4 answers: the others count as not given"]),
        (RIGHT + "AB", 10, ["10 questions and 12 answers: those at the end are left out"]),
        ("XY", 0, ["Question 1", "Question 2", "2 answers"]),
        (7, 0, ["of type int"]),
        ({"a": 1}, 0, ["of type dict"]),
        (..., 0, ["No answers yet"]),
        ("...", 0, ["No answers yet"]),
        ("----------", 0, ["No answers yet"]),
        ("", 0, ["No answers yet"]),
        ([], 0, ["No answers yet"]),
    ],
)
def test_what_is_no_answer_gets_a_sentence_and_counts_as_not_given(answers, given, words):
    chosen, notes = diagnosing.read_answers(answers, ASKED)
    assert sum(letter is not None for letter in chosen) == given
    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))


def test_an_option_that_this_question_does_not_have():
    place = next(n for n, one in enumerate(ASKED) if len(one.question.options) == 3)
    chosen, notes = diagnosing.read_answers(RIGHT[:place] + "D" + RIGHT[place + 1 :], ASKED)
    assert chosen[place] is None
    assert notes == [f"Question {place + 1}: 'D' is not among A, B and C, so it counts as not given."]


# --------------------------------------------------------------------------------------------------- what is shown


def test_without_a_learner_the_questions_are_shown_and_no_answers(shown, monkeypatch):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    diagnostic()
    ((page, text),) = shown
    for one in ASKED:
        assert one.question.text in text
        for option in one.question.options:
            assert option.text in text
            assert option.feedback not in text
            assert option.feedback not in page
    assert 'diagnostic(answers="----------")' in text


def test_answers_are_scored_routed_and_followed_by_the_other_question(shown, learner_there):
    diagnostic(answers=RIGHT[:8] + WRONG[8:])
    ((page, text),) = shown
    assert "8 of 10 right (easy 4 of 4, medium 4 of 4, hard 0 of 2)." in text
    for place in (8, 9):
        assert ASKED[place].question.lettered()[WRONG[place]].feedback in text
        assert ASKED[place].other.text in text
    assert ASKED[0].question.text not in text
    assert page.count("Try it once more") == 2
    kept = json.loads(learner_there.read_text(encoding="utf-8"))["diagnostic"]["first"]
    assert kept["points"] == 8
    assert kept["read"] == [ASKED[n].item.lesson for n in (9, 8)] == ["05_value_and_threshold", "07_when_not_to_clip"]
    assert kept["answers"][ASKED[8].item.id] == WRONG[8]
    assert len(kept["misconceptions"]) == 2


def test_all_right_says_so(shown, learner_there):
    diagnostic(answers=RIGHT)
    ((_, text),) = shown
    assert "10 of 10 right" in text
    assert "Nothing to read first" in text
    assert "08_review" in text


def test_a_second_result_keeps_the_points_of_the_first(shown, learner_there):
    for answers in (WRONG, RIGHT[:5], RIGHT):
        diagnostic(answers=answers)
    kept = json.loads(learner_there.read_text(encoding="utf-8"))["diagnostic"]["first"]
    assert (kept["earlier"], kept["points"]) == ([0, 5], 10)


def test_the_second_round_has_a_record_of_its_own(shown, learner_there):
    diagnostic(answers="A" * 10, retry=True)
    assert list(json.loads(learner_there.read_text(encoding="utf-8"))["diagnostic"]) == ["retry"]
    assert diagnosing.questions(retry=True)[0].question.text in shown[0][1] or "10 of 10" in shown[0][1]


@pytest.mark.parametrize("record", [3, {}, {"points": "many"}, {"points": 3, "earlier": 4}, []])
def test_a_record_of_another_form_does_no_harm(record, shown, learner_there):
    learner_there.write_text(json.dumps({"diagnostic": {"first": record}}), encoding="utf-8")
    diagnostic(answers=RIGHT)
    assert json.loads(learner_there.read_text(encoding="utf-8"))["diagnostic"]["first"]["points"] == 10


@pytest.mark.parametrize("answers", [..., "", "??", 5, "XXXX"])
def test_without_any_answer_the_questions_are_shown_and_nothing_is_kept(answers, shown, learner_there):
    diagnostic(answers=answers)
    ((_, text),) = shown
    assert ASKED[9].question.text in text
    assert not learner_there.exists()


def test_many_bad_answers_are_not_all_listed(shown, learner_there):
    diagnostic(answers="A" + "x" * 500)
    ((_, text),) = shown
    assert text.count("is not among") == 9


# ---------------------------------------------------------------------------------------------------- the form


FORM = """
from IPython.core.getipython import get_ipython
from unittest import mock
from autograder.learning import diagnosing
with mock.patch("IPython.display.display") as display:
    diagnosing.diagnostic()
(form,) = display.call_args.args
*rows, button, result = form.children
boxes = [row for row in rows if hasattr(row, "children")]
assert len(boxes) == 10
button.click()
print("without an answer:", result.children[0].value)
for box, letter in zip(boxes, {letters!r}):
    box.children["ABCD".index(letter)].click()
print("chosen:", boxes[0].children["ABCD".index({letters!r}[0])].description)
button.click()
print("score:", result.children[0].value[:80])
print("retries:", len(result.children) - 1)
if result.children[1:]:
    heading, options, check, state = result.children[1].children
    check.click()
    print("check:", state.value)
    options.children[0].click()
    check.click()
    print("check:", state.value)
boxes[0].children["ABCD".index({letters!r}[0])].click()
print("taken back:", boxes[0].children["ABCD".index({letters!r}[0])].description)
"""


@pytest.mark.slow
def test_the_form_is_answered_scored_and_followed_by_retries(monkeypatch, tmp_path):
    monkeypatch.setenv(learner.VARIABLE, "present")
    cell = nbformat.v4.new_code_cell(FORM.format(letters=RIGHT[:8] + WRONG[8:]))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    done = papermill.execute_notebook(notebook, None, cwd=tmp_path, kernel_name="python3", progress_bar=False)
    said = "".join(output.get("text", "") for output in done.cells[0].outputs)
    assert "without an answer: <p role='status'>No answers yet" in said
    assert f"chosen: ✓ {RIGHT[0]}" in said
    assert "8 of 10 right" in said
    assert "retries: 2" in said
    assert "Nothing chosen yet." in said
    assert said.count("check:") == 2
    assert f"taken back: {RIGHT[0]}" in said
    kept = json.loads((tmp_path / ".progress.json").read_text(encoding="utf-8"))
    assert kept["diagnostic"]["first"]["points"] == 8
