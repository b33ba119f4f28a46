"""The lectures run, with any seeds and no network, and have the form that readers rely on."""

import ast
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from autograder import lectures

LECTURES = sorted(lectures.NOTEBOOKS.glob("*.ipynb"))
NO_NETWORK = str(Path(__file__).parent / "no_network")

each_lecture = pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)


def run(*arguments, out):
    """`python -m autograder.lectures`, where only this machine can be reached."""
    path = os.pathsep.join(filter(None, [NO_NETWORK, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "autograder.lectures", "--out", str(out), *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)


def notebook_of(folder, *cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "01_made_up.ipynb")


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_every_claim_of_every_lecture_holds(tmp_path, seed):
    progress = lectures.NOTEBOOKS / ".progress.json"
    before = progress.read_bytes() if progress.exists() else None
    result = run("--quick", "--seed", seed, out=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (progress.read_bytes() if progress.exists() else None) == before
    for lecture in LECTURES:
        page = (tmp_path / f"{lecture.stem}.html").read_text("utf-8")
        assert not re.findall(
            r'(?:src|href)="?https?:[^" >]*\.(?:js|css|mjs)|<script[^>]*src|@import|url\(["\']?http', page
        )
        assert page.count("<img ") == page.count(' alt="')
    assert all(f"{lecture.stem}.html" in (tmp_path / "index.html").read_text("utf-8") for lecture in LECTURES)


@pytest.mark.slow
def test_a_claim_that_breaks_is_named_and_fails_the_run(tmp_path):
    broken = 'from autograder.learning import claim\nclaim("falls", "", {"x": [1, 2, 3 + seed]}, "x < 3")'
    notebook_of(tmp_path, "seed = 0\nquick = False", broken, "print('never')")
    result = run("--notebooks", str(tmp_path), "--seed", "4", out=tmp_path / "out")
    assert result.returncode == 1
    assert "✗ 01_made_up" in result.stdout
    (sentence,) = result.stderr.splitlines()
    assert "01_made_up" in sentence
    assert sentence.endswith("expected x < 3 on every seed, but saw 1 < 3, 2 < 3, 7 not < 3.")
    assert "(stopped early)" in (tmp_path / "out" / "index.html").read_text("utf-8")


@pytest.mark.slow
def test_the_network_is_really_out_of_reach(tmp_path):
    notebook_of(tmp_path, "seed, quick = 0, False", "import socket\nsocket.create_connection(('192.0.2.1', 80), 5)")
    result = run("--notebooks", str(tmp_path), out=tmp_path / "out")
    assert "No network in tests" in result.stderr


def test_a_folder_without_lectures_is_said_in_one_sentence(tmp_path, capsys):
    assert lectures.main(["--notebooks", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"There is no such notebook in {tmp_path}.\n"


@each_lecture
def test_cells_have_names_and_the_parameters_a_tag(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[0].source.startswith(f"# {notebook.metadata.title}\n")
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{2,}", cell.id) for cell in notebook.cells)
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assigned = {node.targets[0].id: node.value.value for node in ast.parse(parameters.source).body}
    assert assigned == {"seed": 0, "quick": False, "n_seeds": 3}


@each_lecture
def test_headings_go_down_one_level_at_a_time(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@each_lecture
def test_predictions_come_before_what_they_predict_and_claims_are_shown(path):
    asked, seen, names, cards, exits = [], [], [], 0, 0
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        displayed = {id(node.body[-1].value) for node in [tree] if isinstance(node.body[-1], ast.Expr)}
        for call in calls(tree):
            name = call.func.id
            cards += name == "recall"
            exits += name == "exit_question"
            if name == "predict":
                asked.append(call.args[0].value)
            if name == "observed":
                assert call.args[0].value in asked
                seen.append(call.args[0].value)
                displayed |= {id(argument) for argument in call.args}
            if name == "claim":
                names.append(call.args[0].value)
                assert id(call) in displayed, f"nobody sees the claim “{names[-1]}”"
            if name == "show_figure":
                assert "alt" in {keyword.arg for keyword in call.keywords}
            if name in {"predict", "claim", "show_figure", "exit_question"}:
                assert cell.metadata.jupyter.source_hidden, f"{cell.id} gives something away: fold it"
    assert sorted(asked) == sorted(set(seen))
    assert all(name.startswith(path.name[:2]) for name in asked)
    assert len(names) == len(set(names)) > 0
    assert (cards, exits) == (2, 1)


def calls(tree):
    """Calls by name, in the order of the text."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))
