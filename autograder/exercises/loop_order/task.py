"""Exercise: put the lines of a training step in order (a Parsons problem), judged by running the order given."""

import linecache
import re

from ...judging import Verdict
from ...probing import answers
from ..train_step import task as train_step
from ..train_step.task import challenge

__all__ = [
    "ID",
    "JUDGED_AS",
    "KIND",
    "LINES",
    "MISCONCEPTIONS",
    "PARTS",
    "SHOWS_ORDER",
    "TITLE",
    "challenge",
    "judge",
    "probe",
]

ID = "loop_order"
KIND = "code"
TITLE = "Order of the loop"
PARTS = {"order": "the order of the lines"}
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = "train_step"
SHOWS_ORDER = False  # it is what the exercise asks for

LINES = {
    "A": "optimizer.step()",
    "B": "loss = loss_fn(model(inputs), targets)",
    "C": "grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
    "D": "optimizer.zero_grad()",
    "E": "loss.backward()",
    "F": "loss = loss.detach()",
    "G": "torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)",
}

_HEAD = "def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):"


def probe(answer: object, given: dict) -> dict:
    """Observe the training step that the chosen lines make, like a step that was written by hand.

    `answer` is a text such as `"D B E"` (spaces and commas do not matter), or a list of letters.
    """
    letters, fault = _letters(answer)
    if fault:
        return {"runs": [], "fault": fault, "evidence": {}, "trace": []}
    observations = train_step.probe(_assemble(letters), given)
    if observations["fault"] and observations["fault"].get("error") in ("NameError", "UnboundLocalError"):
        observations["fault"]["code"] = "used-before-made"
    return observations


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the one part `order`: right if the lines update the weights as a clipped step does."""
    verdict = train_step.judge(observations, expected)
    order = frozenset(PARTS)
    diagnoses = [(code, details, order) for code, details, parts in verdict.diagnoses if "update" in parts]
    return Verdict({"order": verdict.parts["update"]}, diagnoses)


def _letters(answer: object) -> tuple[list[str], dict | None]:
    if answer is None or answer is ... or (isinstance(answer, str | list | tuple) and not answer):
        return [], answers.fault("not-implemented")
    if isinstance(answer, str):
        answer = re.sub(r"[\s,;→>-]+", "", answer)
    elif not isinstance(answer, list | tuple) or not all(isinstance(letter, str) for letter in answer):
        return [], answers.fault("not-an-order", got=answers.describe(answer))
    letters = [letter.strip().upper() for letter in answer]
    unknown = [letter for letter in letters if letter not in LINES]
    if unknown:
        return [], answers.fault("unknown-line", got=", ".join(dict.fromkeys(unknown))[:40], wanted=", ".join(LINES))
    repeated = [letter for letter in LINES if letters.count(letter) > 1]
    if repeated:
        return [], answers.fault("repeated-line", got=", ".join(repeated))
    return letters, None


def _assemble(letters: list[str]):
    """The function that these lines make. Its text is registered, so that an error can show the line."""
    body = [LINES[letter] for letter in letters]
    source = "\n    ".join([_HEAD, "import torch", *body, "return None"]) + "\n"
    name = f"<lines {' '.join(letters)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict = {}
    exec(compile(source, name, "exec"), namespace)
    return namespace["train_step"]
