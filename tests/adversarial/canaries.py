"""What a submission must not reach: files, a gradebook, a listener, the environment, other processes. Each one tells
whether it was touched, and holds a text that must turn up nowhere."""

import hashlib
import secrets
import socket
import sqlite3
from pathlib import Path

import psutil

ENVIRONMENT = "CANARY_TOKEN"
LEFT_BEHIND = "canary-left-behind"


class Canaries:
    """Canaries beside a course's folder.

    Args:
        folder: where to put them.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.text = f"CANARY-{secrets.token_hex(12)}"
        self.secret, self.key, self.gradebook = folder / "secret.txt", folder / "keys" / "key.yaml", folder / "other.db"
        self.key.parent.mkdir()
        for path in (self.secret, self.key):
            path.write_text(f"{self.text}\n", encoding="utf-8")
        with sqlite3.connect(self.gradebook) as database:
            database.execute("create table grade (student text, score real)")
            database.execute("insert into grade values (?, 1.0)", [self.text])
        self._before = self._state()
        self._listeners = {
            "a TCP listener": socket.create_server(("127.0.0.1", 0)),
            "a unix listener": _listening(str(folder / "socket")),
            "an abstract unix listener": _listening(f"\0{self.text}"),
        }
        for listener in self._listeners.values():
            listener.setblocking(False)
        self.port = self._listeners["a TCP listener"].getsockname()[1]

    def touched(self, *written: Path) -> list[str]:
        """What was touched, in words.

        Args:
            written: folders with what grading has written, which must hold no secret.
        """
        found = [f"{name} was changed" for name, was in self._before.items() if self._state().get(name) != was]
        found += [f"{name} is new" for name in self._state().keys() - self._before.keys()]
        for name, listener in self._listeners.items():
            try:
                listener.accept()
            except BlockingIOError:
                continue
            found.append(f"{name} was reached")
        for folder in written:
            for path in folder.rglob("*"):
                if path.is_file() and self.text.encode() in path.read_bytes():
                    found.append(f"a secret is in {path.relative_to(folder)}")
        return found + [f"process {pid} was left behind" for pid in left_behind()]

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.close()

    def _state(self) -> dict[str, str]:
        files = [path for path in sorted(self.folder.rglob("*")) if path.is_file()]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def left_behind() -> list[int]:
    """The processes that a submission marked as its own, and that still run."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(LEFT_BEHIND in argument for argument in process.info["cmdline"] or [])
    ]


def _listening(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen()
    return listener
