"""Save the scores as nbgrader does, except that what could not be judged has none."""

import nbgrader.preprocessors
from nbformat import NotebookNode

from .repair import label


class SaveGrades(nbgrader.preprocessors.SaveAutoGrades):
    """nbgrader's SaveAutoGrades. A test cell that could not be judged gets no score, and is marked for a person."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if label(cell) in resources.get("autograder", {}).get("ungraded", ()):
            grade = self.gradebook.find_grade(label(cell), self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()
        return cell, resources
