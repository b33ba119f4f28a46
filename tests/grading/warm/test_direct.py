"""A kernel that talks over one socket, and its client."""

import asyncio
import json
import socket

import pytest

from autograder.grading.sandbox import available
from autograder.grading.warm.talking import DirectClient

from .kernels import needs_a_sandbox, run

COUNTED = """count = 0
def seen(lines):
    global count
    count += 1
    return lines
get_ipython().input_transformers_post.append(seen)"""


@pytest.mark.slow
@needs_a_sandbox
@pytest.mark.skipif(available.kind() != available.WARM, reason="kernels are in bubblewrap here")
def test_each_cell_is_transformed_once_with_what_is_registered_then(tmp_path):
    assert run(tmp_path, "pass", COUNTED, "pass", "pass", "print(count)")[-1] == "3\n"


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
