"""A kernel that talks over one socket, and its client."""

import asyncio
import json
import socket
import tracemalloc
from queue import Empty

import pytest

from autograder.grading.output import CUT
from autograder.grading.sandbox import available
from autograder.grading.warm.manager import LARGEST
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


async def _sent(theirs, lines, *, stops):
    """How many bytes of these lines are read, though nobody takes any of them."""
    loop, sent = asyncio.get_running_loop(), 0
    theirs.setblocking(False)
    for line in lines:
        try:
            await asyncio.wait_for(loop.sock_sendall(theirs, line), 1)
        except TimeoutError:
            assert stops
            return sent
        sent += len(line)
    assert not stops
    return sent


@pytest.mark.parametrize(("length", "many"), [(10_000, 200), (3_000_000, 20)])
def test_what_nobody_takes_is_not_read(length, many):
    async def read():
        client, theirs = _client()
        client.start_channels()
        line = (json.dumps(_message("x" * length)) + "\n").encode()
        sent = await _sent(theirs, [line] * many, stops=True)
        assert sent < 2 * LARGEST
        for _ in range(sent // len(line)):
            assert (await client.iopub_channel.get_msg(timeout=5))["content"]["text"] == "x" * length
        client.stop_channels()
        theirs.close()

    asyncio.run(read())


def test_what_is_taken_of_one_channel_makes_no_room_in_the_other():
    async def read():
        client, theirs = _client()
        client.start_channels()
        full = (json.dumps(_message("x" * (LARGEST // 4))) + "\n").encode()
        reply = json.dumps(["shell", _message("x")[1]]).encode() + b"\n"
        await _sent(theirs, [reply * 99, *[full] * 20], stops=True)
        held = client.iopub_channel._held
        for _ in range(99):
            await client.shell_channel.get_msg(timeout=5)
            await asyncio.sleep(0)
        assert client.iopub_channel._held == held
        client.stop_channels()
        theirs.close()

    asyncio.run(read())


@pytest.mark.parametrize("unit", ["{}", "[]", '{"":0}', "1", '"x"'])
def test_what_would_become_much_larger_than_its_line_is_replaced_by_a_sentence(unit):
    async def heard():
        client, theirs = _client()
        client.start_channels()
        large = json.dumps(_message("HERE")).replace('"HERE"', "[" + ",".join([unit] * (LARGEST // 10)) + "]")
        sending = asyncio.create_task(_sent(theirs, [f"{large}\n".encode()] * 3, stops=False))
        tracemalloc.start()
        texts = {(await client.iopub_channel.get_msg(timeout=20))["content"]["text"] for _ in range(3)}
        await sending
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        client.stop_channels()
        theirs.close()
        return texts, peak

    texts, peak = asyncio.run(heard())
    assert texts == {CUT}
    assert peak < 10 * LARGEST


@pytest.mark.parametrize(
    "text", ["[[1, 2], {'a': 3}],\n" * 100_000, '"a", \\' * 400_000, "\\\\\\" * 300_000, "x" * 9_000_000]
)
def test_a_long_text_arrives_whatever_is_in_it(text):
    async def heard():
        client, theirs = _client()
        client.start_channels()
        sending = asyncio.create_task(_sent(theirs, [json.dumps(_message(text)).encode() + b"\n"], stops=False))
        message = await client.iopub_channel.get_msg(timeout=20)
        await sending
        client.stop_channels()
        theirs.close()
        return message["content"]["text"]

    assert asyncio.run(heard()) == text


def test_what_is_no_message_does_not_put_off_the_end_of_waiting():
    async def waited():
        client, theirs = _client()
        client.start_channels()
        theirs.setblocking(False)

        async def junk():
            while True:
                theirs.send(b'["shell", {}]\n')
                await asyncio.sleep(0.05)

        sending = asyncio.create_task(junk())
        with pytest.raises(Empty):
            await asyncio.wait_for(client.shell_channel.get_msg(timeout=0.3), 20)
        sending.cancel()
        client.stop_channels()
        theirs.close()

    asyncio.run(waited())
