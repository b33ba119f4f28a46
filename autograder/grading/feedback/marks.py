"""What the gradebook says of one notebook of a submission: points, what a person entered, and what still waits."""

from dataclasses import dataclass, field

from nbgrader.api import Grade, Gradebook


@dataclass(frozen=True)
class Mark:
    """The points of one graded cell. `by_hand`: a person gave them; `waiting`: a person has yet to look at it."""

    points: float
    out_of: float
    extra: float = 0
    by_hand: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class Marks:
    """A notebook's points and those of its cells, by grade id; `late` are taken off already. `whole` is the points of
    the whole assignment and what they are out of, where it has several notebooks."""

    points: float
    out_of: float
    late: float = 0
    cells: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    whole: tuple[float, float] | None = None

    @property
    def waiting(self) -> float:
        """How many points a person has yet to give or to confirm."""
        return sum(mark.out_of for mark in self.cells.values() if mark.waiting)


def read(database: str, student: str, assignment: str, notebook: str) -> Marks:
    """Look a student's notebook up in the gradebook at this address."""
    with Gradebook(database) as gradebook:
        found = gradebook.find_submission_notebook(notebook, assignment, student)
        late = found.late_submission_penalty or 0
        submission = found.assignment
        several = len(submission.notebooks) > 1
        return Marks(
            points=found.score - late,
            out_of=found.max_score,
            late=late,
            cells={grade.name: _mark(grade) for grade in found.grades},
            comments={comment.name: comment.comment for comment in found.comments if comment.comment},
            whole=(submission.score - submission.late_submission_penalty, submission.max_score) if several else None,
        )


def _mark(grade: Grade) -> Mark:
    return Mark(
        points=grade.score,
        out_of=grade.max_score,
        extra=grade.extra_credit or 0,
        by_hand=grade.manual_score is not None,
        waiting=grade.needs_manual_grade,
    )
