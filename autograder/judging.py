"""From observations to a result: which parts are right, and which misconception explains the rest. Only compares."""

import textwrap
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from .packaged import packaged

MIME_TYPE = "application/vnd.autograder.result+json"

# Validate's dialog does not wrap lines, and `nbgrader validate` cuts them off after 83 signs.
_WIDTH = 80


@dataclass(frozen=True)
class Misconception:
    """A way to go wrong, in the words of the course. Texts may name details that an observation supplies, as {line}."""

    code: str
    title: str
    symptom: str
    cause: str
    next_action: str
    lesson: str


class Finding(Misconception):
    """A misconception seen in one answer, its texts filled in with what was observed."""


@dataclass(frozen=True)
class Verdict:
    """What an exercise's judge decides: `parts` maps each part to right or wrong; `diagnoses` lists, most likely first,
    (code, details, parts that it explains); `recorded_only` says that nothing but the answer's form was judged."""

    parts: dict[str, bool]
    diagnoses: list[tuple[str, dict[str, Any], frozenset[str]]] = field(default_factory=list)
    recorded_only: bool = False


@dataclass(frozen=True)
class Result:
    """What became of one check.

    `parts` maps each judged part of the exercise to whether it is right; `findings` lists what went wrong, most likely
    first; `trace` lists the events seen in a watched call with a large gradient, each with the `grad_norm` right after
    it, and `should_be` those of the reference (empty where the order is what the exercise asks for). `recorded_only`
    says that `passed` is about the answer's form alone: it is graded where the student is not.
    """

    exercise: str
    title: str
    parts: dict[str, bool]
    part_titles: dict[str, str]
    findings: list[Finding]
    trace: list[dict] = field(default_factory=list)
    should_be: list[dict] = field(default_factory=list)
    protected: bool = False
    recorded_only: bool = False

    @property
    def passed(self) -> bool:
        return bool(self.parts) and all(self.parts.values())

    def to_json(self) -> dict:
        """Plain data for grading records: never an expected value, never a checker's source."""
        return {
            "exercise": self.exercise,
            "passed": self.passed,
            "parts": self.parts,
            "findings": [asdict(finding) for finding in self.findings],
            "trace": self.trace,
            "protected": self.protected,
        }

    def message(self) -> str:
        """The verdict in words: what happened, the likely cause, what to try next; in lines of at most 80 signs."""
        if self.passed and self.recorded_only:
            return f"✓ {self.title}: recorded. It is graded later; this says nothing about right or wrong."
        if self.passed:
            return f"✓ {self.title}: right."
        finding = self.findings[0]
        right = [self.part_titles[name] for name, ok in self.parts.items() if ok]
        lines = [
            _wrapped("✗ ", f"{self.title}: {finding.title}"),
            _wrapped("  What happened: ", finding.symptom),
            _wrapped("  Likely cause:  ", finding.cause),
            _wrapped("  Try next:      ", finding.next_action),
            _wrapped("  Read again:    ", f"lecture {finding.lesson}"),
        ]
        if right:
            lines.append(_wrapped("  Already right: ", ", ".join(right)))
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        from .presenting import mimebundle

        return mimebundle(self)


def stopped(exercise: Any, code: str, details: dict[str, Any], part: str | None = None) -> Result:
    """The result of an answer that could not be observed to the end: no part is right, and `code` says why."""
    nothing = dict.fromkeys(exercise.PARTS, False)
    verdict = Verdict(nothing, [(code, details, frozenset(nothing))])
    return _result(exercise, verdict, part, [], [])


def judge(exercise: Any, observations: dict, expected: dict, part: str | None = None) -> Result:
    """Compare what was observed with what was expected of an exercise (one of `autograder.exercises`)."""
    should_be = expected["reference"]["trace"] if exercise.SHOWS_ORDER else []
    verdict = exercise.judge(observations, annotated(expected))
    return _result(exercise, verdict, part, observations.get("trace", []), should_be)


def annotated(expected: dict) -> dict:
    """What is expected of a challenge, with its notes put into what was given.

    `notes` are of the form of `given`. They hold what explanations alone need, such as the right gradients, and what
    therefore is not handed to the answer's process.
    """
    return {**expected, "given": _joined(expected["given"], expected.get("notes", {}))}


def _joined(given: Any, notes: Any) -> Any:
    if isinstance(given, list):
        return [_joined(one, note) for one, note in zip(given, notes, strict=True)]
    return given | {name: _joined(given[name], note) if name in given else note for name, note in notes.items()}


def _result(exercise: Any, verdict: Verdict, part: str | None, trace: list[dict], should_be: list[dict]) -> Result:
    parts = {name: ok for name, ok in verdict.parts.items() if part in (None, name)}
    wrong = {name for name, ok in parts.items() if not ok}
    findings = []
    for code, details, explains in verdict.diagnoses:
        if explains & wrong and code not in {finding.code for finding in findings}:
            findings.append(find(exercise.MISCONCEPTIONS, code, details))
    return Result(
        exercise=exercise.ID,
        title=exercise.TITLE if part is None else f"{exercise.TITLE}, {exercise.PARTS[part]}",
        parts=parts,
        part_titles=dict(exercise.PARTS),
        findings=findings,
        trace=trace,
        should_be=should_be,
        recorded_only=verdict.recorded_only,
    )


# Texts for what may happen to any answer, in the package that observes it.
_ANY_ANSWER = "autograder.probing"


@cache
def catalogue(packages: tuple[str, ...]) -> dict[str, Misconception]:
    """The misconceptions in packages' `misconceptions.yaml`, by code; the first package to name a code has its say."""
    entries: dict[str, dict[str, str]] = {}
    for package in reversed(packages):
        entries |= packaged(package, "misconceptions.yaml")
    return {code: Misconception(code=code, **texts) for code, texts in entries.items()}


def find(packages: tuple[str, ...], code: str, details: dict[str, Any]) -> Finding:
    """The finding for a code, its texts filled in. A text that names a detail not supplied keeps to its plain form."""
    entry = catalogue((*packages, _ANY_ANSWER))[code]
    known = _Details(details)
    return Finding(**{name: text.format_map(known) for name, text in asdict(entry).items()})


def _wrapped(label: str, text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)


class _Details(dict):
    def __missing__(self, key: str) -> str:
        return "…"
