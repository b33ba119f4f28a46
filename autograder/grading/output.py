"""Cut what a cell puts out, message by message: what is too much is dropped before it is kept anywhere."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

CELL = 1_000_000  # bytes that one cell may put out
NOTEBOOK = 5_000_000  # and all cells together

CUT = "… The rest was cut: this is more output than a notebook needs. Print less, or less often.\n"

_COUNTED = ("stream", "display_data", "execute_result", "update_display_data", "error", "comm_open", "comm_msg")
_LINE = 10  # bytes beside each line of a text, which a notebook's file has by itself


class Output:
    """Counts what the cells of one notebook put out."""

    def __init__(self) -> None:
        self._left = NOTEBOOK
        self._of_cell: dict[int, int] = {}

    def takes(self, msg: dict, cell: NotebookNode, index: int, replaced: int) -> bool:
        """Whether a message of a cell, which replaces so many outputs, is to be kept. Of the first that is not, the
        cell says so; an error is always kept, shortened, because a test cell is scored by it."""
        kind, content = msg["msg_type"], msg["content"]
        if kind not in _COUNTED:
            return True
        left = self._of_cell.get(index, CELL)
        if left < 0:
            return self._only_an_error(msg, cell)
        size = _size(content) * max(1, replaced + (kind != "update_display_data"))
        room = min(left, self._left)
        if size <= room:
            self._left -= size
            self._of_cell[index] = left - size
            return True
        if kind == "stream" and isinstance(content.get("text"), str) and room > 0:
            self._left -= room
            cell.outputs.append(new_output("stream", name="stdout", text=_cut(content["text"], room)))
        self._of_cell[index] = -1
        cell.outputs.append(new_output("stream", name="stdout", text=CUT))
        return self._only_an_error(msg, cell)

    def _only_an_error(self, msg: dict, cell: NotebookNode) -> bool:
        if msg["msg_type"] != "error" or any(output.output_type == "error" for output in cell.outputs):
            return False
        content = msg["content"]
        for name in ("ename", "evalue"):
            content[name] = str(content.get(name))[:200]
        content["traceback"] = [f"{content['ename']}: {content['evalue']}"]
        return True


def _size(value: Any) -> int:
    """Bytes that plain data takes in a notebook's file, about: each value has a line there, indented by its depth."""
    total, depth, things = 0, 0, [value]
    while things:
        inner = []
        for thing in things:
            total += 8 + depth
            if isinstance(thing, str):
                total += _length(thing)
            elif isinstance(thing, dict):
                inner += [*thing.keys(), *thing.values()]
            elif isinstance(thing, list):
                inner += thing
            else:
                total += len(repr(thing))
        things, depth = inner, depth + 1
    return total


def _length(text: str) -> int:
    return len(text) + _LINE * len(text[:CELL].splitlines())  # of a longer one, only that it is too long matters


def _cut(text: str, length: int) -> str:
    """The beginning of a text that is not longer than this."""
    text = text[:length]
    while (whole := _length(text)) > length:
        text = text[: len(text) * length // whole]
    return text
