"""After a notebook has run: judge what was observed, and write the outputs of the test cells that are scored.

This happens in the grader's process, which never ran a line of the student's. Whatever a protected test cell has for
outputs is discarded: it has the grader's own, and a pass is a judgement that was made.
"""

from dataclasses import dataclass, replace

from nbformat import NotebookNode, from_dict
from nbgrader.preprocessors import NbGraderPreprocessor

from .. import exercises, judging
from ..checking import SECONDS
from ..judging import Result
from ..presenting import plain_bundle
from . import observations
from .execute import Seen
from .observations import Malformed
from .prepare import Trial
from .records import entry_of_output
from .repair import is_test, label
from .testcells import protected

_NOT_GRADED = "This answer is not graded yet: your instructor will see to it."


@dataclass(frozen=True)
class Judgement:
    """What became of one test cell: the `result`, or the `problem` that keeps an instructor from having one; with the
    code of what `stopped` the observation, if something did."""

    result: Result | None = None
    problem: str = ""
    stopped: str = ""


def judge(trial: Trial, seen: Seen) -> Judgement:
    """Judge one test cell on what its answer showed. Nothing is right unless its observations say so."""
    if trial.problem or trial.challenge is None:
        return Judgement(problem=trial.problem or "No challenge was drawn: grade again.")
    task, expected = exercises.get(trial.check.exercise), trial.challenge.expected
    code = seen.stopped
    if seen.message is not None:
        try:
            result = _judge(task, seen.message, expected, trial.check.part)
            if result is None:
                return Judgement(problem=f"“{task.ID}” cannot be judged here: grade it by hand.")
            if isinstance(result, Result):
                return Judgement(replace(result, protected=True))
            code = result
        except Malformed:
            code = "malformed"
    details = {"seconds": SECONDS, "name": trial.check.answer}
    stopped = judging.stopped(task, code or "not-observed", details, trial.check.part)
    return Judgement(replace(stopped, protected=True), stopped=code or "not-observed")


def _judge(task, message: str, expected: dict, part: str | None) -> Result | str | None:
    """The result; or the code of why there are no observations; or None for one that says nothing about right or
    wrong. Raises Malformed."""
    envelope = observations.read(message)
    if envelope.get("missing") is True:
        return "name-missing"
    if envelope.get("too_slow") is True:
        return "too-slow"
    try:
        seen = observations.fit(envelope.get("observations"), task, expected)
        result = judging.judge(task, seen, expected, part)
        result.message()  # made of what was observed, too
    except Exception as error:  # an exercise's judge relies on the form that its own probe gives
        raise Malformed(f"{type(error).__name__}: {error}") from None
    if result.recorded_only:
        return None
    if set(result.parts) != ({part} if part else set(task.PARTS)):
        raise Malformed("parts are missing")
    if any(result.parts.values()):
        observations.require_whole(seen, expected)
    return result


class Verify(NbGraderPreprocessor):
    """Comes after Execute: judges each protected test cell and writes its outputs.

    Leaves in `resources["autograder"]` what was `found`, for the submission's record, and the `ungraded` test cells,
    which a person has to score.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        ours = resources.setdefault("autograder", {})
        trials, seen = ours.get("trials", {}), ours.get("seen", {})
        ours["ungraded"], cells = [], {}
        for cell in nb.cells:
            name = label(cell)
            if check := protected(cell):
                trial = trials.get(name, Trial(check, problem="It was not prepared for grading: grade it again."))
                judgement = judge(trial, seen.get(name, Seen(stopped="not-observed")))
                cell.outputs, cell.execution_count = outputs(judgement), None
                cells[name] = _entry(trial, judgement)
                if judgement.result is None:
                    ours["ungraded"].append(name)
            elif cell.cell_type == "code" and is_test(cell):
                cells[name] = entry_of_output(cell)
        ours["found"] = {"cells": cells, "notes": ours.get("ended", []), "sandboxed": ours.get("sandboxed", False)}
        return nb, resources


def outputs(judgement: Judgement) -> list[NotebookNode]:
    """The outputs of a test cell: for nbgrader, an error is no points, and none is all of them."""
    result = judgement.result
    if result is None:
        return [_error("NotGraded", _NOT_GRADED)]
    bundle = plain_bundle(result, with_message=result.passed)
    shown = NotebookNode(output_type="display_data", data=from_dict(bundle), metadata=NotebookNode())
    return [shown] if result.passed else [shown, _error("CheckFailed", result.message())]


def _error(name: str, message: str) -> NotebookNode:
    """An output as nbformat makes it, which also validates it; that is done with the whole notebook."""
    return NotebookNode(output_type="error", ename=name, evalue=message, traceback=message.splitlines())


def _entry(trial: Trial, judgement: Judgement) -> dict:
    """What the record keeps of a test cell."""
    result, challenge = judgement.result, trial.challenge
    known = {"exercise": trial.check.exercise, "part": trial.check.part, "protected": True}
    known |= {"challenge": challenge.id if challenge else None, "stopped": judgement.stopped}
    if result is None:
        return known | {"right": None, "code": "", "title": judgement.problem}
    first = result.findings[0] if result.findings else None
    return known | {
        "right": result.passed,
        "code": first.code if first else "",
        "title": first.title if first else "",
        "findings": [finding.code for finding in result.findings],
        "trace": result.trace,
        "should_be": result.should_be,
    }
