"""Look at what was handed in before it is graded: what is wrong, in one sentence with what to do, and whether it can be
graded all the same."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from .problems import CourseError
from .repair import repair, require_own
from .sandbox.limits import Limits
from .submitted import contents, fitting

_LARGEST = 50_000_000  # bytes of a notebook
_PARTS = 300_000  # brackets in its text: each may be an object in memory, of a hundred times its size
_TIME = "timestamp.txt"
_OF_SYSTEMS = (".ipynb_checkpoints", "__MACOSX")  # folders of copies that nobody made


@dataclass(frozen=True)
class Intake:
    """What was found in a submission: `notes` are sentences on what is wrong; `renamed` maps a notebook's path in the
    folder to the name under which it is graded instead; `left_out` are the paths of what is no file, such as links."""

    gradable: bool
    notes: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def examine(folder: Path, released: dict[str, NotebookNode]) -> Intake:
    """Examine a submission's folder; changes nothing in it.

    Args:
        folder: what one student handed in.
        released: the notebooks of the students' version, by name.
    """
    try:
        return _examine(folder, released)
    except CourseError as error:
        return Intake(False, [str(error)])


def _examine(folder: Path, released: dict[str, NotebookNode]) -> Intake:
    wanted = ", ".join(f"{name}.ipynb" for name in released)
    if folder.is_symlink():
        raise CourseError(f"The submission is a link to somewhere else: ask for {wanted}.")
    files, others = contents(folder)
    left_out = {str(path): "a link to somewhere else" if (folder / path).is_symlink() else "no file" for path in others}
    for name, what in left_out.items():
        if name.removesuffix(".ipynb") in released:
            raise CourseError(f"{name} is {what}: ask for the notebook itself.")
    notes = [f"{name} is {what}, and was left out: ask for the file." for name, what in left_out.items()]
    notes += [
        f"{path} is too large to be there when a notebook runs: look whether one needs it."
        for path in fitting(folder, files, Limits().submission)[1]
        if path.suffix != ".ipynb"
    ]
    notes += _about_time(folder / _TIME)
    files = [path for path in files if path.name != _TIME]
    if not files:
        raise CourseError(f"The submission is empty: ask for {wanted}.")
    notebooks = {
        path
        for path in files
        if path.suffix == ".ipynb" and not path.name.startswith("._") and not set(_OF_SYSTEMS) & set(path.parts)
    }
    if not notebooks:
        names = ", ".join(path.name for path in files)
        raise CourseError(f"There is no notebook in the submission ({names}): ask for {wanted}.")
    found = {path.stem: path for path in notebooks if path == Path(f"{path.stem}.ipynb") and path.stem in released}
    missing, others = [name for name in released if name not in found], sorted(notebooks - set(found.values()))
    renamed = {}
    if len(missing) == len(others) == 1:
        found[missing[0]] = others[0]
        renamed[str(others[0])] = f"{missing[0]}.ipynb"
        notes.append(f"{others[0]} was graded as {missing[0]}.ipynb: ask for that name next time.")
    elif not found:
        raise CourseError(f"No notebook in the submission is called {wanted}: rename the right one, and grade again.")
    else:
        notes += [f"{name}.ipynb is missing and scores 0: ask for it." for name in missing]
        notes += [f"{path} was not graded: look whether it holds the answers." for path in others]
    for name, path in sorted(found.items()):
        notebook = _read(folder / path)
        require_own(notebook, released[name], path.stem)
        notes += repair(notebook, released[name])
    return Intake(True, notes, renamed, list(left_out))


def _about_time(path: Path) -> list[str]:
    """What is wrong with the file that says when it was handed in, if there is one."""
    if not path.exists():
        return []
    try:
        if text := path.read_text(encoding="utf-8").strip():
            parse_utc(text)
    except (OSError, ValueError):
        return [f"{path.name} cannot be read, so the work counts as in time: find out when it was handed in."]
    return []


def _read(path: Path) -> NotebookNode:
    """A notebook. Raises CourseError if it cannot be graded."""
    if (size := path.stat().st_size) > _LARGEST:
        raise CourseError(f"{path.name} has {size / 1e6:.0f} MB: ask for it to be handed in without its outputs.")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{path.name} cannot be read ({error.strerror}): see to that, and grade again.") from None
    except ValueError:
        raise CourseError(f"{path.name} is damaged (no readable text): ask for it to be handed in again.") from None
    if text.count("{") + text.count("[") > _PARTS:
        raise CourseError(f"{path.name} has far too many parts: ask for it to be handed in without its outputs.")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise CourseError(
            f"{path.name} is damaged (its JSON breaks at line {error.lineno}): ask for it to be handed in again."
        ) from None
    except (ValueError, RecursionError):
        raise CourseError(f"{path.name} is damaged (no readable text): ask for it to be handed in again.") from None
    try:
        notebook = nbformat.reads(text, as_version=4)
        assert all({"cell_type", "source", "metadata"} <= cell.keys() for cell in notebook.cells)
    except Exception:
        raise CourseError(f"{path.name} is not a notebook, despite its name: ask for the notebook itself.") from None
    return notebook
