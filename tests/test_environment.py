"""Three files say what the course needs - pyproject.toml, requirements.lock, environment.yml - and they agree."""

import ast
import json
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {extra: [Requirement(line) for line in lines] for extra, lines in PROJECT["optional-dependencies"].items()}
EVERY = [*BASE, *(requirement for lines in EXTRAS.values() for requirement in lines)]

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = [Requirement(line.split(" #")[0]) for line in LOCK.splitlines() if line[:1] not in ("#", " ", "")]

CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA_NAMES = {"torch": "pytorch"}  # where conda-forge calls it something else
PIP = next(entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict))
NOT_ON_CONDA_FORGE = {"jupytercards", "jupyterquiz"}  # so pip installs them

DISTRIBUTIONS = packages_distributions()
CODE = {  # who may import what
    "autograder": [*BASE, *EXTRAS["grading"]],
    "benchmarks": EVERY,
    "tests": EVERY,
    "notebooks": BASE,
    "source": BASE,
}


@pytest.mark.parametrize("requirement", EVERY, ids=str)
def test_the_lock_pins_what_the_project_asks_for(requirement):
    pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(requirement.name)]
    assert pins, "`make lock` is due"
    for pin in pins:
        assert requirement.specifier.contains(_pinned(pin)), "`make lock` is due"


def test_the_lock_holds_only_pins():
    assert all(len(pin.specifier) == 1 and _pinned(pin) for pin in PINS)


def test_the_lock_names_one_torch_for_all_systems():
    assert [str(pin) for pin in PINS if pin.name == "torch"] == ["torch==2.13.0"]


def test_the_lock_asks_for_no_cuda():
    assert not [pin.name for pin in PINS if pin.name.startswith(("nvidia", "cuda", "triton"))]


def test_the_lock_names_no_package_index():
    assert "://" not in LOCK
    assert not [line for line in LOCK.splitlines() if line.startswith("-")]


def test_conda_takes_everything_from_conda_forge():
    assert CONDA["channels"] == ["conda-forge"]


@pytest.mark.parametrize("requirement", BASE, ids=str)
def test_conda_has_what_a_student_needs(requirement):
    by_pip = requirement.name in NOT_ON_CONDA_FORGE
    lines = PIP[1:] if by_pip else [line for line in CONDA["dependencies"] if isinstance(line, str)]
    asked = {Requirement(line).name: Requirement(line) for line in lines}
    conda_name = CONDA_NAMES.get(requirement.name, requirement.name)
    assert asked[conda_name].specifier == requirement.specifier


def test_conda_has_the_right_python_and_installs_the_course():
    assert f"python{PROJECT['requires-python']}" in CONDA["dependencies"]
    assert PIP[0] == "-e ."
    assert {Requirement(line).name for line in PIP[1:]} == NOT_ON_CONDA_FORGE


@pytest.mark.parametrize("folder", CODE)
def test_all_imports_are_declared(folder):
    declared = {canonicalize_name(requirement.name) for requirement in CODE[folder]}
    own = {path.stem for path in ROOT.iterdir()} | set(sys.stdlib_module_names)
    undeclared = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".ipynb")
        for module in _imports(path) - own
        if not declared & {canonicalize_name(name) for name in DISTRIBUTIONS.get(module, ())}
    }
    assert not undeclared


def _pinned(pin: Requirement) -> str:
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return specifier.version


def _imports(path: Path) -> set[str]:
    """The top-level modules that a Python file or a notebook imports."""
    code = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(code)["cells"] if cell["cell_type"] == "code"]
        code = "\n".join("".join(cell["source"]) for cell in cells)
        code = "\n".join(line for line in code.splitlines() if line[:1] not in ("%", "!"))
    modules = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules.add(node.module.partition(".")[0])
    return modules
