"""A course folder and the nbgrader that belongs to it: its settings, its gradebook, its converters."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.utils import capture_log
from traitlets import TraitError
from traitlets.config import Config

from .problems import LOG, CourseError
from .registered import Cells, cells_in, differing, known_cells
from .release import build_release

Converter = TypeVar("Converter", bound=BaseConverter)

_HANDED_IN = "there are submissions associated with it"  # as nbgrader says why it changes no cells


class Course:
    """A course folder, with the settings that `nbgrader` has when it is called in that folder.

    Raises:
        CourseError: the folder is not a course folder, or its settings lead to another one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not self.folder.is_dir():
            raise CourseError(f"There is no folder {self.folder}: name the course folder with --course.")
        if not (self.folder / "nbgrader_config.py").is_file():
            raise CourseError(
                f"{self.folder} has no nbgrader_config.py: copy the course's into it, or name the course folder "
                "with --course."
            )
        if not (self.folder / "source").is_dir():
            raise CourseError(
                f"{self.folder} has no source folder: put the instructor's assignments into one, or name the course "
                "folder with --course."
            )
        _put_own_programs_on_path()
        with contextlib.chdir(self.folder):  # where nbgrader looks for its settings
            self._app = NbGrader(raise_config_file_errors=True)
            try:
                self._app.initialize([])
            except Exception as error:
                why = f"{type(error).__name__}: {error}"
                raise CourseError(
                    f"{self.folder / 'nbgrader_config.py'} cannot be read ({why}): correct it."
                ) from error
        self.settings = self._app.coursedir
        if Path(self.settings.root).resolve() != self.folder:
            raise CourseError(
                f"The nbgrader_config.py of {self.folder} names another folder, {self.settings.root}: "
                "correct its CourseDirectory.root."
            )

    @property
    def log(self) -> Path:
        """Where nbgrader's own messages go while this package runs it."""
        return self.folder / LOG

    @property
    def sandboxed(self) -> bool:
        """Whether students' code runs in a sandbox."""
        return not self._app.config.Execute.get("unsafe_no_sandbox", False)

    def allow_everything(self) -> None:
        """Let students' code do whatever the grader may do."""
        self._app.update_config(Config({"Execute": {"unsafe_no_sandbox": True}}))

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """Send to the log what nbgrader, its kernels and their libraries write to the terminal's stderr."""
        sys.stderr.flush()
        terminal = os.dup(2)
        with self.log.open("a", encoding="utf-8") as file:
            os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)

    def gradebook(self) -> Gradebook:
        return Gradebook(self.settings.db_url, self.settings.course_id)

    def path(self, step: str, student: str, assignment: str) -> Path:
        """A folder of nbgrader's: the step is such as `self.settings.submitted_directory`."""
        return Path(self.settings.format_path(step, student, assignment))

    def require(self, assignment: str) -> None:
        """Raise CourseError unless the course has this assignment."""
        known = [path.name for path in sorted((self.folder / "source").glob("[!.]*")) if path.is_dir()]
        if assignment not in known:
            raise CourseError(
                f"There is no assignment {assignment!r} in {self.folder / 'source'}: "
                + (f"choose one of {', '.join(known)}." if known else "put one there.")
            )

    def submissions(self, assignment: str, students: str = "*") -> dict[str, Path]:
        """The folder of each student who handed something in and whose name fits a pattern."""
        folders = sorted(path for path in self.folder.glob(self._pattern(assignment)) if path.is_dir())
        found = {self._student(path, assignment): path for path in folders}
        return {student: path for student, path in found.items() if fnmatchcase(student, students)}

    def released(self, assignment: str) -> dict[str, NotebookNode]:
        """The students' version of each notebook by its name; made now, if there is none."""
        if not list(self.path(self.settings.release_directory, ".", assignment).glob("*.ipynb")):
            build_release(self.folder)
        return self._released(assignment)

    def register(self, assignment: str) -> None:
        """Enter an assignment's cells in the gradebook as they are in source, with their points and tests, as `nbgrader
        generate_assignment` does; release/ stays as it is.

        Raises:
            CourseError: nbgrader refuses the source, other cells have been graded already, or release/ has other ones.
        """
        source = cells_in(self._notebooks(self.settings.source_directory, assignment, "mend it"))
        known = self._known(assignment)
        if source != known:
            self._enter(assignment, differing(source, known))
            known = self._known(assignment)
        released = cells_in(self._released(assignment))
        if released and (names := differing(released, known)):
            raise CourseError(
                f"The release of {assignment} has not the cells that its source has ({names}): make it again with "
                "`make release`, and grade again."
            )

    def _enter(self, assignment: str, names: str) -> None:
        with self.scratch() as scratch, self._set(release_directory=scratch.name):
            done, log = self._run(GenerateAssignment, assignment, ".")
        if _HANDED_IN in log:
            raise CourseError(
                f"Cells of {assignment} were added to its source or taken out of it since submissions were graded "
                f"({names}), and nbgrader cannot change them any more: undo that in source, run `make release`, and "
                "grade again. Or, if the assignment's due date and all that was scored or written by hand may go: keep "
                f"a copy of the gradebook, run `nbgrader db assignment remove {assignment} --force`, and grade again."
            )
        if not done:
            raise CourseError(f"nbgrader refuses {assignment} ({reason(log)}): mend its notebook in source.")

    def _known(self, assignment: str) -> Cells:
        with self.gradebook() as gradebook:
            return known_cells(gradebook, assignment)

    def _released(self, assignment: str) -> dict[str, NotebookNode]:
        return self._notebooks(self.settings.release_directory, assignment, "make it again with `make release`")

    def _notebooks(self, step: str, assignment: str, advice: str) -> dict[str, NotebookNode]:
        folder = self.path(step, ".", assignment)
        return {path.stem: _read(path, advice) for path in sorted(folder.glob("*.ipynb"))}

    @contextlib.contextmanager
    def converter(self, kind: type[Converter], assignment: str) -> Iterator[Converter]:
        """One of nbgrader's converters for an assignment, where it has to be: in the course folder."""
        with self._set(assignment_id=assignment, student_id="*"), contextlib.chdir(self.folder):
            with right_settings():
                converter = kind(coursedir=self.settings, parent=self._app)
            yield converter

    def reading_from(self, submitted: str) -> contextlib.AbstractContextManager[None]:
        """Take submissions from another folder of the course than `submitted`."""
        return self._set(submitted_directory=submitted)

    def give_feedback(self, assignment: str, student: str) -> str:
        """Make one student's feedback page with nbgrader; returns what went wrong, or ""."""
        done, log = self._run(GenerateFeedback, assignment, student)
        return "" if done else reason(log)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder of the course that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".scratch_", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def _run(self, kind: type[BaseConverter], assignment: str, student: str) -> tuple[bool, str]:
        with self._set(assignment_id=assignment, student_id=student):
            with right_settings():
                converter = kind(coursedir=self.settings, parent=self._app)
            converter.force = True
            result = capture_log(converter)
        if "KeyboardInterrupt" in result.get("error", ""):  # which capture_log takes for a failure
            raise KeyboardInterrupt
        return result["success"], result.get("log", "") + result.get("error", "")

    @contextlib.contextmanager
    def _set(self, **values: str) -> Iterator[None]:
        before = {name: getattr(self.settings, name) for name in values}
        for name, value in values.items():
            setattr(self.settings, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self.settings, name, value)

    def _pattern(self, assignment: str) -> str:
        path = self.path(self.settings.submitted_directory, "*", assignment)
        return str(path.relative_to(self.folder))

    def _student(self, path: Path, assignment: str) -> str:
        before, after = self._pattern(assignment).split("*")
        return str(path.relative_to(self.folder)).removeprefix(before).removesuffix(after)


@contextlib.contextmanager
def right_settings() -> Iterator[None]:
    """Make parts of nbgrader inside. Raises CourseError if a setting is none of theirs."""
    try:
        yield
    except TraitError as error:
        raise CourseError(f"A setting in nbgrader_config.py is wrong ({str(error).rstrip('.')}): correct it.") from None


def _read(path: Path, advice: str) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise CourseError(f"{path} is damaged or cannot be read ({type(error).__name__}): {advice}.") from error


def reason(log: str) -> str:
    """What went wrong, as the last line of the first traceback in a log says it."""
    lines = log.partition("Traceback")[2].splitlines()[1:]
    said = [line.strip() for line in lines if line.strip() and not line.startswith("      ")]
    errors = [line for line in said if line.split(":")[0].endswith(("Error", "Exception", "Interrupt"))]
    return (errors or said or log.strip().splitlines() or ["no reason was given"])[0].rstrip(".")


def _put_own_programs_on_path() -> None:
    """nbgrader calls `alembic` by name: find it beside this interpreter even if its environment is not activated."""
    programs = str(Path(sys.executable).parent)
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if programs not in paths:
        os.environ["PATH"] = os.pathsep.join([programs, *paths])
    if not shutil.which("alembic"):
        raise CourseError(
            "nbgrader needs the program alembic, which is not installed: run `make`, or install requirements.lock."
        )
