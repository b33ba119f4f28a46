"""Look at what was handed in before it is graded: what is wrong, in one sentence with what to do, and whether it can be
graded all the same."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .links import links
from .repair import label, repair

_LARGEST = 50_000_000  # bytes of a notebook


@dataclass(frozen=True)
class Intake:
    """What was found in a submission: `notes` are sentences on what is wrong; `renamed` maps a notebook's path in the
    folder to the name under which it is graded instead; `links` are the paths of what is not graded, being a link."""

    gradable: bool
    notes: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)


class _Unreadable(Exception):
    """A file that cannot be graded; the message is the sentence for it."""


def examine(folder: Path, released: dict[str, NotebookNode]) -> Intake:
    """Examine a submission's folder; changes nothing in it.

    Args:
        folder: what one student handed in.
        released: the notebooks of the students' version, by name.
    """
    wanted = ", ".join(f"{name}.ipynb" for name in released)
    if folder.is_symlink():
        return Intake(False, [f"The submission is a link to somewhere else: ask for {wanted}."])
    leading_away = sorted(map(str, links(folder)))
    notes = [f"{name} is a link to somewhere else, and was left out: ask for the file." for name in leading_away]
    if leading_notebooks := [name for name in leading_away if name.removesuffix(".ipynb") in released]:
        return Intake(False, [f"{leading_notebooks[0]} is a link to somewhere else: ask for the notebook itself."])
    files = sorted(
        path for path in folder.rglob("*")
        if path.is_file() and path.name != "timestamp.txt" and not path.is_symlink()
    )  # fmt: skip
    if not files:
        return Intake(False, [f"The submission is empty: ask for {wanted}."])
    notebooks = [path for path in files if path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts]
    if not notebooks:
        names = ", ".join(path.name for path in files)
        return Intake(False, [f"There is no notebook in the submission ({names}): ask for {wanted}."])
    found = {path.stem: path for path in notebooks if path.parent == folder and path.stem in released}
    missing, others = [name for name in released if name not in found], sorted(set(notebooks) - set(found.values()))
    renamed = {}
    if len(missing) == len(others) == 1:
        found[missing[0]] = others[0]
        renamed[str(others[0].relative_to(folder))] = f"{missing[0]}.ipynb"
        notes.append(f"{others[0].relative_to(folder)} was graded as {missing[0]}.ipynb: ask for that name next time.")
    elif not found:
        return Intake(
            False, [f"No notebook in the submission is called {wanted}: rename the right one, and grade again."]
        )
    else:
        notes += [f"{name}.ipynb is missing and scores 0: ask for it." for name in missing]
    try:
        for name, path in sorted(found.items()):
            notes += _problems(path, released[name])
    except _Unreadable as unreadable:
        return Intake(False, [str(unreadable)])
    return Intake(True, notes, renamed, leading_away)


def _problems(path: Path, released: NotebookNode) -> list[str]:
    """What is wrong with one notebook's cells, all of which `RepairCells` mends."""
    notebook = _read(path)
    known = {label(cell) for cell in released.cells} - {None}
    if not known & {label(cell) for cell in notebook.cells}:
        raise _Unreadable(f"{path.name} has none of this assignment's cells: ask for the notebook of this assignment.")
    return repair(notebook, released)


def _read(path: Path) -> NotebookNode:
    if (size := path.stat().st_size) > _LARGEST:
        raise _Unreadable(f"{path.name} has {size / 1e6:.0f} MB: ask for it to be handed in without its outputs.")
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _Unreadable(
            f"{path.name} is damaged (its JSON breaks at line {error.lineno}): ask for it to be handed in again."
        ) from None
    except (ValueError, OSError, RecursionError):
        raise _Unreadable(f"{path.name} is damaged (no readable text): ask for it to be handed in again.") from None
    try:
        notebook = nbformat.reads(text, as_version=4)
        assert all({"cell_type", "source", "metadata"} <= cell.keys() for cell in notebook.cells)
    except Exception:
        raise _Unreadable(f"{path.name} is not a notebook, despite its name: ask for the notebook itself.") from None
    return notebook
