"""Submissions that are no notebook, or not the one that was handed out."""

import copy
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.grading.repair import label

from .canaries import Canaries
from .hostile_class import FULL, NOTEBOOK, Case

_FILE = f"{NOTEBOOK}.ipynb"


def _text(change: Callable[[str], str | bytes]) -> Callable[[Path, Canaries], None]:
    def damage(folder: Path, canaries: Canaries) -> None:
        changed = change((folder / _FILE).read_text(encoding="utf-8"))
        (folder / _FILE).write_bytes(changed if isinstance(changed, bytes) else changed.encode())

    return damage


def _cells(change: Callable[[list[NotebookNode]], None]) -> Callable[[Path, Canaries], None]:
    return _notebook(lambda notebook: change(notebook.cells))


def _notebook(change: Callable[[NotebookNode], None]) -> Callable[[Path, Canaries], None]:
    def damage(folder: Path, canaries: Canaries) -> None:
        notebook = nbformat.read(folder / _FILE, as_version=4)
        change(notebook)
        (folder / _FILE).write_text(json.dumps(notebook), encoding="utf-8")

    return damage


def _at(cells: list[NotebookNode], grade_id: str) -> NotebookNode:
    return next(cell for cell in cells if label(cell) == grade_id)


def _without_file(folder: Path, canaries: Canaries) -> None:
    (folder / _FILE).unlink()


def _link(folder: Path, canaries: Canaries) -> None:
    shutil.move(folder / _FILE, canaries.folder.parent / f"{_FILE}.elsewhere")
    (folder / _FILE).symlink_to(canaries.folder.parent / f"{_FILE}.elsewhere")


def _link_to_secret(folder: Path, canaries: Canaries) -> None:
    (folder / _FILE).unlink()
    (folder / _FILE).symlink_to(canaries.secret)


def _folder(folder: Path, canaries: Canaries) -> None:
    (folder / _FILE).unlink()
    (folder / _FILE).mkdir()


def _old_format(folder: Path, canaries: Canaries) -> None:
    notebook = nbformat.read(folder / _FILE, as_version=4)
    (folder / _FILE).write_text(json.dumps(nbformat.convert(notebook, 3)), encoding="utf-8")


def _huge(folder: Path, canaries: Canaries) -> None:
    notebook = nbformat.read(folder / _FILE, as_version=4)
    text = ["x" * 1000] * 110_000
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="".join(text))]
    nbformat.write(notebook, folder / _FILE)


def _own_record(folder: Path, canaries: Canaries) -> None:
    cell = {"exercise": "train_step", "part": None, "right": True, "code": "", "title": "", "protected": True}
    record = {NOTEBOOK: {"cells": dict.fromkeys(("test_order", "test_update"), cell), "notes": []}}
    (folder / "grading.json").write_text(json.dumps(record), encoding="utf-8")


def _saved_outputs(cells: list[NotebookNode]) -> None:
    for cell in cells:
        if (label(cell) or "").startswith("test_"):
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "1000"}, execution_count=1)]
            cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def _edited_tests(cells: list[NotebookNode]) -> None:
    for cell in cells:
        if (label(cell) or "").startswith("test_"):
            cell.source = "pass"


def _unlocked_tests(cells: list[NotebookNode]) -> None:
    for cell in cells:
        if (label(cell) or "").startswith("test_"):
            cell.metadata.nbgrader.update(solution=True, locked=False, grade=False)
            cell.source = "1000"


def _more_points(cells: list[NotebookNode]) -> None:
    for cell in cells:
        if (label(cell) or "").startswith("test_"):
            cell.metadata.nbgrader["points"] = 1000


def _doubled(cells: list[NotebookNode]) -> None:
    for grade_id in ("test_update", "train_step"):
        cells.insert(4, copy.deepcopy(_at(cells, grade_id)))


def _odd_marks(cells: list[NotebookNode]) -> None:
    cells[0].metadata["nbgrader"] = ["not", "a", "mapping"]
    cells[3].metadata["nbgrader"] = {"grade_id": None, "schema_version": "x"}


def _odd_descriptions(notebook: NotebookNode) -> None:
    notebook.metadata.update(title=7, language_info={})
    for place, odd in enumerate(({"tags": "x"}, {"tags": ["x", "x"]}, {"name": ""}, {"jupyter": 7})):
        notebook.cells[place].metadata.update(odd)
    notebook.cells[2]["id"] = "not an id!"


def _file_of_windows(folder: Path, canaries: Canaries) -> None:
    with open(os.fsencode(folder) + b"/gr\xf6\xdfe.txt", "w") as file:
        file.write("1")


def _folders(folder: Path, canaries: Canaries) -> None:
    (folder / "/".join("x" * 80)).mkdir(parents=True)


def _no_time(folder: Path, canaries: Canaries) -> None:
    (folder / "timestamp.txt").write_text("yesterday at noon")


def _malformed(name: str, tried: str, damage, points=(None,), said: str = "", right: bool = True) -> Case:
    return Case(f"malformed_{name}", "malformed", tried, points, damage=damage, right=right, said=said)


_ASK = "ask for|rename"
PARTS = f"[{'{},' * 10**6}0]"
MALFORMED = [
    _malformed("truncated", "half a file", _text(lambda text: text[: len(text) // 2]), said="is damaged"),
    _malformed("empty_file", "an empty file", _text(lambda text: ""), said="is damaged"),
    _malformed("binary", "random bytes", _text(lambda text: bytes(range(256)) * 99), said="is damaged"),
    _malformed("deep", "JSON that is nested a hundred thousand times", _text(lambda text: "[" * 100_000),
               said="is damaged"),
    _malformed("other_json", "JSON, but no notebook", _text(lambda text: '{"cells": 7}'), said="is not a notebook"),
    _malformed("list", "a list for a notebook", _text(lambda text: "[]"), said="is not a notebook"),
    _malformed("empty_folder", "no file at all", _without_file, said="is empty"),
    _malformed("folder", "a folder with the notebook's name", _folder, said=_ASK),
    _malformed("link", "a link to a notebook elsewhere", _link, said=_ASK),
    _malformed("link_to_secret", "a link to a secret", _link_to_secret, said=_ASK),
    _malformed("huge", "110 MB", _huge, (None, FULL), said="MB"),
    _malformed("nbformat_3", "a notebook of nbformat 3", _old_format, (None, FULL), said=""),
    _malformed("no_tests", "without the tests", _cells(lambda cells: cells.__delitem__(slice(-3, None))), (FULL,),
               "was missing"),
    _malformed("no_tests_wrong", "without the tests, with wrong answers",
               _cells(lambda cells: cells.__delitem__(slice(-3, None))), (0,), "was missing", right=False),
    _malformed("doubled", "an answer and a test twice", _cells(_doubled), (FULL,), "more than once"),
    _malformed("more_points", "tests of 1000 points each", _cells(_more_points), (0,), right=False),
    _malformed("edited_tests", "tests that do nothing", _cells(_edited_tests), (0,), right=False),
    _malformed("unlocked_tests", "tests that say they are answers", _cells(_unlocked_tests), (0,), right=False),
    _malformed("saved_outputs", "tests that are not to be run, with points as their output", _cells(_saved_outputs),
               (0,), right=False),
    _malformed("own_record", "a record of grading, made by the student", _own_record, (0,), right=False),
    _malformed("odd_marks", "marks of nbgrader that are none", _cells(_odd_marks), (FULL,)),
    _malformed("kernel", "a kernel that there is not",
               _notebook(lambda notebook: notebook.metadata["kernelspec"].update(name="no_such_kernel")), (FULL,)),
    _malformed("language", "another language",
               _notebook(lambda notebook: notebook.metadata.update(
                   kernelspec={"name": "ir", "display_name": "R", "language": "R"}, language_info={"name": "R"})),
               (FULL,)),
    _malformed("no_metadata", "without any metadata of the notebook",
               _notebook(lambda notebook: notebook.metadata.clear()), (FULL,)),
    _malformed("surrogate", "half of a pair of surrogates",
               _cells(lambda cells: cells[3].update(source="x = '\ud800'")), (None, FULL)),
    _malformed("list_id", "a list for the name of an answer's cell",
               _cells(lambda cells: cells[1].metadata.nbgrader.update(grade_id=["order"])), (FULL,), "is missing"),
    _malformed("object_id", "an object for the name of a test's cell",
               _cells(lambda cells: cells[-1].metadata.nbgrader.update(grade_id={"a": 1})), (FULL,), "was missing"),
    _malformed("lost_marks", "no marks of nbgrader at all",
               _cells(lambda cells: [cell.metadata.clear() for cell in cells]), (FULL,), "was missing"),
    _malformed("odd_descriptions", "what describes cells and notebook is not as it should be",
               _notebook(_odd_descriptions), (FULL,)),
    _malformed("parts", "a million objects", _text(lambda text: text.replace('"cells"', f'"x": {PARTS}, "cells"')),
               (None, FULL), "too many parts"),
    _malformed("file_name", "a file whose name is no UTF-8", _file_of_windows, (FULL,)),
    _malformed("folders", "eighty folders in one another", _folders, (None, FULL), "folders"),
    _malformed("time", "a time that is none", _no_time, (None, FULL), "timestamp"),
]  # fmt: skip
