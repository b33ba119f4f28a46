"""The names that everybody's code has."""

import subprocess
import sys

from autograder.grading.report import common_names

_PRINT = "from autograder.grading.report.common_names import torchs; print(*torchs(), sep='\\n')"


def test_pythons_torchs_and_their_arguments_are_common_and_others_are_not():
    assert {"append", "sqrt", "print", "np", "clip_grad_norm_", "max_norm", "param_groups"} <= common_names.common()
    assert not {"my_model", "student07"} & common_names.common()


def test_torchs_names_are_kept_as_they_are_now():
    run = subprocess.run([sys.executable, "-c", _PRINT], capture_output=True, text=True, check=True)
    kept = common_names._TORCHS.read_text("utf-8").split()
    assert kept == run.stdout.split(), "run python -m autograder.grading.report.common_names"
