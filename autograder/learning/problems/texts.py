"""The practice problems as `problems.yaml` has them, with every number filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ...packaged import packaged
from .. import markup
from .solving import SOLVERS, Solution, Value

STAGES = ("worked", "faded", "whole")
LETTERS = "ABCD"


class UnknownProblem(LookupError):
    """There is no such problem; says which ones there are, in one sentence."""


@dataclass(frozen=True)
class Mistake:
    """A common mistake: what it is, and why it is one."""

    says: str
    why: str


@dataclass(frozen=True)
class Option:
    """One option of a choice; `mistake` is the code of the mistake behind it, "" if it is right."""

    text: str
    mistake: str


@dataclass(frozen=True)
class Step:
    """A step of a solution: what is asked, and how it is worked out.

    form: "number", "list", "range" (any number from `right[0]` to `right[1]`), "choice" (`right` is a letter), or ""
    for a step of code, which is not asked on its own.
    """

    name: str
    form: str
    ask: str
    work: str
    right: Value | str
    wrong: Mapping[str, list[Any]]
    options: Mapping[str, Option] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One of the three forms of a problem. Of the steps, those whose names are `asked` are the learner's."""

    name: str
    story: str
    code: str
    answer: str
    steps: tuple[Step, ...]
    asked: tuple[str, ...]

    @property
    def function(self) -> str:
        """The name of the function that is to be written."""
        return self.code.partition("(")[0].removeprefix("def ")

    @property
    def asked_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.name in self.asked)


@dataclass(frozen=True)
class Problem:
    """A practice problem. `is_code`: the answer is a function."""

    number: int
    id: str
    title: str
    difficulty: str
    lesson: str
    about: str
    hint: str
    stages: Mapping[str, Stage]
    mistakes: Mapping[str, Mistake]
    is_code: bool


@cache
def problems() -> tuple[Problem, ...]:
    """All problems, in their order."""
    return tuple(_problem(number, raw) for number, raw in enumerate(packaged(__package__, "problems.yaml"), 1))


def find(problem: object) -> Problem:
    """The problem of this number or name. Raises UnknownProblem."""
    for one in problems():
        if problem == one.id or (problem == one.number and not isinstance(problem, bool)):
            return one
    listed = ", ".join(f"{one.number} ({one.id})" for one in problems())
    asked = f"There is no practice problem {_short(problem)}; there are" if problem is not None else "Choose one of"
    raise UnknownProblem(f"{asked} {listed}.")


class _Number(float):
    """A number that formats for people: 3,325 or 5.7×10⁸."""

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec.endswith("%") else markup.number(float(self), spec or ".4g")


class _Vector(tuple):
    """Numbers in brackets, each in the format that is asked for; or such vectors, one after the other."""

    def __format__(self, spec: str) -> str:
        if isinstance(self[0], list | tuple):
            *first, last = (format(_Vector(entry), spec) for entry in self)
            return f"{', '.join(first)} and {last}"
        largest = max(map(abs, self))
        entries = (entry if abs(entry) > 1e-9 * largest else 0.0 for entry in self)
        return f"({', '.join(markup.number(float(entry), spec or '.5g') for entry in entries)})"


def _filled(value: Any) -> Any:
    if isinstance(value, int | float):
        return _Number(value)
    return _Vector(value) if isinstance(value, list | tuple) else value


def _short(value: object) -> str:
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}…"


def _problem(number: int, raw: Mapping[str, Any]) -> Problem:
    return Problem(
        number,
        **{key: raw[key] for key in ("id", "title", "difficulty", "lesson", "about", "hint")},
        stages={name: _stage(name, raw) for name in STAGES},
        mistakes={code: Mistake(**texts) for code, texts in raw["mistakes"].items()},
        is_code=raw["id"] not in SOLVERS,
    )


def _stage(name: str, raw: Mapping[str, Any]) -> Stage:
    stage = raw["stages"][name]
    given = stage.get("given", {})
    solver = SOLVERS.get(raw["id"])
    solution = solver(given) if solver else Solution({}, {})
    numbers = {key: _filled(value) for key, value in (given | solution.shown | solution.right).items()}
    steps = tuple(_step(step, stage, solution, numbers) for step in raw["steps"])
    if "solution" in stage:
        steps = (*steps[:-1], Step("code", "", steps[-1].ask, stage["solution"], "", {}))
    elif solver is None and name == "worked":
        steps = (*steps[:-1], Step("code", "", steps[-1].ask, stage["code"], "", {}))
    return Stage(
        name,
        stage["story"].format_map(numbers),
        stage.get("code", ""),
        stage.get("answer", "").format_map(numbers),
        steps,
        tuple(stage.get("asked", ())),
    )


def _step(raw: Mapping[str, Any], stage: Mapping[str, Any], solution: Solution, numbers: Mapping[str, Any]) -> Step:
    form, right = raw.get("form", ""), solution.right.get(raw["name"], "")
    if not form:
        return Step(raw["name"], "", raw["ask"], raw["work"], "", {})
    if form != "choice":
        wrong = solution.wrong[raw["name"]]
        return Step(raw["name"], form, raw["ask"].format_map(numbers), raw["work"].format_map(numbers), right, wrong)
    choice = stage["choice"]
    options = {
        letter: Option(option["text"].format_map(numbers), option.get("mistake", ""))
        for letter, option in zip(LETTERS, choice["options"], strict=False)
    }
    right = next(letter for letter, option in options.items() if not option.mistake)
    return Step(
        raw["name"],
        form,
        choice["question"].format_map(numbers),
        f"{right}: {options[right].text}.",
        right,
        {option.mistake: [letter] for letter, option in options.items() if option.mistake},
        options,
    )
