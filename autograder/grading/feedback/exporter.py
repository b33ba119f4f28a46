"""`nbgrader generate_feedback` writes what this makes of each graded notebook: one page that needs nothing else."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

from ..records import Record
from ..report.wording import lecture
from . import cells, marks, timelines
from .explained import explain

_HERE = Path(__file__).parent


class FeedbackExporter(Exporter):
    """A student's page about one notebook: the score, what became of each exercise and what to do next, what a person
    said, and the notebook itself."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **arguments: Any) -> tuple[str, dict]:
        nb, resources = super().from_notebook_node(nb, resources, **arguments)
        names, folder = resources["nbgrader"], Path(resources["metadata"]["path"])
        found = marks.read(names["db_url"], names["student"], names["assignment"], names["notebook"])
        record = Record.read(folder).notebooks.get(names["notebook"], {"cells": {}})
        hidden, scheme = ClearHiddenTests(parent=self), ClearMarkScheme(parent=self)
        exercises = explain(nb, record["cells"], found)
        page = _template().render(
            names=names,
            marks=found,
            exercises=exercises,
            explained={
                part.grade_id: number
                for number, exercise in enumerate(exercises, 1)
                for explanation in exercise.explanations
                for part in explanation.parts
            },
            cells=cells.show(
                nb,
                found,
                folder,
                tests=cells.Delimiters(hidden.begin_test_delimeter, hidden.end_test_delimeter),
                schemes=cells.Delimiters(scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter),
            ),
        )
        return page, resources


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["lecture"] = lecture
    environment.filters["points"] = lambda number: f"{round(number, 2):g}"
    style = (_HERE / "page.css").read_text(encoding="utf-8") + cells.CODE.get_style_defs(".source")
    environment.globals |= {"timelines": timelines, "style": style}
    return environment.get_template("page.html")
