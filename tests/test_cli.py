"""The command line: it reads well, starts at once, and says in one sentence what a person did wrong."""

import errno
import shutil
import subprocess
import sys

import pytest

from autograder.cli import main

from .course import ROOT


@pytest.fixture
def course(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "source" / "a3_loop_order").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], ["grade all submissions of an assignment", "make up submissions of a class", "simulate a class"]),
        (
            ["grade", "--help"],
            [
                "ASSIGNMENT",
                "--course DIR",
                "--student GLOB",
                "--force",
                "--workers N",
                "--scheduler ADDRESS",
                "--unsafe-no-sandbox",
                "print a table",
            ],
        ),
        (["simulate", "--help"], ["--students N", "--seed S", "--course DIR", "manifest.json"]),
        (["demo", "--help"], ["--students N", "out/demo", "No other gradebook is touched", "--unsafe-no-sandbox"]),
        (["doctor", "--help"], ["try in it what a submission must not be able to do", "Ends with “ready”"]),
    ],
)
def test_help_says_what_there_is(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert not [word for word in words if word not in said]


def test_without_a_command_it_lists_the_commands(capsys):
    assert main([]) == 2
    assert "simulate a class, grade it and show the result" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["grade"],
        ["demo", "--students", "many"],
        ["demo", "--students", "0"],
        ["simulate", "a3_loop_order", "--students", "-3"],
    ],
)
def test_a_command_that_does_not_exist_fails_with_its_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("usage: autograder")


def test_help_loads_nothing_heavy():
    code = (
        "import sys, autograder.cli\n"
        "autograder.cli._parser()\n"
        "print(sorted({'torch', 'nbgrader', 'rich', 'nbformat', 'IPython'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "missing", "words"),
    [
        (["grade", "a3_loop_order"], "nbgrader_config.py", "has no nbgrader_config.py: copy the course's into it, or"),
        (["grade", "a3_loop_order"], "source", "has no source folder: put the instructor's assignments into one, or"),
        (["grade", "a9"], None, "There is no assignment 'a9' in {course}/source: choose one of a3_loop_order."),
        (["grade", "a3_loop_order"], None, "There are no submissions of a3_loop_order in {course}/submitted: collect"),
        (["simulate", "a9"], None, "There is no assignment 'a9'"),
        (["demo", "--students", "3"], None, "{course} holds something that no demonstration made: name another folder"),
    ],
)
def test_a_mistake_is_one_sentence_with_what_to_do(course, arguments, missing, words, capsys):
    if missing:
        path = course / missing
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = sorted(path.name for path in course.iterdir())
    assert main([*arguments, "--course", str(course)]) == 1
    said = capsys.readouterr().err
    assert words.format(course=course) in said
    assert said.startswith(f"autograder {arguments[0]}: ")
    assert said.endswith(".\n")
    assert said.count("\n") == 1
    assert sorted(path.name for path in course.iterdir()) == before


def test_a_course_folder_that_does_not_exist_is_one_sentence(tmp_path, capsys):
    assert main(["grade", "a3_loop_order", "--course", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == (
        f"autograder grade: There is no folder {tmp_path / 'nowhere'}: name the course folder with --course.\n"
    )


@pytest.mark.parametrize("kind", ["no database", "folder"])
def test_a_gradebook_that_is_none_is_one_sentence(course, kind, capsys):
    (course / "submitted" / "student" / "a3_loop_order").mkdir(parents=True)
    shutil.copytree(ROOT / "release" / "a3_loop_order", course / "release" / "a3_loop_order")
    gradebook = course / "gradebook.db"
    gradebook.mkdir() if kind == "folder" else gradebook.write_text("This is no database.")
    assert main(["grade", "a3_loop_order", "--unsafe-no-sandbox", "--course", str(course)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("autograder grade: The gradebook cannot be used (")
    assert said.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(course, monkeypatch, capsys):
    def refused(*arguments):
        raise PermissionError(errno.EACCES, "Permission denied", str(course / "submitted"))

    monkeypatch.setattr("autograder.grading.simulate.simulate", refused)
    assert main(["simulate", "a3_loop_order", "--course", str(course)]) == 1
    assert capsys.readouterr().err == (
        f"autograder simulate: {course / 'submitted'} cannot be used (Permission denied): see to that, and call the "
        "command again.\n"
    )


def test_an_error_of_ours_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr("autograder.cli._grade", lambda chosen: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["grade", "a3_loop_order"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("c.CourseDirectory.root = '/'", "names another folder, /: correct its CourseDirectory.root."),
        ("1 / 0", "cannot be read (ZeroDivisionError: division by zero): correct it."),
    ],
)
def test_settings_that_lead_astray_are_one_sentence(course, line, words, capsys):
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(line + "\n")
    assert main(["grade", "a3_loop_order", "--course", str(course)]) == 1
    assert words in capsys.readouterr().err


def test_programs_beside_the_interpreter_need_not_be_on_the_path(course, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["grade", "a3_loop_order", "--course", str(course)]) == 1
    assert shutil.which("alembic")


def test_a_missing_alembic_is_one_sentence(course, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert main(["grade", "a3_loop_order", "--course", str(course)]) == 1
    assert "nbgrader needs the program alembic, which is not installed: run `make`" in capsys.readouterr().err


def test_a_demonstration_refuses_settings_with_a_gradebook_of_their_own(tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "source" / "a3_loop_order", tmp_path / "source" / "a3_loop_order")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    with (tmp_path / "nbgrader_config.py").open("a") as file:
        file.write(f"c.CourseDirectory.db_url = 'sqlite:///{tmp_path}/grades.db'\n")
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--students", "1"]) == 1
    assert "which a demonstration must not touch: take CourseDirectory.db_url out of it." in capsys.readouterr().err
    assert not (tmp_path / "grades.db").exists()


def test_an_interrupted_command_says_so(monkeypatch, capsys):
    monkeypatch.setattr("autograder.cli._grade", lambda chosen: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["grade", "a3_loop_order"]) == 130
    assert capsys.readouterr().err == "autograder grade: stopped; what is done so far is kept.\n"
