"""What the notebooks say in prose is true of what is there: links lead somewhere, names exist, numbers are computed."""

import ast
import builtins
import importlib
import inspect
import math
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import torch
import torch.distributed.fsdp
import torch.distributed.tensor

import autograder
import autograder.learning

from .course import ROOT

LECTURES = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOTEBOOKS = [*LECTURES, *sorted((ROOT / "source").glob("*/*.ipynb"))]
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# Where a name of the prose may come from, besides the notebook's own code.
_HOMES = (
    builtins,
    math,
    torch,
    torch.nn,
    torch.nn.utils,
    torch.optim,
    torch.distributed.fsdp,
    torch.distributed.tensor,
)
_HOMES += (torch.Tensor, torch.nn.Module, torch.optim.SGD([torch.ones(1)], lr=1), torch.amp.GradScaler)
_HOMES += (torch.nn.parallel, torch.nn.parallel.DistributedDataParallel, torch.distributed.tensor.DTensor)
_HOMES += (autograder, autograder.learning)
# Names that belong to other libraries, or to what the notebooks are run with.
_ELSEWHERE = {"global_clipnorm", "clipnorm"}
# What any loop calls its things.
_USUAL = {"model", "optimizer", "loss", "loss_fn", "scaler", "inputs", "targets", "lr", "torch", "math"}

# Numbers that follow from others in the same sentence, and how: the value is worked out here.
_WORKED_OUT = {
    "00_start_here": {"0.8": "0.9 - 0.1"},
    "01_why_gradients_explode": {"3.4": "torch.finfo(torch.float32).max / 1e38", "1.01": "1.01", "3,000": "3000"},
    "02_seeing_it": {"3.4": "torch.finfo(torch.float32).max / 1e38"},
    "05_value_and_threshold": {
        "3,054": "sum(p.numel() for p in [*torch.nn.RNN(6, 50, bias=True).parameters()][:3]) + 50 * 4 + 4",
        "3054": "3054",
        "2.8": "0.05 * math.sqrt(3054)",
    },
    "06_real_loops": {
        "65,536": "torch.amp.GradScaler('cpu').get_scale()",
        "0.999": "torch.optim.Adam([torch.ones(1)]).defaults['betas'][1]",
    },
    "07_when_not_to_clip": {"2.8": "math.sqrt(8)", "2.5": "2.5"},
}  # fmt: skip


_BLOCK = re.compile("```.*?```", re.DOTALL)


def markdown(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def prose(path: Path) -> str:
    return _BLOCK.sub("", markdown(path))


def code(path: Path) -> ast.Module:
    cells = nbformat.read(path, as_version=4).cells
    return ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))


def dead_links(text: str, folder: Path) -> list[str]:
    """Links to a heading or a file that is not there, or out of the course: a notebook needs no network."""
    headings = {re.sub(r"\s+", "-", h.strip()) for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        found = (folder / file).exists() if file else anchor in headings
        dead += [] if found and "://" not in target else [target]
    return dead


def unknown_names(text: str, tree: ast.Module, *shown: str) -> list[str]:
    """Names in the prose's code spans that neither the notebook nor torch nor Python has."""
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | _USUAL | _ELSEWHERE
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg | ast.keyword)}
    own |= set(re.findall(r"[A-Za-z_]\w*", " ".join(_texts(tree))))  # such as the heading of a printed column
    own |= set(re.findall(r"[A-Za-z_]\w*", " ".join(shown)))  # a block of code in the prose
    own |= {name for module in _shows(tree) for name in re.findall(r"[A-Za-z_]\w*", inspect.getsource(module))}
    own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    unknown = []
    for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text):
        try:
            span_tree = ast.parse(span.strip().removeprefix("."))
        except SyntaxError:
            continue
        bound = {n.id for n in ast.walk(span_tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        bound |= {n.arg for n in ast.walk(span_tree) if isinstance(n, ast.arg)}
        for node in ast.walk(span_tree):
            if isinstance(node, ast.Attribute) and (dotted := ast.unparse(node)).startswith("torch."):
                unknown += [] if _resolves(dotted) else [dotted]
            elif isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                known = name in own | bound or len(name) == 1 or any(hasattr(home, name) for home in _HOMES)
                unknown += [] if known or _is_a_file(span) else [name]
    return unknown


def _shows(tree: ast.Module) -> list[ModuleType]:
    """The modules of ours that show something in the notebook, such as a table with columns."""
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return [importlib.import_module(name) for name in sorted(named) if name.startswith("autograder.learning.")]


def _texts(tree: ast.Module) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _resolves(dotted: str) -> bool:
    try:
        thing = importlib.import_module("torch")
        for name in dotted.split(".")[1:]:
            thing = getattr(thing, name)
    except AttributeError:
        return False
    return True


def _is_a_file(span: str) -> bool:
    return bool(re.fullmatch(r"[\w./]*\.(json|md|ipynb|py|yml|yaml)", span))


def numbers_out_of_nowhere(text: str, tree: ast.Module, worked_out: dict[str, str]) -> list[str]:
    """Measured-looking numbers of the prose (with a decimal point, or above 99) that no code of the notebook contains.

    Left out: code, formulas, powers of ten, years, and the lines of a list of sources.
    """
    literals = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    literals = {float(v) for v in literals if isinstance(v, int | float)}
    plain = re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text)
    plain = re.sub(r"^- [^\n]*(?:\n  [^\n]*)*arXiv[^\n]*|^.*\b(?:19|20)\d\d\), \d.*$", "", plain, flags=re.MULTILINE)
    found = []
    for shown in re.findall(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])", re.sub(r"arXiv [\d.]+", "", plain)):
        number = shown.rstrip(",")
        value = float(number.replace(",", ""))
        if ("." not in number and (value < 100 or 1900 < value < 2100)) or value in literals:
            continue
        if number in worked_out:
            digits = len(number.partition(".")[2])
            assert round(float(eval(worked_out[number], {"math": math, "torch": torch})), digits) == value
            continue
        found.append(number)
    return found


@each_notebook
def test_links_lead_somewhere(path):
    assert dead_links(prose(path), path.parent) == []


@each_notebook
def test_names_in_the_prose_exist(path):
    assert unknown_names(prose(path), code(path), *_BLOCK.findall(markdown(path))) == []


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_numbers_in_the_prose_are_settings_or_come_from_claims(path):
    assert numbers_out_of_nowhere(prose(path), code(path), _WORKED_OUT.get(path.stem, {})) == []


def test_what_is_dead_is_found(tmp_path):
    text = (
        "# Title\n[a](#Title) [b](#Nowhere) [c](gone.ipynb) `torch.nn.utils.clip_grad_nrm_` `clip_grads_` `zero_grad`"
    )
    assert dead_links(text, tmp_path) == ["#Nowhere", "gone.ipynb"]
    assert unknown_names(text, ast.parse("x = 1")) == ["torch.nn.utils.clip_grad_nrm_", "clip_grads_"]


def test_a_number_that_nobody_computed_is_found():
    text = "With rate 0.1 the loss fell to 0.0123 after 1,500 steps; see 2013, `0.77` and $0.55$."
    assert numbers_out_of_nowhere(text, ast.parse("rate = 0.1"), {}) == ["0.0123", "1,500"]
    assert numbers_out_of_nowhere(text, ast.parse("rate, steps = 0.1, 1500"), {"0.0123": "0.01234"}) == []
