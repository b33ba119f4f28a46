"""nbgrader's settings for this course. Copied to another course folder, they hold for that one."""

from pathlib import Path

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "gradient_clipping"

# The folder of this file, from wherever nbgrader is called; the current one where nbgrader does not say.
c.CourseDirectory.root = str(Path(globals().get("__file__", "nbgrader_config.py")).absolute().parent)

# What running or grading a notebook leaves beside it is no part of an assignment.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    ".progress.json",
    "feedback",
    "grading.json",
    ".grading_*",
]

# A cell that does not end is interrupted, and the cells after it still count.
c.Execute.timeout = 30
c.Execute.interrupt_on_timeout = True

# Cells that a student deleted, doubled or relabelled are mended before anything else looks at them; nbgrader alone
# stops the whole class at a doubled one. A link in a submission leads nowhere: nbgrader alone copies what it leads to.
# (OverwriteCells.add_missing_cells stays off: it fails where a test follows a read-only cell.)
c.Autograde.sanitize_preprocessors = [
    "autograder.grading.repair.RepairCells",
    "autograder.grading.links.RemoveLinks",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "autograder.grading.gradebook.OverwriteKernelspec",
    "autograder.grading.gradebook.OverwriteCells",
    "autograder.grading.gradebook.CheckCellMetadata",
]

# A test cell that holds a `check` is judged outside the student's process: the challenge is drawn, the notebook runs,
# its answers are observed, and what was observed is judged here. nbgrader scores what Verify writes.
c.Autograde.autograde_preprocessors = [
    "autograder.grading.prepare.Prepare",
    "autograder.grading.execute.Execute",
    "autograder.grading.verify.Verify",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.grading.scores.SaveGrades",
    "autograder.grading.harmless.Harmless",
    "autograder.grading.gradebook.AssignLatePenalties",
    "autograder.grading.gradebook.CheckCellMetadata",
]

# When a submission that has a score cannot be graded again, the automatic part of that score is taken back.
c.Autograde.exporter_class = "autograder.grading.scores.Exporter"

# Nothing that a student made runs in a browser: neither in the formgrader nor in feedback.
c.HTMLExporter.filters = {
    "markdown2html": "autograder.grading.harmless.markdown2html",
    "clean_html": "autograder.grading.harmless.clean",
}

# A student's page: the score, what became of each exercise and what to do next, what a person said, and the notebook.
c.GenerateFeedback.exporter_class = "autograder.grading.feedback.exporter.FeedbackExporter"
c.GenerateFeedback.preprocessors = []

# Feedback shows some of the challenge that an answer was judged on, so the next ones are judged on others.
c.GenerateFeedback.post_convert_hook = "autograder.grading.challenges.renew_after_feedback"
