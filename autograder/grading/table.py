"""A graded class as a table in the terminal: who has how many points, and what was misunderstood."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .class_run import ClassRun
from .records import Outcome, Row

_LEAST = 8  # characters of a column, however long a name is or narrow the terminal


def show(run: ClassRun, console: Console) -> None:
    """Print the table, and below it the sentences on submissions that were odd or could not be graded."""
    table = Table(show_lines=True)
    table.add_column("student", overflow="fold", min_width=_LEAST)
    table.add_column("points", no_wrap=True, justify="right")
    table.add_column("what was misunderstood", overflow="fold", min_width=_LEAST)
    for row in run.rows:
        table.add_row(Text(row.student), points(row), Text("\n".join(misunderstood(row)) or "nothing"))
    for student in run.failed:
        table.add_row(Text(student), "–", "not graded, see below")
    console.print(table, crop=False)
    if any(row.by_hand for row in run.rows):
        console.print("* and answers that a person has to score: open the formgrader for them.")
    if unprotected := sorted({name for row in run.rows for name, how in row.outcomes.items() if not how.protected}):
        console.print(
            f"Not protected, because they are scored in the student's own process: {', '.join(unprotected)}.",
            soft_wrap=True,
        )
    if not run.sandboxed:
        console.print("[bold red]No sandbox:[/] the students' code could do whatever you may do.", soft_wrap=True)
    for address in run.other_workers:
        console.print(
            f"The worker at {address} got nothing to do: it has another version of this package. Install this one.",
            soft_wrap=True,
        )
    for title, sentences in (("Not graded", run.failed), ("Graded, but look at", run.notes)):
        if sentences:
            console.print(f"\n{title}:")
        for student, said in sentences.items():
            console.print(Text(f"  {student}: {' '.join(said)}"), soft_wrap=True)


def points(row: Row) -> str:
    return f"{row.score:g} of {row.max_score:g}{'*' if row.by_hand else ''}"


def misunderstood(row: Row) -> list[str]:
    """One line for each exercise that went wrong, in the notebook's order."""
    wrong = [(exercise, outcome) for exercise, outcome in row.outcomes.items() if not outcome.right]
    return [f"{exercise}: {words(outcome)}" for exercise, outcome in wrong]


def words(outcome: Outcome) -> str:
    return f"{outcome.title} ({outcome.code})" if outcome.code else outcome.title
