"""A kernel that talks over one socket: what a notebook shows is what it shows in one with sockets of its own."""

import asyncio
import json
import socket

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.execute import Execute
from autograder.grading.warm.manager import WarmKernelManager
from autograder.grading.warm.talking import DirectClient, DirectKernelManager

from .kernels import needs_a_sandbox

CELLS = [
    "print(1)\n2",
    # An ordinary kernel reads what a child prints when it comes to it, and on a busy machine after the cell's end.
    "import os, sys, time\nstatus = os.system('echo hello; echo err >&2')\ntime.sleep(0.3)\nstatus",
    "print('aside', file=sys.stderr)\n1/0",
    "import asyncio\nawait asyncio.sleep(0.01)\nprint(get_ipython().__class__.__name__)",
    "input()",
    "%pwd",
    "display({'text/html': '<b>x</b>'}, raw=True)",
    "import os\nif not (child := os.fork()):\n    print('child')\n    os._exit(0)\nos.waitpid(child, 0)\nNone",
    "import threading\nthread = threading.Thread(target=print, args=('thread',))\nthread.start()\nthread.join()",
    "from IPython.display import clear_output\nprint(3)\nclear_output()\nprint(4)",
    "print('x' * 30_000)",
    "sys.stdout.writelines(['a', 'b'])\nsys.stdout.isatty(), sys.stdout.writable()",
    "print(1, file=sys.stdout, flush=True)\nsys.stdout.write(3)",
    "raise SystemExit",
    "_, In[1], Out[1]",
]
COUNTED = """count = 0
def seen(lines):
    global count
    count += 1
    return lines
get_ipython().input_transformers_post.append(seen)"""
PICTURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone"


def outputs(manager, folder, *cells):
    nb = new_notebook(cells=[new_code_cell(source) for source in cells])

    class WithManager(Execute):
        def _kernels(self):
            return manager

    nb, _ = WithManager(timeout=20).preprocess(nb, {"metadata": {"path": str(folder)}})
    nbformat.validate(nb)
    return [(cell.execution_count, sorted(_joined(cell.outputs).items())) for cell in nb.cells]


def _joined(shown):
    """Texts of one stream put together: in how many pieces they come is chance."""
    found = {}
    for one in shown:
        kind = one.get("name") or one.output_type
        found[kind] = found.get(kind, "") + (one.get("text") or one.get("ename") or json.dumps(one.get("data")))
    return found


@pytest.mark.slow
@needs_a_sandbox
class TestAKernelThatTalksOverOneSocket:
    def test_shows_what_others_show(self, tmp_path):
        ours, others = (outputs(kind, tmp_path, *CELLS) for kind in (DirectKernelManager, WarmKernelManager))
        assert ours == others
        assert ours[0] == (1, [("execute_result", '{"text/plain": "2"}'), ("stdout", "1\n")])
        assert ours[1] == (2, [("execute_result", '{"text/plain": "0"}'), ("stderr", "err\n"), ("stdout", "hello\n")])

    def test_transforms_each_cell_once_with_what_is_registered_then(self, tmp_path):
        *_, (_, shown) = outputs(DirectKernelManager, tmp_path, "pass", COUNTED, "pass", "pass", "count")
        assert dict(shown)["execute_result"] == '{"text/plain": "3"}'

    def test_shows_pictures(self, tmp_path):
        ((_, shown),) = outputs(DirectKernelManager, tmp_path, PICTURE)
        assert "image/png" in dict(shown)["display_data"]


def _client():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    return DirectClient(None, ours), theirs


def _message(text, kind="stream"):
    return ["iopub", {"header": {"msg_type": kind}, "parent_header": {}, "content": {"text": text}}]


def test_what_is_no_message_counts_as_not_sent():
    async def heard():
        client, theirs = _client()
        client.start_channels()
        odd = ["nonsense", "[1, 2]", "[" * 100_000, '["iopub"]', '["iopub", {}]', '["other", {"header": {}}]', "null",
               json.dumps(_message("x", kind=3)), json.dumps(["iopub", _message("x")[1] | {"content": 3}])]  # fmt: skip
        theirs.sendall("\n".join([*odd, json.dumps(_message("right")), ""]).encode())
        message = await client.iopub_channel.get_msg(timeout=5)
        client.stop_channels()
        theirs.close()
        return message["content"]["text"]

    assert asyncio.run(heard()) == "right"


def test_what_nobody_takes_is_not_read():
    async def read():
        client, theirs = _client()
        client.start_channels()
        theirs.setblocking(False)
        line, sent = (json.dumps(_message("x" * 10_000)) + "\n").encode(), 0
        for _ in range(200):
            await asyncio.sleep(0)
            try:
                sent += theirs.send(line) == len(line)
            except BlockingIOError:
                break
        assert sent < 200
        for _ in range(sent):
            assert (await client.iopub_channel.get_msg(timeout=5))["content"]["text"] == "x" * 10_000
        client.stop_channels()
        theirs.close()

    asyncio.run(read())
