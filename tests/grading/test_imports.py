"""What a grader and its workers import, and what they do without: each import is time for which a class waits."""

import subprocess
import sys

import pytest

_JUDGING = """
import sys
from autograder import exercises
from autograder.grading import class_run, execute, verify, work
from autograder.grading.report import writing
for name in exercises.ids():
    assert exercises.get(name).judge
print(*sorted({"torch", "rfc3987_syntax"} & {name for name, module in sys.modules.items() if module}))
"""


def test_judging_and_reporting_need_no_torch():
    run = subprocess.run([sys.executable, "-c", _JUDGING], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


@pytest.mark.parametrize("name", ["training", "isolation", "scaling"])
def test_probes_are_imported_when_they_are_named(name):
    code = f"import sys\nfrom autograder import probing\nprobing.{name}\nprint('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True"


def test_a_module_that_there_is_not_is_an_attribute_that_there_is_not():
    from autograder import probing

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        probing.nothing  # noqa: B018
