"""The student kit: unzipped into an empty folder, with a new environment, it is enough; and it gives nothing away."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml

from autograder import authoring, exercises, public
from autograder.grading.kit import NAME, build_kit, main
from autograder.grading.simulate import BROKEN
from autograder.judging import judge

from ..course import ROOT, answered, read
from ..test_prose import dead_links, markdown

pytestmark = pytest.mark.slow

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# What the judging itself calls two mutants and two of its own functions.
NO_SECRETS = {"no_clip", "never_steps", "measures_without_clipping", "by_hand"}
SHORTEST_BODY = 55  # a shorter one is what anybody writes, such as `return 0.0`


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """The kit as a student has it after unzipping."""
    folder = tmp_path_factory.mktemp("kit")
    build_kit(ROOT, folder / "student-kit.zip")
    with zipfile.ZipFile(folder / "student-kit.zip") as file:
        file.extractall(folder)
    return folder / NAME


@pytest.fixture(scope="module")
def texts(kit) -> dict[str, str]:
    """Every text in the zip and in the wheel by its path, with each stretch of blanks as one."""
    found = {str(path.relative_to(kit)): path for path in kit.rglob("*") if path.is_file() and path.suffix != ".whl"}
    read = {name: path.read_text(encoding="utf-8") for name, path in found.items()}
    for name, text in read.items():
        if name.endswith(".ipynb"):
            read[name] = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    with zipfile.ZipFile(wheel_of(kit)) as file:
        read |= {name: file.read(name).decode() for name in file.namelist()}
    return {name: _flat(text) for name, text in read.items()}


@pytest.fixture(scope="module")
def python(kit, tmp_path_factory) -> Path:
    """A new environment with the wheel. It borrows the packages of this one, but not the course, nor its programs."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    home = "import sysconfig; print(sysconfig.get_path('purelib'))"
    (own,) = subprocess.run([python, "-c", home], capture_output=True, text=True, check=True).stdout.split()
    (borrowed,) = subprocess.run(
        [sys.executable, "-c", home], capture_output=True, text=True, check=True
    ).stdout.split()
    (Path(own) / "borrowed.pth").write_text(borrowed + "\n")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*command, wheel_of(kit)], check=True)
    return python


def wheel_of(kit: Path) -> Path:
    (wheel,) = kit.glob("*.whl")
    return wheel


def run(python: Path, folder: Path, *arguments: str) -> str:
    """Run the new environment's Python as a student would, and return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AUTOGRADER"))}
    environment |= {"OMP_NUM_THREADS": "1", "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([python, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_is_in_the_zip(kit):
    names = {"LICENSE", "START.md", "environment.yml", "requirements.txt", "notebooks", "release"}
    assert {path.name for path in kit.iterdir()} == names | {wheel_of(kit).name}
    for folder in ("notebooks", "release"):
        ours = {
            path.relative_to(ROOT)
            for path in (ROOT / folder).rglob("*.ipynb")
            if ".ipynb_checkpoints" not in path.parts
        }
        assert {path.relative_to(kit) for path in (kit / folder).rglob("*") if path.is_file()} == ours
        for path in ours:
            assert (kit / path).read_text("utf-8") == (ROOT / path).read_text("utf-8")


def test_no_file_is_one_that_students_do_not_get(texts):
    secret = re.compile(r"solutions|making|grading|source/|keys/|authoring|kill_table|cli\.py|entry_points|/tests?/")
    assert not [name for name in texts if secret.search(name)]


def test_no_reference_and_no_mutant_is_in_it(texts):
    words = {word for text in texts.values() for word in re.findall(r"\w+", text)}
    everything = "\n".join(texts.values())
    shown, found, looked_for = set(BROKEN.values()), [], 0
    for exercise, name, answer in answers():
        if "_" in name and name not in NO_SECRETS | shown and name in words:
            found.append(f"{exercise}: the name {name}")
        body = _body(authoring.answers_of(exercise).source(name, "f")) if callable(answer) else ""
        if len(body) >= SHORTEST_BODY and name not in shown:
            looked_for += 1
            found += [f"{exercise}: the body of {name}"] if body in everything else []
    assert looked_for > 1000
    assert not found


def test_no_key_and_nothing_that_the_release_leaves_out_is_in_it(texts):
    everything = "\n".join(texts.values())
    keys = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "keys").glob("*.yaml")]
    secrets = [text for key in keys for text in _strings(key) if len(text) > 40]
    assert len(secrets) > 20
    schemes = []
    for path in (ROOT / "source").glob("*/*.ipynb"):
        cells = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        schemes += re.findall(r"=== BEGIN MARK SCHEME ===(.*?)=== END", cells, re.DOTALL)
    assert schemes
    assert not [secret for secret in [*secrets, *schemes] if _flat(secret) in everything]


def test_its_judging_is_that_of_the_course(kit):
    with zipfile.ZipFile(wheel_of(kit)) as file:
        for exercise, name, answer in list(answers())[::40]:
            task = exercises.get(exercise)
            if task.KIND == "code":
                theirs = json.loads(file.read(f"autograder/exercises/{task.JUDGED_AS}/expected.json"))
                seen = json.loads(json.dumps(task.probe(answer, theirs["given"])))
                ours = judge(task, seen, public.expected(task))
                assert judge(task, seen, theirs).to_json() == ours.to_json(), f"{exercise}: {name}"


def test_everything_in_the_wheel_can_be_imported(kit, python):
    code = (
        "import autograder, importlib, pkgutil\n"
        "print(autograder.__file__)\n"
        "for module in pkgutil.walk_packages(autograder.__path__, 'autograder.'):\n"
        "    importlib.import_module(module.name)\n"
        "from importlib.metadata import distribution\n"
        "print(distribution('autograder').version, list(distribution('autograder').entry_points))"
    )
    place, about = run(python, kit, "-c", code).splitlines()
    assert Path(place).is_relative_to(python.parents[1])
    assert about == f"{PROJECT['version']}+student []"


def test_a_lecture_runs(kit, python, tmp_path):
    lecture = "notebooks/03_clip_by_norm.ipynb"
    run(
        python,
        kit,
        "-m",
        "papermill",
        lecture,
        str(tmp_path / "out.ipynb"),
        "-p",
        "quick",
        "True",
        "--cwd",
        "notebooks",
    )
    outputs = [o for cell in nbformat.read(tmp_path / "out.ipynb", 4).cells for o in cell.get("outputs", [])]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]
    assert not (kit / "notebooks" / ".progress.json").exists()  # nobody was there to learn


def test_what_a_learner_writes_is_kept_beside_the_lecture(kit, python, monkeypatch):
    code = "import os; os.environ['AUTOGRADER_LEARNER'] = 'present'\nfrom autograder.learning import progress\n"
    run(python, kit / "notebooks", "-c", code + "assert not progress.keep('predictions', 'x', 3)")
    assert run(python, kit / "notebooks", "-c", code + "print(progress.get('predictions', 'x'))") == "3\n"
    (kit / "notebooks" / ".progress.json").unlink()


def test_an_assignment_is_answered_and_validated(kit, python, tmp_path):
    (notebook,) = (kit / "release" / "a3_loop_order").glob("*.ipynb")
    released, source = nbformat.read(notebook, 4), read(ROOT / "source" / "a3_loop_order")
    right = answered(released, source)
    wrong = answered(released, source)
    for cell in wrong.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "train_step":
            cell.source = cell.source.replace("optimizer.zero_grad()", "pass")
    assert wrong != right
    said = []
    for number, content in enumerate([released, wrong, right]):
        nbformat.write(content, tmp_path / f"{number}.ipynb")
        said.append(run(python, tmp_path, "-m", "nbgrader", "validate", f"{number}.ipynb"))
    assert "VALIDATION FAILED ON" in said[0]
    assert "how the weights move: The last batch's gradient leaks into this one" in " ".join(said[1].split())
    assert "Success! Your notebook passes all the tests." in said[2]


def test_the_files_for_the_environment_name_the_wheel_and_what_a_student_needs(kit):
    pip = [line for line in (kit / "requirements.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    assert pip[-1] == f"./{wheel_of(kit).name}"
    names = {re.split("[=<>]", line)[0] for line in PROJECT["dependencies"]}
    assert {line.split("==")[0] for line in pip[:-1]} == names
    conda = yaml.safe_load((kit / "environment.yml").read_text("utf-8"))
    assert conda["name"] == "gradient-clipping"
    assert next(entry for entry in conda["dependencies"] if isinstance(entry, dict))["pip"][0] == pip[-1]


def test_links_lead_somewhere(kit):
    for path in kit.rglob("*.ipynb"):
        assert dead_links(markdown(path), path.parent) == []
    page = (kit / "START.md").read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page) if "://" not in link]
    assert links
    assert [link for link in links if not (kit / link).is_file()] == []


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("notebooks", "has no notebooks: name the folder of the whole course."),
        ("docs/student.md", "has no docs/student.md: name the folder of the whole course."),
    ],
)
def test_an_incomplete_course_is_one_sentence(missing, words, tmp_path, capsys):
    for name in ("pyproject.toml", "requirements.lock", "environment.yml", "docs/student.md", "LICENSE", "notebooks"):
        if name != missing:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).symlink_to(ROOT / name)
    assert main([str(tmp_path), "--to", str(tmp_path / "kit.zip")]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "kit.zip").exists()


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main([str(ROOT), "--to", str(tmp_path / "file" / "kit.zip")]) == 1
    said = capsys.readouterr().err
    assert "kit.zip cannot be written" in said
    assert said.count("\n") == 1


def answers():
    """(exercise, name, answer) of every right and wrong answer that the authors know, but for choices."""
    for exercise in exercises.ids():
        known = authoring.answers_of(exercise)
        if exercises.get(exercise).KIND != "choice":
            for name, answer in {**known.rights, **known.mutants}.items():
                yield exercise, name, answer


def _body(source: str) -> str:
    lines = source.splitlines()
    first = next(number for number, line in enumerate(lines) if line.rstrip().endswith(":"))
    return _flat("\n".join(lines[first + 1 :]))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _strings(data: object) -> list[str]:
    if isinstance(data, dict | list):
        return [text for one in (data.values() if isinstance(data, dict) else data) for text in _strings(one)]
    return [data] if isinstance(data, str) else []
