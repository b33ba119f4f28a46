"""What is right about the answers to a stage of a practice problem, and which mistake a wrong one looks like."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import progress
from . import sequences
from .texts import Problem, Stage, Step

TOLERANCE = 0.01  # of the right number; in a list, of its largest entry
RIGHT, WRONG, UNUSABLE, BLANK = "right", "wrong", "unusable", "blank"

_BLANKS = "-–—_?.… "


@dataclass(frozen=True)
class Verdict:
    """On the answer to one step (or on a function, with step None): a state, a sentence or two, the answer as read."""

    step: Step | None
    state: str
    sentence: str
    value: Any = None


@dataclass(frozen=True)
class Report:
    """On the answers to a stage. `tries` counts those that were complete enough to be looked at."""

    stage: Stage
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    tries: int

    @property
    def right(self) -> bool:
        return all(verdict.state == RIGHT for verdict in self.verdicts)


@dataclass(frozen=True)
class Kept:
    """How a stage went so far: how often it was tried, whether it was ever all right, and the last answers by name."""

    tries: int
    done: bool
    answers: Mapping[str, Any]


def report(problem: Problem, stage_name: str, answer: object) -> Report:
    """Judge what was answered, and keep how it went. Never raises."""
    stage = problem.stages[stage_name]
    if problem.is_code:
        notes, verdicts = [], [_judge_function(problem, stage, answer)]
    else:
        given, notes = _assigned(stage, answer)
        verdicts = [_judge_one(problem, step, given.get(step.name)) for step in stage.asked_steps]
    before = kept(problem, stage_name)
    found = Report(stage, tuple(verdicts), tuple(notes), before.tries)
    if any(verdict.state in (RIGHT, WRONG) for verdict in verdicts):
        found = replace(found, tries=before.tries + 1)
        found = replace(found, notes=(*notes, _keep(problem, found, before.done or found.right)))
    return found


def kept(problem: Problem, stage_name: str) -> Kept:
    """How a stage went so far."""
    record = _record(problem).get(stage_name)
    record = record if isinstance(record, dict) else {}
    tries, answers = record.get("tries"), record.get("answers")
    return Kept(
        tries if type(tries) is int else 0,
        record.get("done") is True,
        answers if isinstance(answers, dict) else {},
    )


def _record(problem: Problem) -> dict[str, Any]:
    record = progress.get("problems", problem.id)
    return record if isinstance(record, dict) else {}


def _keep(problem: Problem, found: Report, done: bool) -> str:
    answers = {one.step.name: one.value for one in found.verdicts if one.step and one.value is not None}
    stage = {"tries": found.tries, "done": done, "answers": answers}
    return progress.keep("problems", problem.id, {**_record(problem), found.stage.name: stage})


# ----------------------------------------------------------------------------------------------------------- functions


def _judge_function(problem: Problem, stage: Stage, answer: object) -> Verdict:
    name = stage.function
    if answer is ...:
        return Verdict(None, BLANK, f"No function yet: write `{name}`, run its cell, then this one.")
    if not callable(answer):
        kind = type(answer).__name__
        return Verdict(None, UNUSABLE, f"Give the function itself, `{name}` without brackets; this is of type {kind}.")
    code, said = sequences.judge(stage.name, answer)
    sentences = {
        sequences.RIGHT: "The weights go where clipping to norm 5 takes them, with long and with short gradients.",
        sequences.UNANSWERED: f"Not answered yet: `{name}` returns `...`. Mend it, run its cell, then this one.",
        sequences.STOPPED: f"Your function does not get to its end: {said}.",
        sequences.UNKNOWN: "The weights go elsewhere than with a step clipped to norm 5. Follow `.grad` line by line: "
        "who writes it, and who reads it?",
    }
    states = {sequences.RIGHT: RIGHT, sequences.UNANSWERED: BLANK}
    return Verdict(None, states.get(code, WRONG), sentences[code] if code in sentences else _named(problem, code))


# ------------------------------------------------------------------------------------------------------------- values


def _assigned(stage: Stage, answer: object) -> tuple[dict[str, Any], list[str]]:
    """What was given for each step that is asked, by its name, and a sentence on what does not fit."""
    names = [step.name for step in stage.asked_steps]
    if answer is ...:
        return {}, []
    if isinstance(answer, Mapping):
        unknown = [str(key)[:40] for key in answer if key not in names]
        note = [f"There is no question {' or '.join(unknown)} here; the questions are {', '.join(names)}."]
        return {key: value for key, value in answer.items() if key in names}, note * bool(unknown)
    if not isinstance(answer, list | tuple):
        kind = type(answer).__name__
        return {}, [f"Give a list with one answer for each of the {len(names)} questions; this is of type {kind}."]
    note = [f"There are {len(names)} questions and {len(answer)} answers: give None for one that you leave out."]
    return dict(zip(names, answer, strict=False)), note * (len(answer) != len(names))


def _judge_one(problem: Problem, step: Step, answer: object) -> Verdict:
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip(_BLANKS)):
        return Verdict(step, BLANK, "not answered yet")
    value, trouble = _read(step, answer)
    if trouble:
        return Verdict(step, UNUSABLE, trouble)
    if is_right(step, value):
        return Verdict(step, RIGHT, "right", value)
    for code, values in step.wrong.items():
        if any(_alike(value, wrong) for wrong in values):
            return Verdict(step, WRONG, _named(problem, code), value)
    if step.form == "range":
        low, _ = step.right
        return Verdict(step, WRONG, _named(problem, "below" if value < low else "above"), value)
    slip = "Not this. It is none of the mistakes that are common here, so look for a slip first."
    return Verdict(step, WRONG, slip, value)


def is_right(step: Step, value: Any) -> bool:
    """Whether a value, of the form that the step asks for, is right."""
    if step.form == "range":
        low, high = step.right
        return low * (1 - 1e-9) <= value <= high * (1 + 1e-9)
    return _alike(value, step.right)


def _alike(value: Any, other: Any) -> bool:
    if isinstance(other, str):
        return value == other
    if isinstance(other, tuple):
        largest = max(map(abs, other))
        return all(math.isclose(a, b, abs_tol=TOLERANCE * largest) for a, b in zip(value, other, strict=True))
    return math.isclose(value, other, rel_tol=TOLERANCE, abs_tol=1e-12)


def _named(problem: Problem, code: str) -> str:
    mistake = problem.mistakes[code]
    return f"It looks like this: {mistake.says}. {mistake.why}"


def _read(step: Step, answer: object) -> tuple[Any, str]:
    """The answer in the form that the step asks for; or None, and a sentence."""
    if step.form == "choice":
        said = answer.strip().strip("().:").upper() if isinstance(answer, str) else None
        letters = list(step.options)
        if said in letters:
            return said, ""
        return None, f"{_short(answer)} is not among {', '.join(letters[:-1])} and {letters[-1]}: give one letter."
    if step.form != "list":
        return _read_number(answer)
    count = len(step.right)
    entries = answer.tolist() if hasattr(answer, "tolist") else answer
    if not isinstance(entries, Sequence) or isinstance(entries, str | bytes):
        return None, f"A list of {count} numbers is asked for, such as {list(range(1, count + 1))}."
    if len(entries) != count:
        return None, f"A list of {count} numbers is asked for, and this has {len(entries)}."
    read = [_read_number(entry) for entry in entries]
    trouble = next((trouble for _, trouble in read if trouble), "")
    return (None if trouble else tuple(number for number, _ in read)), trouble


def _read_number(answer: object) -> tuple[float | None, str]:
    if isinstance(answer, str):
        return None, f"{_short(answer)} is a text: a number looks like 2.5 or 1e-5, without quotation marks."
    if isinstance(answer, bool) or not hasattr(answer, "__float__"):
        return None, f"One number is asked for; this is of type {type(answer).__name__}."
    try:
        number = float(answer)
    except Exception:
        return None, "One number is asked for, and this cannot be read as one."
    if not math.isfinite(number):
        return None, f"{number} is no number to compare with: there is a finite answer."
    return number, ""


def _short(value: object) -> str:
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 30 else f"{shown[:30]}…"
