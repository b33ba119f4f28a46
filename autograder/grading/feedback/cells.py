"""A student's notebook, cell by cell, as it stands at the end of the page."""

import base64
import html
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbconvert.filters.ansi import strip_ansi
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..harmless import is_picture, rendered
from ..observations import PATH
from ..repair import is_test, label
from .marks import Mark, Marks

_LONGEST = 20_000  # characters of one output, and of code whose words are told apart
_LARGEST = 5_000_000  # bytes of a picture beside the notebook
_NOT_SHOWN = "# … (tests that are not shown)"

CODE = HtmlFormatter(nowrap=True, style="bw")  # told apart by weight and slant, in print as well


@dataclass(frozen=True)
class Delimiters:
    """The words that begin and end a part of a cell, as in nbgrader's settings."""

    begin: str
    end: str

    def split(self, source: str) -> tuple[list[str | None], list[str]]:
        """The lines outside, with None in the place of each part, and the lines inside."""
        outside: list[str | None] = []
        inside: list[str] = []
        within = False
        for line in source.split("\n"):
            if self.begin in line:
                within = True
                outside.append(None)
            elif self.end in line:
                within = False
            else:
                (inside if within else outside).append(line)
        return outside, inside


@dataclass(frozen=True)
class Output:
    """A text that a cell put out, or a picture as a data URI."""

    text: str = ""
    picture: str = ""


@dataclass
class Cell:
    """One cell as it is shown: a text (`page`), or code (`source`) with its outputs. `scheme` is what a task is marked
    by; empty until the task has been. These and the `comment` are HTML."""

    code: bool
    test: bool
    page: str = ""
    source: str = ""
    outputs: list[Output] = field(default_factory=list)
    grade_id: str = ""
    title: str = ""
    mark: Mark | None = None
    comment: str = ""
    scheme: str = ""

    @property
    def by_a_person(self) -> bool:
        """Whether a person grades it, or said something about it."""
        return bool(self.comment) or (self.mark is not None and not self.test)


def show(notebook: NotebookNode, marks: Marks, folder: Path, tests: Delimiters, schemes: Delimiters) -> list[Cell]:
    """The cells of a graded notebook as they are shown.

    Args:
        folder: where the notebook is, and the pictures that its text cells name.
        tests: what marks hidden tests, which are left out.
        schemes: what marks the mark schemes of tasks.
    """
    return [_show(cell, marks, folder, tests, schemes) for cell in notebook.cells]


def _show(cell: NotebookNode, marks: Marks, folder: Path, tests: Delimiters, schemes: Delimiters) -> Cell:
    name = label(cell) or ""
    code = cell.cell_type == "code"
    shown = Cell(code, code and is_test(cell), grade_id=name)
    if is_grade(cell) or is_task(cell):
        shown.mark = marks.cells.get(name)
    if (is_solution(cell) or is_task(cell)) and name in marks.comments:
        shown.comment = _page(marks.comments[name], {}, folder)
    if code:
        lines, _ = tests.split(cell.source)
        shown.source = _code("\n".join(_NOT_SHOWN if line is None else line.rstrip() for line in lines))
        shown.outputs = [_output(output, shown.test) for output in cell.outputs]
    elif cell.cell_type == "markdown":
        lines, scheme = schemes.split(cell.source) if is_task(cell) else ([cell.source], [])
        shown.page = _page("\n".join(line or "" for line in lines), cell.get("attachments"), folder)
        if shown.mark and shown.mark.by_hand and not shown.mark.waiting:
            shown.scheme = _page("\n".join(scheme), {}, folder)
        shown.title = _title(cell.source) if is_task(cell) else ""
    else:
        shown.page = f"<pre>{html.escape(cell.source)}</pre>"
    return shown


def _code(source: str) -> str:
    """Code with its words told apart; of more than people write, that could take minutes."""
    return highlight(source, PythonLexer(), CODE) if len(source) <= _LONGEST else html.escape(source)


def _title(source: str) -> str:
    found = re.search(r"^#+\s+(.+?)\s*#*$", source, re.MULTILINE)
    return re.sub(r"[*_`]", "", found[1]) if found else ""


def _page(source: str, attachments: object, folder: Path) -> str:
    """Text as HTML with all that it needs inside, its headings below those of the page, and each picture described."""
    page = re.sub(r"<(/?)h([1-6])>", lambda tag: f"<{tag[1]}h{min(6, int(tag[2]) + 2)}>", rendered(source, attachments))
    page = re.sub(r'(<img\b[^<>]*?\bsrc=")(?!data:)([^"]*)"', lambda tag: f'{tag[1]}{_embedded(tag[2], folder)}"', page)
    return re.sub(r"<img\b(?![^<>]*\balt=)", '<img alt="A picture without a description"', page)


def _embedded(name: str, folder: Path) -> str:
    """A picture beside the notebook as a data URI; one without anything, if it is none."""
    path = folder / html.unescape(name).replace("%20", " ")
    kind = mimetypes.guess_type(path.name)[0] or ""
    try:
        inside = path.resolve().is_relative_to(folder.resolve()) and path.stat().st_size <= _LARGEST
        data = base64.b64encode(path.read_bytes()).decode() if inside else ""
    except (OSError, ValueError):
        data = ""
    return f"data:{kind};base64,{data}" if is_picture(kind, data) else "data:,"


def _output(output: NotebookNode, of_test: bool) -> Output:
    match output.output_type:
        case "stream":
            return Output(_text(output.text))
        case "error":
            last = f"{output.ename}: {output.evalue}".removesuffix(": ")
            if output.ename in ("CheckFailed", "NotGraded", "NotRun", "CellTimeoutError"):
                last = output.evalue
            # Of the way to the error only what is the student's own: no library's files, and no line of a hidden test.
            own = [] if of_test else [step for step in map(strip_ansi, output.traceback) if step.startswith("Cell In")]
            return Output(_text("\n".join([*own, last])))
    for kind in ("image/png", "image/jpeg"):
        if is_picture(kind, data := output.data.get(kind)):
            return Output(picture=f"data:{kind};base64,{''.join(''.join(data).split())}")
    plain = output.data.get("text/plain", "")
    return Output(_text(plain if isinstance(plain, str) else "".join(plain)))


def _text(text: str) -> str:
    """Text as it may stand in a page: without colours, control characters, and paths of the grader's machine."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "\n… (the rest is not shown)"
    text = PATH.sub("…", strip_ansi(text))
    return "".join(sign for sign in text if sign in "\n\t" or sign.isprintable()).strip("\n")
