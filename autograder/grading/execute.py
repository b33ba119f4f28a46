"""Run a submission's notebook, and have its answers observed when all of the student's own cells have run."""

import copy
import json
from dataclasses import dataclass
from typing import Any

import nbgrader.preprocessors
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Bool, Enum

from ..checking import SECONDS
from ..probing.handover import MIME_TYPE
from .kernels import kernel_manager
from .output import Output
from .repair import is_test, label
from .tidy import tidy

LARGEST = 1_000_000  # bytes of one message of observations

# No name of the notebook's is used, whatever it may stand for there.
_HANDOVER = "import autograder.probing.handover as __autograder__; __autograder__"

# Why a run ended too early; in the notebook, {} is "this cell".
_ENDED = "Python ended while {} ran: look for a line that quits Python or uses up the memory."
_ENDED_BY = {
    "memory": "Python was ended while {} ran, because it used more memory than a notebook may: look for what grows.",
    "processes": "Python was ended while {} ran, because it started too many processes or threads.",
    "time": "Python was ended while {} ran, because it used more processor time than a notebook may: look for a loop "
    "that never ends.",
}
_INTERRUPTED = "After {:g} seconds {} was interrupted: look for a loop that never ends."
_STUCK = "There was no end to {}, and it could not be interrupted: look for a loop that never ends."
_UNREADABLE = "What {} sent cannot be read, so the run ended there: look for code that changes how output is sent."
_NOT_RUN = "This cell did not run, because the run ended in an earlier one."


@dataclass(frozen=True)
class Seen:
    """What came back for one test cell: the message, as the kernel sent it; or why there is none, as a finding's code
    with details."""

    message: str | None = None
    stopped: str = ""


class Execute(nbgrader.preprocessors.Execute):
    """nbgrader's Execute for a notebook with test cells that are judged elsewhere (`resources["autograder"]`).

    All other cells run unchanged, in order. In place of such a test cell the kernel keeps the answer; at the end the
    challenges are handed over, one test cell after the other, and `seen` is left beside the `trials`: by grade id, what
    came back. `ended` holds a sentence for each cell that was interrupted, or that ended the run, and `sandboxed` says
    whether it ran in a sandbox.

    If a student's cell ends the run, the notebook is run once more up to that cell, so that the answers before it
    are observed. Nothing that a notebook does raises an exception here; but where there can be no sandbox, nothing is
    run (CourseError), unless `unsafe_no_sandbox` is set.
    """

    shutdown_kernel = Enum(["graceful", "immediate"], default_value="immediate").tag(config=True)
    store_widget_state = Bool(False).tag(config=True)
    unsafe_no_sandbox = Bool(
        False, help="Run the students' code with all that you may do, where there can be no sandbox."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict, km: Any = None) -> tuple[NotebookNode, dict]:
        self.kernel_manager_class = AsyncKernelManager if self.unsafe_no_sandbox else kernel_manager()
        ours = resources.setdefault("autograder", {"trials": {}})
        ours["sandboxed"] = not self.unsafe_no_sandbox
        self._trials = {name: trial for name, trial in ours["trials"].items() if trial.challenge}
        self._seen: dict[str, Seen] = {}
        self._inbox: list[str] | None = None
        end = self._run(nb, resources, km)
        ours["ended"] = [_INTERRUPTED.format(self.timeout, _name(nb, index)) for index in self._interrupted]
        if end:
            index, why = end
            ours["ended"].append(why.format(_name(nb, index)))
            _mark_what_did_not_run(nb.cells[index + 1 :])
            again = copy.deepcopy(nb)
            del again.cells[index:]
            if any(label(cell) in self._trials for cell in again.cells):
                self._run(again, resources, km)
        ours["seen"] = {name: self._seen.get(name, Seen(stopped="run-ended")) for name in self._trials}
        return nb, resources

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        if self._end is None:
            self._run_cell(cell, resources, index)
        if self._end is None and index == len(self.nb.cells) - 1:
            self._hand_over()
        return cell, resources

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Messages are what a student's process makes of them: one that nbclient cannot read counts as not sent. While
        an answer is observed, nothing is kept but the observations."""
        if self._inbox is None:
            try:
                if not self._output.takes(msg, cell, cell_index, self._replaced(msg)):
                    return None
                return super().process_message(msg, cell, cell_index)
            except CellExecutionComplete:
                raise
            except Exception as error:
                self.log.warning("A message of cell %d could not be read: %s", cell_index + 1, type(error).__name__)
                return None
        content = msg["content"]
        if msg["msg_type"] == "status" and content.get("execution_state") == "idle":
            raise CellExecutionComplete
        if msg["msg_type"] == "display_data":
            data = content.get("data")
            text = data.get(MIME_TYPE) if isinstance(data, dict) else None
            if text is not None and len(self._inbox) < 2:  # one is wanted; that there are more is all there is to know
                self._inbox.append(text if isinstance(text, str) else "")
        return None

    def _replaced(self, msg: dict) -> int:
        """How many outputs a message replaces: nbclient gives its content to all with the same `display_id`."""
        display_id = (msg["content"].get("transient") or {}).get("display_id")
        return sum(map(len, self._display_id_map.get(display_id, {}).values())) if display_id else 0

    def on_cell_executed(self, **arguments: Any) -> None:
        self._reply = arguments["execute_reply"]["content"]
        super().on_cell_executed(**arguments)

    def _run(self, nb: NotebookNode, resources: dict, km: Any) -> tuple[int, str] | None:
        """Run a notebook; returns the index of the cell that ended it too early and the sentence on why, or None."""
        self._end: tuple[int, str] | None = None
        self._interrupted: list[int] = []
        self._output = Output()
        super().preprocess(nb, resources, km)
        return self._end

    def _run_cell(self, cell: NotebookNode, resources: dict, index: int) -> None:
        trial = self._trials.get(label(cell))
        try:
            if trial:
                self._ask(index, f"{_HANDOVER}.capture({label(cell)!r}, {trial.check.answer!r})")
                return
            if is_test(cell):  # a tag could keep it from being run, and what does not run does not fail
                cell.metadata.pop("tags", None)
            self._reply = {}
            super().preprocess_cell(cell, resources, index)
            if self._reply.get("ename") == "CellTimeoutError":
                self._interrupted.append(index)
        except Exception as error:
            why = self._why(error)
            self._end = index, why
            if not trial:
                cell.outputs.append(_error(why.format("this cell")))
            self.log.error("The run ended in cell %d: %s", index + 1, type(error).__name__)
        tidy(cell)

    def _why(self, error: Exception) -> str:
        if isinstance(error, DeadKernelError):
            return _ENDED_BY.get(getattr(self.km.provisioner, "reached", ""), _ENDED)
        return _STUCK if isinstance(error, CellTimeoutError) else _UNREADABLE

    def _hand_over(self) -> None:
        given: set[str] = set()
        for index, cell in enumerate(self.nb.cells):
            name = label(cell)
            if name not in self._trials:
                continue
            trial = self._trials[name]
            challenge = trial.challenge
            arguments = f"{name!r}, {trial.check.exercise!r}, {challenge.id!r}, {SECONDS}"
            if challenge.id not in given:
                given.add(challenge.id)
                arguments += f", {json.dumps(challenge.given)!r}"
            try:
                messages = self._ask(index, f"{_HANDOVER}.observe({arguments})")
                self._seen[name] = _seen(messages, self._reply)
            except Exception as error:
                # Its text would hold the challenge.
                self.log.error("Observing the answer of %s ended the run: %s", name, type(error).__name__)
                self._seen[name] = Seen(stopped="too-slow" if isinstance(error, CellTimeoutError) else "python-ended")
                return

    def _ask(self, index: int, source: str) -> list[str]:
        """Run a line of the grader's in the kernel; returns the messages that it sent to the grader."""
        own = self.nb.cells[index]
        self._inbox = inbox = []
        try:
            self.execute_cell(_line(source), index, store_history=False)
        finally:
            self._inbox = None
            self.nb.cells[index] = own
        return inbox


def _line(source: str) -> NotebookNode:
    """A cell of the grader's own; unlike those that nbformat makes, it is not validated."""
    return NotebookNode(cell_type="code", source=source, metadata=NotebookNode(), outputs=[], execution_count=None)


def _seen(messages: list[str], reply: dict) -> Seen:
    if len(messages) > 1:
        return Seen(stopped="several-messages")
    if not messages:
        return Seen(stopped="too-slow" if reply.get("ename") == "CellTimeoutError" else "not-observed")
    if len(messages[0].encode("utf-8", "replace")) > LARGEST:
        return Seen(stopped="too-large")
    return Seen(message=messages[0])


def _name(nb: NotebookNode, index: int) -> str:
    grade_id = label(nb.cells[index])
    return f"cell {index + 1}" + (f" (“{grade_id}”)" if grade_id else "")


def _mark_what_did_not_run(cells: list[NotebookNode]) -> None:
    """A test cell without any output would get all its points."""
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs = [_error(_NOT_RUN)]


def _error(sentence: str) -> NotebookNode:
    return new_output("error", ename="NotRun", evalue=sentence, traceback=[sentence])
