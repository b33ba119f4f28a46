"""A student's code, so that nobody can be told by it: comments, texts, own names and long numbers are gone.

What stays is what the course itself says: Python's and torch's names, the assignment's, and those that the authors' own
answers use.
"""

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_solution

from ... import exercises
from ..course import Course
from ..repair import label
from .common_names import common
from .gathering import ClassWork, Submission
from .statistics import Seen

LARGEST = 4000  # characters of an answer that is worth showing
_LINES = 40
_CANDIDATES = 8
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Vocabulary:
    """What may be shown: `names` as names in code, `words` within texts, `numbers` however long they are; and what may
    not, whatever else it is: the words by which somebody in the class is called (`people`)."""

    names: frozenset[str]
    words: frozenset[str]
    numbers: frozenset[str]
    people: frozenset[str]

    def has_name(self, name: str) -> bool:
        if name in common() or (len(name) < 3 and name.casefold() not in self.people):
            return True
        return name in self.names and (name in self.words or not self.people & set(name.casefold().split("_")))

    def has_text(self, text: str) -> bool:
        return all(word in self.words and word.casefold() not in self.people for word in re.findall(r"\w+", text))

    def has_number(self, number: object) -> bool:
        digits = re.sub(r"e.*|\D", "", repr(number)).strip("0")
        return len(digits) < 5 or repr(number) in self.numbers


def is_choice(exercise: str) -> bool:
    """Whether an exercise's answer is one of given options."""
    try:
        return exercises.get(exercise).KIND == "choice"
    except LookupError:
        return False


def vocabulary(course: Course, work: ClassWork) -> Vocabulary:
    """What the course's own files say of an assignment and of its exercises."""
    text = "\n".join(
        cell.source for path in _notebooks(course.folder / "source" / work.assignment) for cell in _cells(path)
    )
    names = _WORD.findall(text)
    for exercise in work.exercises():
        names += [exercise, *_WORD.findall(_authors_answers(exercise))]
    words = frozenset(re.findall(r"\w+", text))
    return Vocabulary(frozenset(names), words, frozenset(re.findall(r"\d[\d.e_-]*", text)), work.people)


@dataclass(frozen=True)
class Example:
    """An answer to an exercise, as it may be shown; without `code`, there is none."""

    exercise: str
    code: str


def example(seen: Seen, known: Vocabulary, order: Callable[[str], str]) -> Example:
    """The shortest of a few answers that show a misconception, if any of them can be shown.

    It is of the exercise in which the misconception was seen most, if one can see there what was done: a single line,
    such as the letters of an order, is shown only where there is nothing better. `order` decides which few answers are
    looked at: it maps a student to a text to sort by. A choice is not shown: its letters say nothing, but much of the
    key.
    """
    fallback = Example("", "")
    for exercise, showing in sorted(seen.by_exercise.items(), key=lambda item: -len(item[1])):
        if is_choice(exercise):
            continue
        few = sorted(showing, key=lambda one: order(one.student))[:_CANDIDATES]
        shown = [text for one in few if (text := anonymised(_answer(one, exercise), known))]
        best = min(shown, key=lambda text: (text.count("\n"), len(text), text), default="")
        if "\n" in best:
            return Example(exercise, best)
        fallback = fallback if fallback.code else Example(exercise, best)
    return fallback


def anonymised(source: str, known: Vocabulary) -> str:
    """Code with nothing of its author in it; "" if it cannot be read or is too long."""
    if len(source) > LARGEST:
        return ""
    try:
        tree = _Anonymiser(known).visit(ast.parse(source))
        lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return (
        "\n".join(lines)
        if len(lines) <= _LINES
        else "\n".join([*lines[:_LINES], f"# and {len(lines) - _LINES} more lines"])
    )


class _Anonymiser(ast.NodeTransformer):
    """Docstrings go; other texts, long numbers and own names give way to neutral ones. (A tree has no comments.)"""

    def __init__(self, known: Vocabulary) -> None:
        self._known = known
        self._renamed: dict[str, str] = {}

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field, value in ast.iter_fields(node):
            if isinstance(value, str) and field != "type_comment":
                setattr(node, field, self._dotted(value))
            elif isinstance(value, list) and value and isinstance(value[0], str):
                setattr(node, field, [self._dotted(name) for name in value])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            node.body = [one for one in node.body if not _is_text(one)] or ([ast.Pass()] if node.body else [])
        return super().generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        match node.value:
            case str(text) if not self._known.has_text(text):
                return ast.Constant("…")
            case bytes():
                return ast.Constant(b"...")
            case int() | float() | complex() as number if not self._known.has_number(number):
                return ast.Name("number", ast.Load())
        return ast.Constant(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.Constant("…")

    def _dotted(self, name: str) -> str:
        return ".".join(map(self._name, name.split(".")))

    def _name(self, name: str) -> str:
        if self._known.has_name(name):
            return name
        return self._renamed.setdefault(name, f"name{len(self._renamed) + 1}")


def _is_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Constant(str())):
            return True
    return False


def _answer(one: Submission, exercise: str) -> str:
    """The text of an exercise's answer cell: the one that is named like it, or else the last one before its test."""
    tests = {test.cell for test in one.tests if test.exercise == exercise}
    for path in _notebooks(one.folder):
        before = ""
        for cell in _cells(path):
            if label(cell) == exercise and cell.cell_type == "code":
                return cell.source
            if label(cell) in tests:
                return before
            if cell.cell_type == "code" and is_solution(cell):
                before = cell.source
    return ""


def _authors_answers(exercise: str) -> str:
    try:
        packages = {exercise, exercises.get(exercise).JUDGED_AS}
    except LookupError:
        return ""
    specs = [find_spec(f"{exercises.__name__}.{package}.solutions") for package in packages]
    return "\n".join(Path(spec.origin).read_text(encoding="utf-8") for spec in specs if spec and spec.origin)


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ipynb"))


def _cells(path: Path) -> list[NotebookNode]:
    """The cells without their outputs, which are most of a notebook; none of what is no notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [nbformat.from_dict(cell | {"source": "".join(cell["source"]), "outputs": []}) for cell in cells]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []
