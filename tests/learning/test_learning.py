"""The package as a notebook imports it."""

import subprocess
import sys

import pytest

from autograder import learning


@pytest.mark.parametrize("name", learning.__all__)
def test_every_name_can_be_imported(name):
    assert callable(getattr(learning, name))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'plot'"):
        _ = learning.plot


def test_importing_it_loads_nothing_heavy():
    code = (
        "import sys, autograder.learning\n"
        "from autograder.learning import predict, recall, explore\n"
        "print([m for m in ('matplotlib', 'torch', 'IPython', 'ipywidgets', 'nbformat') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
