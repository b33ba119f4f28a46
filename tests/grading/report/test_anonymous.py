"""Pseudonyms, and code that tells nobody's name."""

import json
import re
import textwrap

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.problems import CourseError
from autograder.grading.report.examples import Vocabulary, anonymised, example
from autograder.grading.report.gathering import Submission
from autograder.grading.report.gathering import Test as GradedTest
from autograder.grading.report.names import names
from autograder.grading.report.statistics import Seen
from autograder.grading.report.writing import write
from autograder.grading.simulate import Drawn

from ..classes import ASSIGNMENT, new_course
from . import made
from .made import Made, made_class

# A student who leaves their name wherever they can, and what must not be seen of it.
TELLING = textwrap.dedent('''
    # Zebulon Quaxmeyer, 20261234
    import numpy as zebulon_np
    from torch.nn.utils import clip_grad_norm_ as quaxmeyer_clip


    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm, *, zebulon=20261234):
        """By Zebulon Quaxmeyer."""
        optimizer.zero_grad()
        print("Zebulon was here", f"{zebulon} Quaxmeyer", b"Zebulon", 'zebulon@uni.example')
        model.quaxmeyer = {"Zebulon": 1}
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        class Quaxmeyer(Exception): pass
        def of_zebulon(x): return x
        try:
            optimizer.step()
        except Quaxmeyer as zebulon_error:
            raise Quaxmeyer("Zebulon") from zebulon_error
        grad_norm = quaxmeyer_clip(parameters=model.parameters(), max_norm=max_norm)
        match targets:
            case {"zebulon": quaxmeyer, **zebulon_rest}:
                pass
        return loss.item(), grad_norm.item(), 2026.1234
''')
SAYS = re.compile("zebulon|quaxmeyer|2026.?1234", re.IGNORECASE)
KNOWN = Vocabulary(
    names=frozenset({"train_step", "model", "optimizer", "loss_fn", "inputs", "targets", "loss", "grad_norm"}),
    words=frozenset({"the", "gradient", "is", "D", "B", "E", "C", "A"}),
    numbers=frozenset({"65536"}),
    people=frozenset({"zebulon", "quaxmeyer", "order", "will"}),
)
PEOPLE = {"zq20261234": {"first_name": "Zebulon", "last_name": "Quaxmeyer", "email": "zebulon@uni.example"}}


def telling_class() -> dict[str, Made]:
    """Five students, one of whom tells their name in every place that a student can write to."""
    students = {f"other{number}": one for number, one in enumerate(made_class(4).values())}
    one = Made({name: Drawn("first", False, "clip-after-step") for name in made.TESTS})
    one.sources = dict.fromkeys(made.TESTS, TELLING)
    one.codes = {"test_loop_order": "", "test_repair_turning_loop": "zebulon-quaxmeyer"}
    one.titles = {"test_loop_order": "QuaxmeyerError: Zebulon", "test_repair_turning_loop": "Zebulon says"}
    one.notes = ["zebulon-quaxmeyer.ipynb was graded as loop_order.ipynb: ask for that name next time."]
    one.protected = False
    return {"zq20261234": one} | students


def test_what_a_student_chose_is_not_in_an_example():
    shown = anonymised(TELLING, KNOWN)
    assert not SAYS.search(shown)
    assert "optimizer.step()" in shown
    assert "name1" in shown
    compile(shown, "example", "exec")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("order = 'D B E'", "name1 = 'D B E'"),  # somebody is called Order
        ("text = 'the gradient'", "name1 = 'the gradient'"),
        ("x = 'Will'", "x = '…'"),
        ("x = 'will'", "x = '…'"),
        ("grad_norm = 65536", "grad_norm = 65536"),
        ("x = 65537 + 1e-06 + 0.25 + 100000", "x = number + 1e-06 + 0.25 + 100000"),
        ("torch.nn.Linear(3, bias=True)", "torch.nn.Linear(3, bias=True)"),
        ("import a_b.c_d as e_f", "import name1.name2 as name3"),
        ("global one_of, two_of", "global name1, name2"),
        ("def f():\n    'only this'", "def f():\n    pass"),
        ("if 1:\n    'text'", "if 1:\n    '…'"),
        ("x = 1  # a comment", "x = 1"),
    ],
)
def test_what_the_course_says_stays_and_all_else_gives_way(source, shown):
    assert anonymised(source, KNOWN) == shown


@pytest.mark.parametrize(
    "source", ["def", "%matplotlib inline", "x = '\ud800'", "(" * 500, "x\0", "-" * 3000 + "1", "x = 1\n" * 2000]
)
def test_what_cannot_be_read_is_not_shown(source):
    assert anonymised(source, KNOWN) == ""


def test_a_long_answer_is_cut():
    shown = anonymised("\n".join(f"x = {number}" for number in range(100)), KNOWN).splitlines()
    assert len(shown) == 41
    assert shown[-1] == "# and 60 more lines"


def test_a_choice_is_not_shown_for_it_would_show_the_key(tmp_path):
    tests = [GradedTest("test_diagnose_runs", "diagnose_runs", False, "wrong-choice")]
    one = Submission("someone", tmp_path, tests=tests)
    answer = new_code_cell("diagnosis = {}", metadata={"nbgrader": {"grade_id": "diagnose_runs", "solution": True}})
    nbformat.write(new_notebook(cells=[answer]), tmp_path / "diagnose.ipynb")
    assert example(Seen("wrong-choice", {"diagnose_runs": [one]}), KNOWN, str).code == ""
    answer.metadata["nbgrader"]["grade_id"] = "train_step"
    nbformat.write(new_notebook(cells=[answer]), tmp_path / "diagnose.ipynb")
    assert example(Seen("wrong-choice", {"train_step": [one]}), KNOWN, str).code == "name1 = {}"


def test_no_name_is_in_an_anonymous_report(tmp_path, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, telling_class(), PEOPLE)
    notebook = course.folder / "submitted" / "zq_late_quaxmeyer" / ASSIGNMENT / "zebulon.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text("Zebulon", encoding="utf-8")
    report = write(course, anonymous=True)
    assert (report.page.name, report.table.name) == ("a3_loop_order_anonymous.html", "a3_loop_order_anonymous.csv")
    for text in (report.page.read_text("utf-8"), report.table.read_text("utf-8"), *report.notes):
        assert not SAYS.search(text)
        assert not re.search("other[0-4]|zq_late|uni.example", text)
        assert "person-" in text
        assert "Clipped too late" in text
    assert "What was odd about these runs is only in the report with names." in report.page.read_text("utf-8")
    named = write(course)
    assert SAYS.search(named.page.read_text("utf-8"))
    assert SAYS.search(named.table.read_text("utf-8"))
    examples = re.findall(r"<pre><code>(.*?)</code></pre>", named.page.read_text("utf-8"), re.DOTALL)
    assert examples
    assert not SAYS.search("".join(examples))


def test_pseudonyms_stay_and_cannot_be_worked_out(tmp_path):
    first, other = new_course(tmp_path / "first"), new_course(tmp_path / "other")
    students = [f"student{number}" for number in range(2000)]
    called = [names(first, True)(student) for student in students]
    assert len(set(called)) == 2000
    assert all(re.fullmatch(r"person-[a-z2-7]{4}-[a-z2-7]{4}", name) for name in called)
    assert [names(first, True)(student) for student in students] == called
    assert not {names(other, True)(student) for student in students} & set(called)
    state = json.loads((first.folder / ".grading_secret").read_text())
    (first.folder / ".grading_secret").write_text(json.dumps(state | {"generation": 7}))
    assert names(first, True)("student0") == called[0]


def test_a_damaged_secret_is_one_sentence(tmp_path):
    course = new_course(tmp_path)
    (tmp_path / ".grading_secret").write_text("{")
    with pytest.raises(CourseError, match="is damaged: delete it"):
        names(course, True)("student")
