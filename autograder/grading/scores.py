"""What of a grade is kept in the gradebook: as nbgrader does it, except where a score would be one that nobody gave.

What a person entered (scores, extra credit, comments) is never touched.
"""

from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_task

from .gradebook import SaveAutoGrades
from .records import Record
from .repair import label


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, and two things more: a test cell that could not be judged has no score, and a person
    is to look at it; also at a task that was scored by hand for an earlier version. Then it writes the record."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb, resources = super().preprocess(nb, resources)
        if found := resources.get("autograder", {}).get("found"):
            settings, names = self.parent.parent.coursedir, resources["nbgrader"]
            path = settings.format_path(settings.autograded_directory, names["student"], names["assignment"])
            folder = Path(path)
            record = Record.read(folder)
            record.notebooks[names["notebook"]] = found
            record.write(folder)
        return nb, resources

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        ungraded = label(cell) in resources.get("autograder", {}).get("ungraded", ())
        if ungraded or is_task(cell):
            grade = self.gradebook.find_grade(label(cell), self.notebook_id, self.assignment_id, self.student_id)
            if ungraded:
                grade.auto_score = None
            if ungraded or grade.manual_score is not None:
                grade.needs_manual_grade = True
            self.gradebook.db.commit()
        return cell, resources


class Exporter(NotebookExporter):
    """What nbgrader converts notebooks with. If that fails, nbgrader keeps the score of an earlier version; here, the
    automatic one is taken back."""

    def from_filename(self, filename: str, resources: dict | None = None, **arguments) -> tuple[str, dict]:
        try:
            return super().from_filename(filename, resources, **arguments)
        except Exception:
            names = (resources or {}).get("nbgrader", {})
            if {"assignment", "student"} <= names.keys():
                withdraw(self.parent.coursedir, names["assignment"], names["student"])
            raise


def withdraw(settings: CourseDirectory, assignment: str, student: str) -> None:
    """Take back the automatic scores of a submission that cannot be graded any more; a person is to look at it."""
    with Gradebook(settings.db_url, settings.course_id) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return
        for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
            if grade.auto_score is not None:
                grade.auto_score, grade.needs_manual_grade = None, True
        gradebook.db.commit()
