"""How each exercise of a notebook went, as a student is told: what was seen, why most likely, and what to do next.

What was found out is in the record of the submission, and in the outputs that the grader wrote to the test cells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from nbformat import NotebookNode

from ... import exercises
from ...judging import MIME_TYPE, Misconception
from ..observations import known_events
from ..records import entry_of_output
from ..repair import is_test, label
from .marks import Mark, Marks

_NOT_GRADED = "This answer is not graded yet: your instructor will see to it."
_LONGEST = 1000  # characters of one sentence, where a student's own process may have made it


@dataclass(frozen=True)
class Part:
    """What one test cell looked at. `right` is None while nobody and nothing has graded it."""

    grade_id: str
    title: str
    right: bool | None
    mark: Mark


@dataclass
class Explanation:
    """One thing that went wrong, and the parts of the exercise that it concerns. Where there is no `finding`, all that
    is known is the `sentence`."""

    parts: list[Part]
    finding: Misconception | None = None
    sentence: str = ""
    trace: list[dict] = field(default_factory=list)
    should_be: list[dict] = field(default_factory=list)


@dataclass
class Exercise:
    """An exercise with its parts, and what explains those that are not right."""

    title: str
    parts: list[Part] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)

    @property
    def right(self) -> bool | None:
        states = [part.right for part in self.parts]
        return None if None in states and False not in states else all(states)

    @property
    def points(self) -> float:
        return sum(part.mark.points for part in self.parts)

    @property
    def out_of(self) -> float:
        return sum(part.mark.out_of for part in self.parts)


def explain(notebook: NotebookNode, record: dict[str, dict], marks: Marks) -> list[Exercise]:
    """The exercises that test cells judge, in the notebook's order.

    Args:
        record: what the record says of the test cells, by grade id; what it does not say, the outputs do.
    """
    found: dict[str, Exercise] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or not is_test(cell) or label(cell) not in marks.cells:
            continue
        entry = record.get(label(cell)) or entry_of_output(cell)
        title, part_title = _titles(entry)
        part = Part(label(cell), part_title, entry["right"], marks.cells[label(cell)])
        exercise = found.setdefault(entry["exercise"], Exercise(title))
        exercise.parts.append(part)
        if part.right is not True:
            _add(exercise.explanations, _explanation(part, entry, cell))
    return list(found.values())


def _titles(entry: dict) -> tuple[str, str]:
    try:
        task = exercises.get(entry["exercise"])
    except LookupError:  # an instructor's own test
        return entry["exercise"], ""
    return task.TITLE, task.PARTS.get(entry["part"], "")


def _explanation(part: Part, entry: dict, cell: NotebookNode) -> Explanation:
    if part.right is None:
        return Explanation([part], sentence=_NOT_GRADED)
    said = next(_results(cell), {})
    trace = known_events(entry.get("trace", said.get("trace")))
    should_be = known_events(entry.get("should_be"))
    if _rounded(trace) == _rounded(should_be):
        trace = should_be = []
    return Explanation([part], _finding(said), entry["title"][:_LONGEST], trace, should_be)


def _results(cell: NotebookNode) -> Iterable[dict]:
    for output in cell.outputs:
        said = output.get("data", {}).get(MIME_TYPE)
        if isinstance(said, dict):
            yield said


def _finding(said: dict) -> Misconception | None:
    """The first finding of a result. Where a student's own process made it, it may be anything."""
    match said.get("findings"):
        case [dict() as first, *_]:
            texts = [first.get(one.name) for one in fields(Misconception)]
            if all(isinstance(text, str) for text in texts):
                return Misconception(*(text[:_LONGEST] for text in texts))
    return None


def _rounded(events: list[dict]) -> list[tuple]:
    return [(event["event"], event["grad_norm"] and f"{event['grad_norm']:.3g}") for event in events]


def _add(explanations: list[Explanation], new: Explanation) -> None:
    """What explains several parts is said once."""
    for known in explanations:
        if (known.finding, known.sentence) == (new.finding, new.sentence):
            known.parts += new.parts
            return
    explanations.append(new)
