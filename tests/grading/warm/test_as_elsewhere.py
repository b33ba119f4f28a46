"""What an honest notebook shows in a grading kernel is what it shows in an ordinary one."""

import json

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.sandbox import available
from autograder.grading.warm.manager import WarmKernelManager
from autograder.grading.warm.talking import DirectKernelManager

from .kernels import needs_a_sandbox

pytestmark = [pytest.mark.slow, needs_a_sandbox]

PRINTING = [
    "print(1)\n2",
    # An ordinary kernel reads what a child prints when it comes to it, and on a busy machine after the cell's end.
    "import os, sys, time\nstatus = os.system('echo hello; echo err >&2')\ntime.sleep(0.3)\nstatus",
    "print('aside', file=sys.stderr)\n1/0",
    "import asyncio\nawait asyncio.sleep(0.01)\nprint(get_ipython().__class__.__name__)",
    "input()",
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
MAGICS = [
    "%matplotlib inline",
    "%load_ext autoreload\n%autoreload 2",
    "%%writefile helper.py\nANSWER = 42",
    "import helper\nhelper.ANSWER",
    "%run helper.py\nANSWER",
    "print('before')\n!echo shown; echo aside >&2; exit 3\nprint('after', _exit_code)",
    "name = 'x'\n!echo {name} $name",
    "shown = !echo kept\nshown",
    "%pip --version",
    "%ls *.py",
    "%%bash\necho bash",
    "%%capture kept\nprint('kept')",
    "kept.show()",
    "%precision 3\n1 / 3",
    "%who_ls",
    "%store name",
    "%gui",
    "%nothing",
    "%%timeit -n 1 -r 1 -q\npass",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
]
LIBRARIES = [
    "import logging\nlogging.basicConfig(level='INFO')\nlogging.info('told')",
    "import sqlite3, tempfile\nwith tempfile.NamedTemporaryFile() as file:\n    print(file.write(b'x'))\n"
    "sqlite3.connect('a.db').execute('create table t (x)')\nos.path.exists('a.db')",
    "import multiprocessing\nwith multiprocessing.Lock(), multiprocessing.Pool(1) as pool:\n"
    "    print(pool.map(abs, [-1]))",
    "import concurrent.futures as futures\nwith futures.ProcessPoolExecutor(1) as pool:\n"
    "    print(*pool.map(abs, [-1]))",
    "import subprocess\nsubprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout",
    "import torch\ntorch.save(torch.ones(2), 'x.pt')\n_ = torch.manual_seed(0)\ntorch.load('x.pt'), torch.rand(2)",
    "import ipywidgets",
    "raise KeyboardInterrupt",
    "x = [\n1,\n",
]
PLOTS = [
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone",
    "plt.plot([3, 1])\nplt.show()",
    "figure, axes = plt.subplots()\naxes.plot([1])\nfigure",
    "%matplotlib inline\nplt.plot([3, 4])\nplt.savefig('plot.png')",
    "%config InlineBackend.figure_format = 'retina'\nplt.title('drawn')\nplt.show()",
    "%matplotlib agg\nplt.plot([3, 4])\nplt.show()",
]


KINDS = {"direct": DirectKernelManager, "warm": WarmKernelManager, available.BUBBLEWRAP: WarmKernelManager}


@pytest.fixture(scope="module", params=KINDS)
def grading(request):
    """Each kind of kernel that submissions and others may run in."""
    if request.param != available.BUBBLEWRAP:
        yield KINDS[request.param]
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(available.FORCED, available.BUBBLEWRAP)
        available.found.cache_clear()
        if available.problem():
            pytest.skip(available.problem())
        yield WarmKernelManager
    available.found.cache_clear()


def shown(manager, folder, cells):
    """By cell: the text of each stream, and what else there is, in its order."""
    nb = new_notebook(cells=[new_code_cell(source) for source in cells])
    client = NotebookClient(nb, kernel_manager_class=manager, allow_errors=True, timeout=60)
    client.shutdown_kernel, client.allow_stdin = "immediate", False
    client.resources = {"metadata": {"path": str(folder)}}
    client.execute()
    nbformat.validate(nb)
    return {cell.source: (cell.execution_count, *_told(cell.outputs)) for cell in nb.cells}


def _told(outputs):
    texts, others = {}, []
    for one in outputs:
        if one.output_type == "stream":  # in how many pieces its text comes is chance, and commands have no terminal
            texts[one.name] = texts.get(one.name, "") + one.text.replace("\r\n", "\n")
        else:
            others.append((one.output_type, one.get("ename"), one.get("evalue"), json.dumps(one.get("data"))))
    return texts, others


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """What all cells show in an ordinary kernel."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")  # with it, ipykernel does not show what child processes print
        return shown(AsyncKernelManager, tmp_path_factory.mktemp("elsewhere"), [*PRINTING, *MAGICS, *PLOTS, *LIBRARIES])


def test_a_notebook_shows_what_it_shows_elsewhere(tmp_path, grading, elsewhere):
    ours = shown(grading, tmp_path, elsewhere)
    assert ours == elsewhere
    assert all("image/png" in ours[source][2][-1][-1] for source in PLOTS[:-1])
