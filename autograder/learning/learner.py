"""Whether somebody sits at the notebook, or a program runs it (papermill, nbconvert, nbgrader, a test)."""

import os
import sys

VARIABLE = "AUTOGRADER_LEARNER"


def present() -> bool:
    """True if a learner can answer. The environment variable AUTOGRADER_LEARNER, `present` or `absent`, decides.

    Without it: every notebook front end allows input() in a cell and no program that runs notebooks does, so the
    kernel is asked that. Outside a kernel nobody is there.
    """
    told = os.environ.get(VARIABLE)
    if told in ("present", "absent"):
        return told == "present"
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    kernel = getattr(shell, "kernel", None)
    return kernel is not None and bool(getattr(kernel, "_allow_stdin", True))
