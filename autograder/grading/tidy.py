"""What a kernel sent, brought into the form that a notebook file can hold; what has no such form is dropped."""

import contextlib
from typing import Any

from nbformat import NotebookNode

_FIELDS = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


def tidy(cell: NotebookNode) -> None:
    """Drop a code cell's outputs that are not what nbformat says, and text that cannot be written to a file."""
    if cell.cell_type != "code":
        return
    if type(cell.get("execution_count")) is not int:
        cell.execution_count = None
    kept = []
    for output in cell.outputs:
        with contextlib.suppress(RecursionError):  # nested deeper than anything honest
            if _well_formed(output):
                kept.append(_writable(output))
    cell.outputs = kept


def _well_formed(output: NotebookNode) -> bool:
    fields = _FIELDS.get(output.get("output_type"))
    if fields is None or not all(isinstance(output.get(name), kind) for name, kind in fields.items()):
        return False
    match output.output_type:
        case "stream":
            return output.name in ("stdout", "stderr")
        case "error":
            return all(isinstance(line, str) for line in output.traceback)
        case "execute_result" if type(output.get("execution_count")) is not int:
            output.execution_count = None
    return all(
        isinstance(value, str) or "json" in kind or (isinstance(value, list) and all(isinstance(x, str) for x in value))
        for kind, value in output.data.items()
    )


def _writable(value: Any) -> Any:
    """The same without halves of surrogate pairs, which no file in UTF-8 can hold."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        for key in list(value):
            value[_writable(key)] = _writable(value.pop(key))
    elif isinstance(value, list):
        value[:] = map(_writable, value)
    return value
