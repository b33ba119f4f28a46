"""Which exercise a test cell checks, and under which name it takes the answer: read from its text, never run."""

import ast
from dataclasses import dataclass

from nbformat import NotebookNode

from .repair import is_test, label


@dataclass(frozen=True)
class Check:
    """The one call of `check` in a test cell."""

    exercise: str
    answer: str


def checks(notebook: NotebookNode) -> dict[str, Check]:
    """The check of each test cell that has one, by grade id, in the notebook's order."""
    found = {label(cell): check_in(cell.source) for cell in notebook.cells if is_test(cell)}
    return {grade_id: check for grade_id, check in found.items() if check}


def check_in(source: str) -> Check | None:
    """The call `check("<exercise>", <answer>, ...)` in a cell's text, if there is one."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return None
    for call in calls:
        match call:
            case ast.Call(func=ast.Name("check"), args=[ast.Constant(str(exercise)), ast.Name(answer)]):
                return Check(exercise, answer)
    return None
