"""nbgrader's Autograde in two halves: what comes before the notebooks run, and what comes after.

Both belong to the one process that has the gradebook. What is between them, running and judging, may be anywhere: it
gets plain data, the *job*, and gives plain data (`work.py`).
"""

import base64
import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import find_all_files, rmtree
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from . import gradebook
from .challenges import Challenges, Draw
from .course import right_settings
from .execute import Execute
from .prepare import Prepare, draw_for
from .problems import CourseError
from .sandbox.limits import Limits
from .submitted import contents, fitting, time_of

_MISSING = "Nothing in nbgrader_config.py {}: put {} into its Autograde.autograde_preprocessors."


@dataclass(frozen=True)
class Job:
    """What is to be done for one submission: `data` for `work.run` as JSON text, and the challenges it needs by id."""

    student: str
    data: str
    draws: dict[str, Draw] = field(default_factory=dict)


class Conversion(Autograde):
    """Grades one submission after the other, each in two halves; to be used inside `contextlib.chdir` of the course."""

    def prepare(self) -> None:
        """Look at the settings.

        Raises:
            CourseError: one of them cannot be used; there is nothing in them that runs the notebooks in a sandbox, or
                that saves the scores; or what has to be sent to those who run the notebooks is no plain data.
        """
        self.force = True
        self.assignment = self.coursedir.assignment_id
        self.challenges = Challenges(Path(self.coursedir.root))
        classes = list(map(_imported, self.autograde_preprocessors))
        saving = [place for place, one in enumerate(classes) if issubclass(one, SaveAutoGrades)]
        if not saving:
            raise CourseError(_MISSING.format("saves the scores", "autograder.grading.scores.SaveGrades"))
        running = [one for one in classes[: saving[0]] if one is not Prepare]
        executing = [one for one in running if issubclass(one, ExecutePreprocessor)]
        if not executing or not all(issubclass(one, Execute) for one in executing):
            raise CourseError(_MISSING.format("runs the notebooks in a sandbox", "autograder.grading.execute.Execute"))
        self._saving = classes[saving[0] :]
        self._running = [f"{one.__module__}.{one.__qualname__}" for one in running]
        self._settings = _plain({base.__name__ for one in running for base in one.__mro__}, self.config)
        with right_settings():  # once, before every submission fails at them
            for one in [*map(_imported, self.sanitize_preprocessors), *classes]:
                one(config=self.config)
            self.exporter = self.exporter_class(parent=self, config=self.config)

    def begin(self, student: str) -> Job:
        """Copy the files of a submission, sanitise its notebooks, and draw its challenges. Raises whatever nbgrader
        does."""
        self._set_up(student)
        with self._nothing_left(student):
            self.init_notebooks()
            (self.notebooks,) = self.assignments.values()
            self.init_destination(self.assignment, student)
            self.init_assignment(self.assignment, student)
            self._register(self.sanitize_preprocessors)
            return self._job(student, dict(map(self._sanitised, sorted(self.notebooks))))

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy the files beside the notebooks, and enter the submission: as nbgrader does it, but in one transaction.

        Raises:
            MissingEntry: the gradebook has no such student, and none is to be made.
            CourseError: none of the notebooks is one of the assignment.
        """
        BaseConverter.init_assignment(self, assignment_id, student_id)
        paths = {Path(path).stem: path for path in self.notebooks}
        known = gradebook.enter(
            self.coursedir.db_url, assignment_id, student_id, create=self.create_student,
            timestamp=time_of(self.coursedir, self._format_source(assignment_id, student_id)),
            handed_in=set(paths),
        )  # fmt: skip
        self.notebooks = [path for name, path in paths.items() if name in known]
        if not self.notebooks:
            raise CourseError(f"None of its notebooks is one of {assignment_id}: {', '.join(sorted(known))}.")
        self._copy_files_of_source(assignment_id, student_id)

    def _copy_files_of_source(self, assignment_id: str, student_id: str) -> None:
        """Copy the assignment's files beside the notebooks over those that were handed in, but for the excluded."""
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", assignment_id))
        excluded = self.exclude_overwriting.get(assignment_id, [])
        for path in map(Path, find_all_files(str(source), [*self.coursedir.ignore, "*.ipynb"])):
            name = path.relative_to(source)
            if str(name) not in excluded:
                copy = self._folder(student_id) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.unlink(missing_ok=True)
                shutil.copy(path, copy)

    def finish(self, job: Job, graded: str) -> None:
        """Save what `work.run` gave for a job: scores, notebooks, record. Raises whatever nbgrader does."""
        self._set_up(job.student)
        with self._nothing_left(job.student):
            self._register(self._saving)
            self._sanitizing = False
            folder = self._folder(job.student)
            folder.mkdir(parents=True, exist_ok=True)
            for name, one in json.loads(graded)["notebooks"].items():
                path = folder / f"{name}.ipynb"
                resources = self.init_single_notebook_resources(str(path)) | {"autograder": one["left"]}
                nb, _ = self._preprocessed(nbformat.reader.reads(one["text"]), resources)
                path.write_text(f"{nbformat.v4.writes(nb)}\n", encoding="utf-8")
            self.set_permissions(self.assignment, job.student)

    def forget(self, student: str) -> None:
        """Remove what `begin` made."""
        with contextlib.suppress(OSError):
            rmtree(str(self._folder(student)))

    def _set_up(self, student: str) -> None:
        self.coursedir.student_id = student
        self._sanitizing = True

    def _register(self, preprocessors: list) -> None:
        self.exporter._preprocessors = []
        for one in preprocessors:
            self.exporter.register_preprocessor(one)

    def _sanitised(self, path: str) -> tuple[str, NotebookNode]:
        """A notebook's name, and what is to be run of it."""
        _, nb = nbformat.validator.normalize(nbformat.read(path, as_version=4))  # as nbconvert does: ids are mended
        try:
            nb, resources = self._preprocessed(nb, self.init_single_notebook_resources(path))
        except nbformat.ValidationError as error:
            why = str(error).partition("\n")[0][:100]
            raise CourseError(
                f"{Path(path).name} is no notebook as it should be ({why}): ask for it to be opened and saved in "
                "JupyterLab, and to be handed in again."
            ) from error
        return resources["unique_key"], nb

    def _preprocessed(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Apply what is registered, as an exporter does, without the copies that it makes: the notebook is nobody
        else's."""
        for preprocess in self.exporter._preprocessors:
            nb, resources = preprocess(nb, resources)
        nbformat.validate(nb, relax_add_props=True)
        return nb, resources

    def _folder(self, student: str) -> Path:
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, self.assignment))

    @contextlib.contextmanager
    def _nothing_left(self, student: str) -> Iterator[None]:
        """As nbgrader does it: of a submission that cannot be graded, nothing is left that looks like graded work."""
        try:
            yield
        except BaseException:
            self.forget(student)
            raise

    def _job(self, student: str, sanitised: dict[str, NotebookNode]) -> Job:
        folder, draws, notebooks = self._folder(student), {}, {}
        for name, nb in sanitised.items():
            drawn = draw_for(nb, self.challenges.choose, self.assignment, student)
            draws |= {draw.id: draw for _, draw, _ in drawn.values() if draw}
            trials = {
                grade_id: {"check": asdict(check), "challenge": draw.id if draw else None, "problem": problem}
                for grade_id, (check, draw, problem) in drawn.items()
            }
            notebooks[name] = {"text": json.dumps(nb), "trials": trials}
        files, _ = fitting(folder, contents(folder)[0], Limits().submission)
        contained = {path: (folder / path).read_bytes() for path in files if path.suffix != ".ipynb"}
        data = {"assignment": self.assignment, "student": student, "notebooks": notebooks}
        data["files"] = {str(path): base64.b64encode(content).decode() for path, content in contained.items()}
        data |= {"preprocessors": self._running, "settings": self._settings}
        return Job(student, json.dumps(data), draws)


def _imported(one: str | type) -> type:
    """A preprocessor that the settings name. Raises CourseError."""
    try:
        return import_item(one) if isinstance(one, str) else one
    except Exception as error:
        raise CourseError(
            f"nbgrader_config.py names the preprocessor {one}, which cannot be imported ({error}): correct its name."
        ) from error


def _plain(sections: set[str], config: Config) -> dict:
    """These sections of a configuration as plain data. Raises CourseError."""
    chosen = {name: dict(values) for name, values in config.items() if name in sections}
    try:
        return json.loads(json.dumps(chosen))
    except TypeError as error:
        raise CourseError(
            f"A setting of nbgrader_config.py cannot be sent to where notebooks run ({error}): use numbers, texts and "
            f"lists for {', '.join(sorted(chosen))}."
        ) from None
