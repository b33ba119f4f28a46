"""Links in a submission: whoever follows them gives a student whatever the grader may read.

nbgrader 0.9.6 copies what a link leads to beside the notebook, where it is the student's to print.
"""

import contextlib
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from .problems import CourseError
from .submitted import contents


class RemoveLinks(NbGraderPreprocessor):
    """One of nbgrader's sanitize preprocessors: removes what was copied in the place of a link.

    Raises:
        CourseError: the notebook, or the whole submission, is a link.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        settings, names = self.parent.parent.coursedir, resources["nbgrader"]
        submitted, copy = (
            Path(settings.format_path(step, names["student"], names["assignment"]))
            for step in (settings.submitted_directory, settings.autograded_directory)
        )
        notebook = f"{names['notebook']}.ipynb"
        if submitted.is_symlink() or (submitted / notebook).is_symlink():
            raise CourseError(f"{notebook} is a link to somewhere else: ask for the notebook itself.")
        for link in contents(submitted)[1]:
            with contextlib.suppress(FileNotFoundError):
                (copy / link).unlink()
        return nb, resources
