"""The challenges of a course: a few secret ones for each exercise, drawn when an answer is graded.

A challenge follows from the course's secret (`.grading_secret`), the exercise, the *generation* and a number below
`POOL`. All of them but the secret are in its id, so that a grade can be reproduced: `train_step-2-3` is number 3 of
generation 2. A new generation begins when feedback has been given.

What is expected of a challenge is computed once and kept in `.grading_cache`. Neither file is in a folder that is
copied into a release or a submission.
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .. import authoring, exercises, probing, public
from .keys import read_key
from .problems import CourseError
from .version import version

POOL = 2  # more than one, so that not everybody is judged on the same numbers; each takes a second or two to make
SECRET = ".grading_secret"
CACHE = ".grading_cache"

_SOURCES = ("exercises", "kinds", "probing")  # from which an expectation follows, beside the challenge


@dataclass(frozen=True)
class Challenge:
    """One challenge: `given` is all that the probe gets, `expected` what the judge needs; both are plain data."""

    id: str
    given: dict
    expected: dict


@dataclass(frozen=True)
class Draw:
    """Which challenge was drawn: its `id`, and the exercise and seed from which `expectation` computes it; or, of a
    choice, what is `expected`, which needs no computing."""

    id: str
    exercise: str
    seed: int
    expected: dict | None = None


def expectation(exercise: str, seed: int) -> dict:
    """What is expected of a challenge: plain data, which takes a second or two to compute."""
    # Once for all answers: to change the number of threads for each of them takes longest.
    with probing.isolation.undisturbed():
        return authoring.expected(exercise, exercises.get(exercise).challenge(seed))


class Challenges:
    """The challenges of one course folder."""

    def __init__(self, course: Path) -> None:
        self._course = course

    def draw(self, exercise: str, submission: str) -> Challenge:
        """The challenge on which a submission's answer to an exercise is judged; raises what `choose` does."""
        drawn = self.choose(exercise, submission)
        expected = self.known(drawn)
        if expected is None:
            expected = expectation(drawn.exercise, drawn.seed)
            self.keep(drawn, expected)
        return Challenge(drawn.id, expected["given"], expected)

    def choose(self, exercise: str, submission: str) -> Draw:
        """Draw a submission's challenge for an exercise: the same one until `renew` is called.

        Computed values are judged on the data that the notebook shows, and choices by the course's key: of these there
        is one challenge each.

        Raises:
            LookupError: there is no such exercise.
            CourseError: the key of a choice cannot be used, or the course's secret cannot be read or written.
        """
        task = exercises.get(exercise)
        if task.KIND == "choice":
            given, key = task.challenge(public.PUBLIC_SEED)["given"], read_key(task, self._course)
            return Draw(f"{exercise}-key", exercise, public.PUBLIC_SEED, {"given": given, "key": key})
        if task.KIND == "value":
            return Draw(f"{task.JUDGED_AS}-public", task.JUDGED_AS, public.PUBLIC_SEED)
        secret, generation = self._secret()
        number = _hashed(secret, "draw", task.JUDGED_AS, generation, submission) % POOL
        seed = _hashed(secret, "challenge", task.JUDGED_AS, generation, number)
        return Draw(f"{task.JUDGED_AS}-{generation}-{number}", task.JUDGED_AS, seed)

    def known(self, drawn: Draw) -> dict | None:
        """What is expected of a challenge, if that has been computed and kept before."""
        if drawn.expected is not None:
            return drawn.expected
        path = self._path(drawn)
        if path not in _remembered:
            try:
                _remembered[path] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):  # not there yet, or cut off when a disk was full
                return None
        return _remembered[path]

    def keep(self, drawn: Draw, expected: dict) -> None:
        """Keep what is expected of a challenge, and drop what earlier versions of the package expected of it."""
        path = self._path(drawn)
        _remembered[path] = expected
        _write(path, json.dumps(expected, separators=(",", ":")))
        for outdated in set(path.parent.glob(f"{drawn.id}-*.json")) - {path}:
            outdated.unlink(missing_ok=True)

    def keyed(self, *what: str) -> bytes:
        """Bytes that follow from a text and the course's secret, and that only who knows the secret can tell.

        Raises CourseError if the course's secret cannot be read or written.
        """
        return hmac.new(self._secret()[0], json.dumps(what).encode(), hashlib.sha256).digest()

    def renew(self) -> None:
        """Begin a new generation, if a challenge of the present one has been drawn."""
        secret, generation = self._secret()
        used = [path for path in (self._course / CACHE).glob("*.json") if f"-{generation}-" in path.name]
        if used:
            state = {"secret": secret.hex(), "generation": generation + 1}
            _write(self._course / SECRET, json.dumps(state) + "\n")
            for path in used:
                path.unlink(missing_ok=True)

    def _path(self, drawn: Draw) -> Path:
        return self._course / CACHE / f"{drawn.id}-{version(*_SOURCES)}.json"

    def _secret(self) -> tuple[bytes, int]:
        path = self._course / SECRET
        if not path.exists():
            _write(path, json.dumps({"secret": secrets.token_hex(32), "generation": 1}) + "\n", keep=True)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return bytes.fromhex(data["secret"]), int(data["generation"])
        except (ValueError, KeyError, TypeError):
            raise CourseError(f"{path} is damaged: delete it, and grade again (on other challenges).") from None


def renew_after_feedback(**_: object) -> None:
    """For nbgrader to call when it has made a page of feedback, which shows some of a challenge; it does so in the
    course's folder."""
    Challenges(Path.cwd()).renew()


_remembered: dict[Path, dict] = {}


def _hashed(secret: bytes, *what: object) -> int:
    """A number of 31 bits that only who knows the secret can tell."""
    digest = hmac.new(secret, json.dumps(what).encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _write(path: Path, text: str, *, keep: bool = False) -> None:
    """Write a file for its owner's eyes alone, all of it or nothing; with `keep`, one that is there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new_")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if keep:
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(name, path)
        else:
            os.replace(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
