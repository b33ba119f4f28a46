"""The recorded runs can be told apart by their numbers, and the key says of them what is true."""

import json
import math
import re
import statistics
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from autograder import authoring, check
from autograder.exercises.diagnose_runs import task
from autograder.exercises.diagnose_runs.solutions import FIXES, RECORD, RUNS, ends_at, record, train
from autograder.grading.keys import read_key
from autograder.learning.runs import Run, recorded

ROOT = Path(__file__).parents[3]
KEY = read_key(task, ROOT)
SIX = [f"run_{n}" for n in range(1, 7)]
CAUSE = {"healthy": "I", "worked": "D", "faded": "G"} | {name: KEY[name]["cause"]["right"] for name in SIX}


def near(a: list[float], b: list[float]) -> bool:
    """Whether two columns agree within the rounding of the record."""
    return all(math.isclose(x, y, rel_tol=2e-3) for x, y in zip(a, b, strict=True))


class Seen:
    """The columns of a run up to its last finite step, and what is often asked of them."""

    def __init__(self, run: Run) -> None:
        self.run, self.max_norm, self.scale, self.lost = run, run.max_norm, run.scale, run.lost
        until = run.lost - 1 if run.lost else None
        for column, numbers in run.log.items():
            setattr(self, column, numbers[:until])
        self.ratio = [front / back for front, back in zip(self.front, self.back, strict=True)]
        self.first = statistics.mean(self.loss[:20])
        self.last = statistics.mean(self.loss[-20:])

    def unclipped(self) -> bool:
        return near(self.used, self.norm)

    def pure(self) -> bool:
        """Whether `.grad` held this batch's gradient and nothing else."""
        return near(self.norm, self.own)

    def leaps(self) -> bool:
        """Whether `front` passes `back`, in a step whose norm is far above and whose loss is near the usual one."""
        return any(
            self.ratio[i] > 1
            and self.norm[i] > 20 * statistics.median(self.norm[:i])
            and self.loss[i] < 4 * statistics.median(self.loss[:i])
            for i in range(5, len(self.norm))
        )

    def climbs(self) -> bool:
        """Whether the norm grows a hundredfold without a leap, and the way back multiplies by the same all the time."""
        steps = [after / before for before, after in pairwise(self.norm)]
        return (
            self.norm[-1] > 100 * self.norm[0] and max(steps) < 2 and max(self.ratio) < 4 * min(self.ratio)
        )  # fmt: skip

    def level(self) -> bool:
        return 0.9 < self.last / self.first < 1.1


SIGNS: dict[str, Callable[[Seen], bool]] = {
    "A": lambda seen: seen.leaps() and not seen.max_norm,
    "B": lambda seen: max(seen.ratio) < 1e-5 and seen.level() and seen.unclipped(),
    "C": lambda seen: any(
        norm > 2 * seen.max_norm and math.isclose(used, norm) and math.isclose(left, seen.max_norm, rel_tol=1e-3)
        for norm, used, left in zip(seen.norm, seen.used, seen.left, strict=True)
    ) if seen.max_norm else False,
    "D": lambda seen: bool(seen.scale) and near(seen.norm, [seen.scale * own for own in seen.own]),
    "E": lambda seen: seen.climbs() and seen.unclipped() and seen.pure(),
    "F": lambda seen: bool(seen.lost) and seen.norm[-1] < statistics.median(seen.norm) and seen.last < 0.2 * seen.first,
    "G": lambda seen: not seen.scale and statistics.median(seen.norm) > 2 * statistics.median(seen.own),
    "H": lambda seen: bool(seen.max_norm) and near(seen.used, [seen.max_norm] * len(seen.used))
    and min(seen.norm) > 20 * seen.max_norm and seen.pure(),
    "I": lambda seen: not seen.lost and seen.last < 0.2 * seen.first,
}  # fmt: skip

REASONS: dict[str, dict[str, Callable[[Seen], bool]]] = {
    "run_1": {
        "1": lambda seen: seen.loss[-1] > 1e5 * seen.loss[0],
        "2": lambda seen: max(seen.ratio) > 1,
        "3": Seen.climbs,
        "4": lambda seen: seen.loss[2] < seen.loss[0] and seen.norm[2] < seen.norm[0],
    },
    "run_2": {
        "1": Seen.level,
        "2": Seen.unclipped,
        "3": lambda seen: statistics.median(seen.used) < 0.5 * statistics.median(seen.norm),
        "4": lambda seen: max(seen.ratio) < 1e-5,
    },
    "run_3": {
        "1": lambda seen: bool(seen.lost),
        "2": lambda seen: seen.leaps() and seen.unclipped() and not seen.max_norm,
        "3": lambda seen: seen.norm[-3] < 2 * statistics.median(seen.norm[:-3]),
        "4": lambda seen: all(seen.norm[i + 5] > seen.norm[i] for i in range(15)),
    },
    "run_4": {
        "1": SIGNS["H"],
        "2": lambda seen: seen.last > 0.85 * seen.first,
        "3": SIGNS["D"],
        "4": lambda seen: bool(seen.max_norm) and max(seen.left) < 1.001 * seen.max_norm,
    },
    "run_5": {
        "1": lambda seen: bool(seen.lost),
        "2": lambda seen: statistics.median(seen.norm[-5:]) > statistics.median(seen.norm[-15:-5]),
        "3": SIGNS["F"],
        "4": lambda seen: bool(seen.max_norm) and max(seen.norm) > seen.max_norm
        and near(seen.used, [min(norm, seen.max_norm) for norm in seen.norm]),
    },
    "run_6": {
        "1": lambda seen: bool(seen.max_norm) and max(seen.left) < 1.001 * seen.max_norm,
        "2": SIGNS["C"],
        "3": lambda seen: bool(seen.max_norm) and max(seen.norm) > 50 * seen.max_norm,
        "4": lambda seen: statistics.median(seen.norm) > 2 * statistics.median(seen.own),
    },
}  # fmt: skip

# What the feedback says in numbers that are neither at one step nor an end, by run.
FACTS: dict[str, dict[str, Callable[[Seen], bool]]] = {
    "run_1": {
        "1/400": lambda seen: min(seen.ratio) > 1 / 400,
        "1/150": lambda seen: max(seen.ratio) < 1 / 150,
    },
    "run_2": {
        "1": lambda seen: max(seen.norm) < 1,
        "0.5": lambda seen: min(seen.loss) > 0.5,
        "1.6": lambda seen: max(seen.loss) < 1.6,
        "120": lambda seen: len(seen.loss) == 120,
    },
    "run_3": {
        "20": lambda seen: max(seen.norm[:20]) < 2 * statistics.median(seen.norm[:20]),
        "33": lambda seen: seen.lost == 33,
    },
    "run_4": {
        "2": lambda seen: max(seen.norm) < 2,
        "0.3": lambda seen: min(seen.loss) > 0.3,
        "1.3": lambda seen: max(seen.loss) < 1.3,
        "120": lambda seen: len(seen.loss) == 120,
        "0.78": lambda seen: f"{seen.first:.2g}" == "0.78",
        "0.71": lambda seen: f"{seen.last:.2g}" == "0.71",
        "20": lambda seen: True,  # the window of both means
    },
    "run_5": {
        "19": lambda seen: seen.run.clipped == 19,
        "20": lambda seen: sum(norm > seen.max_norm for norm in seen.norm[:20]) >= 17,
        "73": lambda seen: len(seen.loss) == 73,
        "74": lambda seen: seen.lost == 74,
    },
    "run_6": {
        "10": lambda seen: seen.max_norm == 10 and 9 < statistics.median(seen.norm[:10]) < 11,
        "25": lambda seen: f"{seen.first:.2g}" == f"{seen.last:.2g}" == "25",
        "20": lambda seen: True,  # the window of both means
    },
}


@pytest.fixture(scope="module")
def seen() -> dict[str, Seen]:
    return {name: Seen(run) for name, run in recorded().items()}


@cache
def end(name: str, fix: str | None = None) -> float:
    return ends_at(FIXES[fix](RUNS[name]) if fix else RUNS[name])


def wrong_options():
    for part, tiers in KEY.items():
        for tier, options in tiers.items():
            for option, behind in options["wrong"].items():
                yield pytest.param(part, tier, option, behind, id=f"{part}-{tier}-{option}")


# -- the recording ---------------------------------------------------------------------------------------------------


def test_the_record_is_what_training_gives_now():
    now = record()
    then = json.loads(RECORD.read_text(encoding="utf-8"))
    assert now.keys() == then.keys()
    for name, run in now.items():
        assert {key: run[key] for key in run if key != "log"} == {key: then[name][key] for key in run if key != "log"}
        for column, numbers in run["log"].items():
            old = [float(number) for number in then[name]["log"][column]]
            new = [float(number) for number in numbers]
            assert [math.isfinite(x) for x in new] == [math.isfinite(x) for x in old]
            finite = [(x, y) for x, y in zip(new, old, strict=True) if math.isfinite(x)]
            assert [x for x, _ in finite] == pytest.approx([y for _, y in finite], rel=2e-3)


def test_the_record_is_small_and_does_not_name_a_cause():
    text = RECORD.read_text(encoding="utf-8")
    assert len(text) < 100_000
    words = set(re.findall("[a-z_]+", re.sub(r'"network":"[^"]*"', "", text)))
    columns = {"loss", "own", "norm", "used", "left", "front", "back"}
    assert words <= columns | {*RUNS, "run_", "log", "max_norm", "scale", "null", "nan", "inf", "e"}


# -- the evidence ----------------------------------------------------------------------------------------------------


def test_each_of_the_six_has_a_cause_of_its_own_and_elimination_does_not_find_it():
    causes = {KEY[name]["cause"]["right"] for name in SIX}
    assert len(causes) == len(SIX)
    assert len(set(task.CAUSES) - causes) >= 3
    assert len({KEY[f"{name}_fix"]["fix"]["right"] for name in SIX}) == len(SIX)


@pytest.mark.parametrize("name", CAUSE)
def test_the_sign_of_one_cause_is_in_the_numbers_and_that_of_no_other(seen, name):
    assert [cause for cause, sign in SIGNS.items() if sign(seen[name])] == [CAUSE[name]]


@pytest.mark.parametrize("name", SIX)
def test_the_right_reason_is_true_of_this_run_alone(seen, name):
    holds = REASONS[name][KEY[name]["reason"]["right"]]
    assert [other for other, its in seen.items() if holds(its)] == [name]


@pytest.mark.parametrize("name", SIX)
def test_a_wrong_reason_is_untrue_or_holds_for_other_runs_too_as_its_code_says(seen, name):
    for option, behind in KEY[name]["reason"]["wrong"].items():
        holds = REASONS[name][option]
        others = [other for other, its in seen.items() if other != name and holds(its)]
        assert holds(seen[name]) == (behind["code"] != "not-in-the-figure")
        assert others or not holds(seen[name])


@pytest.mark.parametrize("name", SIX)
def test_the_right_fix_ends_at_less_than_half_of_what_any_other_does(name):
    right = KEY[f"{name}_fix"]["fix"]["right"]
    assert math.isfinite(end(name, right))
    assert all(end(name, right) < 0.5 * end(name, other) for other in FIXES if other != right)


@pytest.mark.parametrize("name", SIX)
def test_with_its_fix_a_run_does_not_show_the_sign_any_more(name):
    mended = FIXES[KEY[f"{name}_fix"]["fix"]["right"]](RUNS[name])
    its = Seen(Run(name, mended.told, mended.max_norm, mended.scale, train(mended)))
    assert not SIGNS[CAUSE[name]](its)
    assert not its.lost


def test_a_tenth_of_the_threshold_does_not_move_the_weights_of_run_6_otherwise():
    lowered = train(FIXES["B"](RUNS["run_6"]))
    assert lowered["used"] == train(RUNS["run_6"])["used"]
    assert max(lowered["left"]) < 1.01


# -- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "tier", "option", "behind"), wrong_options())
def test_every_number_in_the_feedback_is_in_the_run(seen, part, tier, option, behind):
    name, text = part.removesuffix("_fix"), behind["feedback"]
    its = seen[name]

    def at_a_step(match: re.Match) -> str:
        column, number, step = match.groups()
        assert math.isclose(its.run.log[column][int(step) - 1], float(number), rel_tol=5e-3), match[0]
        return ""

    def as_an_end(match: re.Match) -> str:
        assert f"{end(name, option):.3g}" == match[1]
        return ""

    text = re.sub(r"(\w+)`?(?: is| is only| of)? ([\d.]*\d) at step (\d+)", at_a_step, text)
    text = re.sub(r"ends at ([\d.]*\d)", as_an_end, text)
    for number in re.findall(r"\d+/\d+|\d[\d.]*\d|\d", text):
        assert FACTS[name][number](its), number


@pytest.mark.parametrize(("part", "tier", "option", "behind"), wrong_options())
def test_what_is_said_to_change_nothing_changes_nothing(part, tier, option, behind):
    name, text = part.removesuffix("_fix"), behind["feedback"]
    if re.search("changes? nothing here", text):
        assert end(name, option) == end(name)
    elif "We tried it" in text:
        assert ("ends at" in text) == math.isfinite(end(name, option))


def test_run_5_is_lost_at_the_same_step_with_every_other_rate_and_threshold():
    for fix in "ABD":
        assert next(i for i, x in enumerate(train(FIXES[fix](RUNS["run_5"]))["loss"], 1) if not math.isfinite(x)) == 74


def test_the_words_for_how_fast_run_1_grows_and_how_much_the_fixes_differ(seen):
    losses = seen["run_1"].loss
    assert 1.10 < (losses[-1] / losses[0]) ** (1 / (len(losses) - 1)) < 1.13
    assert end("run_1", "C") > 2 * end("run_1", "A")
    its = seen["run_3"]
    assert 45 < its.norm[30] / its.norm[29] < 55
    assert 3.5 < its.loss[30] / its.loss[29] < 4.5
    assert all(0.19 < ratio < 0.24 for ratio in seen["run_4"].ratio)


@pytest.mark.parametrize(("part", "tier", "option", "behind"), wrong_options())
def test_a_wrong_option_fails_its_part_alone_and_is_told_why_without_the_answer(part, tier, option, behind):
    answer = authoring.answers_of("diagnose_runs").mutants[f"{part}_{tier}_{option}"]
    result = authoring.result("diagnose_runs", answer)
    assert [name for name, right in result.parts.items() if not right] == [part]
    (finding,) = result.findings
    assert finding.code == behind["code"]
    said = " ".join(result.message().split())
    assert " ".join(behind["feedback"].split()) in said
    assert "…" not in said
    assert not re.search(r"\b[B-HJ]\b|\b(option|cause|reason|fix) [A-J\d]\b", behind["feedback"])


def test_the_notebook_takes_the_answer_and_says_nothing_about_it():
    answers = authoring.answers_of("diagnose_runs")
    for answer in (answers.rights["reference"], next(iter(answers.mutants.values()))):
        result = check("diagnose_runs", answer, strict=False)
        assert result.passed
        assert result.recorded_only


@pytest.mark.parametrize(
    ("value", "code"),
    [({"cause": "Z", "reason": "1"}, "not-an-option"), ({"cause": "A", "reason": 5}, "not-an-option"),
     ({"cause": "A"}, "not-implemented"), ({"cause": None, "reason": None}, "not-implemented"),
     (["A", "1"], "not-a-dictionary"), ("A1", "not-a-dictionary")],
)  # fmt: skip
def test_a_malformed_diagnosis_gets_a_sentence_and_counts_as_not_given(value, code):
    answer = authoring.answers_of("diagnose_runs").rights["reference"] | {"run_1": value}
    result = check("diagnose_runs", answer, part="run_1", strict=False)
    assert [finding.code for finding in result.findings] == [code]
    assert check("diagnose_runs", answer, part="run_2", strict=False).passed


def test_small_letters_and_numbers_will_do():
    right = authoring.answers_of("diagnose_runs").rights["reference"]
    written = {
        part: value.lower()
        if isinstance(value, str)
        else {"cause": value["cause"].lower(), "reason": int(value["reason"])}
        for part, value in right.items()
    }
    assert authoring.result("diagnose_runs", written).passed
