"""Cells that reach for what is not theirs. Each attempt prints "no" and why not, or what it got."""

import os
from pathlib import Path

from .canaries import ENVIRONMENT, LEFT_BEHIND, Canaries
from .hostile_class import FULL, Case

_TRY = """
import os, socket, sys

def attempt(do):
    try:
        print("GOT", do())
    except BaseException as error:
        print("no", type(error).__name__, str(error)[:60])

def refused(result):
    "Calls of the C library say by -1 that they were refused."
    if result == -1:
        raise OSError("-1")
    return result

def C():
    import ctypes
    return ctypes.CDLL(None)
"""
_ONLY_NO = r"(no .*\n?)+"


def escapes(canaries: Canaries) -> list[Case]:
    read = [f"open({str(path)!r}, 'rb').read()" for path in (canaries.secret, canaries.key, canaries.gradebook)]
    write = [f"open({str(path)!r}, 'ab').write(b'x')" for path in (canaries.secret, canaries.gradebook)]
    grader = os.getpid()
    return [
        _escape("loopback", "connect to a listener on this machine",
                f"socket.create_connection(('127.0.0.1', {canaries.port}), 2)",
                f"socket.create_connection(('localhost', {canaries.port}), 2)"),
        _escape("internet", "connect to other machines, and ask for a name",
                "socket.create_connection(('1.1.1.1', 443), 2)", "socket.getaddrinfo('example.org', 80)",
                "socket.socket(socket.AF_INET6, socket.SOCK_STREAM).connect(('::1', 80))"),
        _escape("unix_sockets", "connect to sockets in files and without",
                f"socket.socket(socket.AF_UNIX).connect({str(canaries.folder / 'socket')!r})",
                f"socket.socket(socket.AF_UNIX).connect('\\0' + {canaries.text[::-1]!r}[::-1])"),
        _escape("odd_sockets", "sockets to a host, of packets, of the kernel's ciphers",
                "socket.socket(40, socket.SOCK_STREAM)", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
                "socket.socket(38, socket.SOCK_SEQPACKET)"),
        _escape("read", "read a secret, a key and another gradebook", *read),
        _escape("write", "change a secret and another gradebook, and make a file", *write,
                f"open({str(canaries.folder / 'made')!r}, 'w')", f"os.remove({str(canaries.secret)!r})"),
        _escape("course", "read the course's folder: submissions, gradebook, secret of the challenges",
                "next(name for name in os.listdir('..') if name.startswith(('escape', 'a_', 'gradebook')))",
                "open('../../../gradebook.db')", "open('../../../.grading_secret')",
                "open('/home/student/../../.grading_secret')"),
        _escape("system", "read and change files of the system",
                "open('/etc/shadow').read()", "open('/etc/hostname').read()", "open('/etc/passwd', 'a')",
                "os.listdir('/var')", "os.listdir('/sys')", "open('/dev/kmsg')", "open('/proc/sysrq-trigger', 'w')"),
        _escape("packages", "change the packages and this one", "open(__import__('torch').__file__, 'a')",
                "open(__import__('autograder').__file__, 'a')", "os.rename(os.__file__, os.__file__ + 'x')",
                "os.mkdir('/new')"),
        _escape("solutions", "import and read solutions, the judge's challenges and keys",
                "__import__('autograder.exercises.train_step.solutions')", "__import__('autograder.authoring')",
                "__import__('autograder.exercises.train_step.making')", "__import__('autograder.probing.making')",
                "__import__('autograder.grading.challenges')", "__import__('autograder.grading.keys')",
                "next(p for p, d, f in os.walk('/') if 'solutions.py' in f and 'autograder' in p)"),
        _escape("environment", "find the grader's environment", f"os.environ[{ENVIRONMENT!r}]",
                f"next(p for p in os.listdir('/proc') if p.isdigit() and {ENVIRONMENT[::-1]!r}[::-1].encode() in "
                "open(f'/proc/{p}/environ', 'rb').read())"),
        _escape("signals", "signal the grader, its group and the first process",
                f"os.kill({grader}, 9)", "os.killpg(0, 0) if os.getpgid(0) != os.getpid() else 1 / 0",
                "os.kill(os.getppid(), 9) or os.kill(os.getppid(), 15) or open('/proc/1/mem')"),
        _escape("debugging", "read and trace other processes",
                "open('/proc/1/environ')", "os.listdir('/proc/1/root')", "os.readlink('/proc/1/fd/0')",
                "refused(C().ptrace(16, 1, 0, 0))", "refused(C().process_vm_readv(1, 0, 0, 0, 0, 0))"),
        _escape("namespaces", "make namespaces, mount, change the root, be root",
                "refused(C().unshare(0x10000000))", "refused(C().mount(b'none', b'/mnt', b'tmpfs', 0, 0))",
                "refused(C().umount2(b'/proc', 2))", "os.chroot('/home')", "os.setuid(0)", "os.mknod('d', 0o60600, 1)",
                "refused(C().syscall(435, 0, 0))"),
        _escape("descriptors", "use what was left open",
                "next(t for f in os.listdir('/proc/self/fd') for t in [os.readlink(f'/proc/self/fd/{f}')] "
                "if t[0] == '/' and not t.startswith(('/dev/', '/proc/', '/home/student')))",
                "os.listdir('/run/kernel')[0]", "open('/run/kernel/x', 'w')"),
        _escape("uncounted", "have memory that no limit counts",
                "os.memfd_create('x')", "__import__('mmap').mmap(-1, 4096)", "refused(C().shmget(0, 4096, 0o1600))",
                "refused(C().syscall(425, 8, 0))"),
        Case("escape_left_behind", "escape", "leave a process behind, in a session of its own", (FULL,), _LEAVE,
             shown="left"),
        Case("escape_link_to_file", "escape", "hand in a link to a secret, and print what it leads to", (FULL,),
             _TRY + "attempt(lambda: open('data.txt').read())\nattempt(lambda: open('deep/data.txt').read())",
             damage=_link_files, shown=_ONLY_NO),
        Case("escape_link_to_folder", "escape", "hand in a link to a folder with secrets", (FULL,),
             _TRY + "attempt(lambda: os.listdir('data'))", damage=_link_folder, shown=_ONLY_NO),
    ]  # fmt: skip


def _escape(name: str, tried: str, *attempts: str) -> Case:
    source = _TRY + "\n".join(f"attempt(lambda: {one})" for one in attempts)
    return Case(f"escape_{name}", "escape", tried, (FULL,), source, shown=_ONLY_NO)


_LEAVE = f"""
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "'{LEFT_BEHIND}'; import time; time.sleep(900)"])
    os._exit(0)
time.sleep(0.3)
print("left")
"""


def _link_files(folder: Path, canaries: Canaries) -> None:
    (folder / "data.txt").symlink_to(canaries.secret)
    (folder / "deep").mkdir()
    (folder / "deep" / "data.txt").symlink_to(canaries.key)


def _link_folder(folder: Path, canaries: Canaries) -> None:
    (folder / "data").symlink_to(canaries.folder)
