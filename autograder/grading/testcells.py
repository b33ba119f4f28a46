"""Which exercise a test cell checks, and under which name it takes the answer: read from its text, never run."""

import ast
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import is_locked

from .repair import is_test, label


@dataclass(frozen=True)
class Check:
    """The one call of `check` in a test cell."""

    exercise: str
    answer: str
    part: str | None = None


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
    return next((check for check in map(_as_check, calls) if check), None)


def protected(cell: NotebookNode) -> Check | None:
    """The check of a test cell that is judged outside the student's process; None for any other cell.

    Such a cell is locked and holds imports and one `check("<exercise>", <answer>)`, with `part="<part>"` or not. A cell
    that holds anything else, an instructor's own asserts for example, has to be run to be scored.
    """
    if cell.cell_type != "code" or not is_test(cell) or not is_locked(cell):
        return None
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return None
    others = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    match others:
        case [ast.Expr(value=ast.Call(args=[_, _], keywords=[] | [ast.keyword(arg="part")]) as call)]:
            return _as_check(call)
    return None


def _as_check(call: ast.Call) -> Check | None:
    match call:
        case ast.Call(func=ast.Name("check"), args=[ast.Constant(str(exercise)), ast.Name(answer)]):
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            match named.get("part"):
                case None | ast.Constant(None):
                    return Check(exercise, answer)
                case ast.Constant(str(part)):
                    return Check(exercise, answer, part)
    return None
