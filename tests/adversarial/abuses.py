"""Cells that use more than is theirs: each ends within its limit, and what was judged or comes after still counts."""

from .hostile_class import FULL, Case

_ENDED = "Python (ended|was ended) while cell 5 ran"
_STUCK = "There was no end to cell 5"
_CUT = "The rest was cut"


def _abuse(name: str, tried: str, source: str, points: tuple[float, ...] = (FULL,), said: str = "",
           shown: str = "") -> Case:  # fmt: skip
    return Case(f"abuse_{name}", "abuse", tried, points, source, said=said, shown=shown)


_KERNEL = """
kernel = get_ipython().kernel
session, socket, parent = kernel.session, kernel.iopub_socket, kernel.get_parent()
"""

ABUSES = [
    _abuse("loop", "never end", "while True: pass", shown="KeyboardInterrupt"),
    _abuse("loop_in_c", "never end, where no interrupt arrives", "import itertools\nsum(itertools.repeat(0))",
           (0,), _STUCK),
    _abuse("deaf", "never end, and refuse to be interrupted",
           "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass", (0, FULL)),
    _abuse("sleep", "sleep for a day", "import time\ntime.sleep(86400)", shown="KeyboardInterrupt"),
    _abuse("input", "wait for somebody to type", "input()", shown="StdinNotImplementedError"),
    _abuse("stopped", "stop its own process", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", (0,), _STUCK),
    _abuse("fork_bomb", "fork without end",
           "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", (0, FULL)),
    _abuse("forks", "fork a thousand times",
           "import os, time\nfor i in range(1000):\n    if os.fork() == 0:\n        time.sleep(900)",
           (0, FULL), shown="BlockingIOError"),
    _abuse("threads", "start a thousand threads",
           "import threading, time\nfor i in range(1000): threading.Thread(target=time.sleep, args=(5,)).start()",
           (0, FULL), shown="RuntimeError"),
    _abuse("burn", "use all processors, beside the notebook",
           "import os\nfor i in range(30):\n    if os.fork() == 0:\n        os.setsid()\n        while True: pass"),
    _abuse("memory", "allocate 100 GB at once", "x = bytearray(100 * 2**30)", shown="MemoryError"),
    _abuse("memory_bit_by_bit", "allocate without end",
           "x = []\nwhile True: x.append(bytearray(2**26))", shown="MemoryError|KeyboardInterrupt"),
    _abuse("memory_in_children", "allocate in many processes",
           "import os, time\nfor i in range(20):\n    if os.fork() == 0:\n        x = b'x' * 2**28\n"
           "        time.sleep(60)\ntime.sleep(5)", (0,),
           f"more memory than a notebook may|{_STUCK}"),  # on a slow machine, the cell's time ends first
    _abuse("output", "print without end", "while True: print('x' * 1000)", shown=f"{_CUT}|KeyboardInterrupt"),
    _abuse("line", "print 50 MB in one line", "print('x' * 50_000_000)", shown=_CUT),
    _abuse("display", "display 50 MB", "from IPython.display import HTML, display\ndisplay(HTML('x' * 50_000_000))",
           (0, FULL)),
    _abuse("messages", "send 2 MB again and again, past all that cuts it in the kernel",
           _KERNEL + "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end:\n"
           "    session.send(socket, 'stream', {'name': 'stdout', 'text': 'x' * 2_000_000}, parent=parent)",
           (0, FULL), shown=_CUT),
    _abuse("nested", "send what is nested a thousandfold",
           _KERNEL + "thing = x = []\nfor i in range(900):\n    x.append([])\n    x = x[0]\n"
           "session.send(socket, 'display_data', {'data': {'application/json': thing}, 'metadata': {}}, parent=parent)",
           (0, FULL)),
    _abuse("disk", "fill the disk",
           "for i in range(100):\n    with open(f'{i}', 'wb') as file: file.write(bytes(10**8))", shown="OSError"),
    _abuse("files", "make a million files", "for i in range(10**6): open(f'{i}', 'w').close()", (0, FULL),
           "^$|too many files"),
    _abuse("exit", "end Python", "import os\nos._exit(0)", (0,), _ENDED),
    _abuse("quit", "quit politely, which takes a while", "quit()", tuple(range(FULL + 1))),
    _abuse("segfault", "crash", "import ctypes\nctypes.string_at(0)", (0,), _ENDED),
    _abuse("kill_all", "kill every process there is",
           "import os\ntry: os.kill(-1, 9)\nfinally: os.kill(os.getpid(), 9)", (0,), _ENDED),
    _abuse("recursion", "call itself without end", "def f(): return f()\nf()", (0, FULL)),
    _abuse("close", "close all files and sockets of the kernel", "import os\nos.closerange(0, 256)", (0,), "cell 5"),
    _abuse("warning", "warn, which costs a test's points in nbgrader alone",
           "import warnings\nright = train_step\ndef train_step(*arguments):\n    warnings.warn('careful')\n"
           "    return right(*arguments)"),
    _abuse("html", "show HTML, SVG and JavaScript",
           "from IPython.display import HTML, SVG, Javascript, display\n"
           "display(HTML('<script>alert(\"hostile\")</script><img src=x onerror=alert(1)>'))\n"
           "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(\"hostile\")</script></svg>'))\n"
           "display(Javascript('alert(\"hostile\")'))"),
]  # fmt: skip
