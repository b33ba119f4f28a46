"""Cut what a cell puts out, message by message: what is too much is dropped before it is kept anywhere."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

CELL = 1_000_000  # bytes that one cell may put out
NOTEBOOK = 5_000_000  # and all cells together

CUT = "… The rest was cut: this is more output than a notebook needs. Print less, or less often.\n"

_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")


class Output:
    """Counts what the cells of one notebook put out."""

    def __init__(self) -> None:
        self._left = NOTEBOOK
        self._of_cell: dict[int, int] = {}

    def takes(self, msg: dict, cell: NotebookNode, index: int) -> bool:
        """Whether a message of a cell is to be kept. Of the first that is not, the cell says so; an error is always
        kept, shortened, because a test cell is scored by it."""
        if msg["msg_type"] not in _OUTPUTS:
            return True
        left = self._of_cell.get(index, CELL)
        if left < 0:
            return self._only_an_error(msg, cell)
        size = _size(msg["content"])
        self._left -= size
        self._of_cell[index] = left - size
        if left >= size and self._left >= 0:
            return True
        if msg["msg_type"] == "stream" and isinstance(msg["content"].get("text"), str) and self._left + size > 0:
            msg["content"]["text"] = msg["content"]["text"][:left]
            cell.outputs.append(new_output("stream", name="stdout", text=msg["content"]["text"]))
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
    """Bytes of the text in plain data, about."""
    total, queue = 0, [value]
    while queue:
        thing = queue.pop()
        if isinstance(thing, str):
            total += len(thing)
        elif isinstance(thing, dict):
            queue += [*thing.keys(), *thing.values()]
        elif isinstance(thing, list):
            queue += thing
        total += 8
    return total
