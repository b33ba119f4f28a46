"""Which sandbox this machine lets a grader have: found out by making one.

Kernels forked from the warm process need namespaces that this program makes itself (`keeper.py`); they need no new
Landlock, and so hold on Debian 12 and Ubuntu 24.04 too. Where the system lets only bubblewrap make them, kernels run
inside that. The environment variable AUTOGRADER_SANDBOX says which of the two to try, and no other.

Run as a program, this makes a sandbox around a process that does nothing, and prints what stood in the way.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from ..problems import CourseError

WARM, BUBBLEWRAP = "warm", "bubblewrap"
FORCED = "AUTOGRADER_SANDBOX"

WAYS_OUT = (
    "Grade on a Linux machine of your own or in a virtual machine, or with --unsafe-no-sandbox "
    "(c.Execute.unsafe_no_sandbox = True), which lets the students' code do whatever you may do."
)
_HINTS = {  # by what an answer begins with; of several, the first
    "unshare: No space": "Allow namespaces: sysctl user.max_user_namespaces=10000.",
    "unshare": "Allow namespaces: start a container with --cap-add SYS_ADMIN and --security-opt seccomp=unconfined "
    "(and apparmor=unconfined, where there is AppArmor), or grade as an ordinary user; on Ubuntu, install bubblewrap, "
    "or sysctl kernel.apparmor_restrict_unprivileged_userns=0.",
    "setuid": "Let root become another user: start the container with --cap-add SETUID and --cap-add SETGID, or grade "
    "as an ordinary user.",
    "mount_setattr": "Use a kernel of Linux 5.14 or newer.",
    "mount": "Allow mounts: start the container with --security-opt apparmor=unconfined and systempaths=unconfined.",
    "umount": "Use a kernel of Linux 5.14 or newer.",
    "bubblewrap is not": "Install bubblewrap.",
}


def require() -> None:
    """Raise CourseError if there can be no sandbox, with what is missing and what would do."""
    if said := problem():
        raise CourseError(said)


def problem() -> str:
    """Why there can be no sandbox on this machine, and what would do, in a few sentences; "" if there can."""
    _, reason, hint = found()
    return " ".join(filter(None, [reason, hint, WAYS_OUT])) if reason else ""


def kind() -> str:
    """Which sandbox there can be: `WARM` or `BUBBLEWRAP`; "" for none."""
    return found()[0]


def may_be_warm() -> bool:
    """Whether `kind` can be `WARM`, as far as can be told without trying."""
    return sys.platform == "linux" and os.environ.get(FORCED, "") in ("", WARM)


@cache
def found() -> tuple[str, str, str]:
    """The kind of sandbox; or "", why there is none, and the next thing to do if there is one. Found out once."""
    if sys.platform != "linux":
        return "", f"The sandbox for grading needs Linux, and this is {sys.platform}.", ""
    forced, said = os.environ.get(FORCED, ""), {}
    for name, tried in ((WARM, obstacle), (BUBBLEWRAP, bubblewrap_obstacle)):
        if forced in ("", name):
            said[name] = tried()
            if not said[name]:
                return name, "", ""
    if not said:
        return "", f"The variable {FORCED} is {forced!r}.", f"Set it to {WARM} or {BUBBLEWRAP}, or unset it."
    answers = list(said.values())
    hint = next((hint for start, hint in _HINTS.items() if answers[0].startswith(start)), "")
    return "", f"There is no sandbox for grading here ({'; '.join(answers)}).", hint


def obstacle() -> str:
    """What the system answered when a sandbox was made, as for kernels from the warm process; "" if it was made."""
    command = [sys.executable, "-P", "-c", _program()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    try:
        return str(json.loads(run.stdout))
    except ValueError:
        return (run.stderr.strip().splitlines() or ["no answer"])[-1]


def bubblewrap_obstacle() -> str:
    """What was answered when a sandbox was made with bubblewrap; "" if it was made."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed"
    from . import bubblewrap

    return bubblewrap.obstacle(Path(tempfile.mkdtemp(prefix="autograder_")))


def _program() -> str:
    package = str(Path(__file__).parents[3])
    return f"import sys; sys.path.insert(0, {package!r}); from {__name__} import main; main()"


def main() -> None:
    """Make a sandbox and print, as JSON, what stood in the way."""
    from . import keeper
    from .limits import Limits

    ours, theirs = socket.socketpair()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("root", "package", "sockets"):
            (folder / part).mkdir()
        keeper.keep(
            theirs, lambda bound: bound(), root=str(folder / "root"), package=folder / "package",
            sockets=str(folder / "sockets"), submission="", limits=Limits(),
        )  # fmt: skip
    theirs.close()
    said = ours.makefile(encoding="utf-8").readline().strip()
    print(json.dumps("" if said == "up" else said or "the first process ended"))
