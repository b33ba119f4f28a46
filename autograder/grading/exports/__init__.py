"""Grades for a learning management system: `nbgrader export --exporter=autograder.grading.exports.Moodle`."""

from .canvas import Canvas
from .moodle import Moodle

__all__ = ["Canvas", "Moodle"]
