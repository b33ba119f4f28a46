"""Answers that are recorded where they are given and graded elsewhere: a dictionary with one answer for each part.

What a student's process can say about such an answer is its *form*: that it is there, and of the kind asked for.
"""

from collections.abc import Callable, Iterable, Mapping

from ..judging import Verdict
from ..probing import answers

# An answer left as the assignment shows it.
_PLACEHOLDERS = (None, ..., "", "?")


def probe_parts(
    answer: object, parts: Iterable[str], read: Callable[[str, object], tuple[object, dict | None]]
) -> dict:
    """Observe a dictionary of answers.

    Args:
        answer: what the student wrote: a mapping from a part's name to the answer to it.
        parts: the parts' names.
        read: takes a part's name and its answer; gives the answer as plain data, and its fault or None.

    Returns:
        `answers` (part to plain data, None where it has a fault) and `faults` (part to fault, only where there is one).
    """
    names = list(parts)
    read_answers: dict[str, object] = dict.fromkeys(names)
    faults: dict[str, dict] = {}
    for name in names:
        if is_placeholder(answer):
            faults[name] = answers.fault("not-implemented")
        elif not isinstance(answer, Mapping):
            faults[name] = answers.fault("not-a-dictionary", got=answers.describe(answer), wanted=", ".join(names))
        elif is_placeholder(answer.get(name)):
            faults[name] = answers.fault("not-implemented")
        else:
            read_answers[name], fault = read(name, answer[name])
            if fault:
                faults[name] = fault
    return {"answers": read_answers, "faults": faults, "fault": None, "trace": []}


def is_placeholder(value: object) -> bool:
    """Whether an answer was left as it stood in the assignment."""
    return any(value is one or (isinstance(value, str) and value.strip() == one) for one in _PLACEHOLDERS)


def judge_parts(observations: dict, mistakes: Callable[[str, object], list[tuple[str, dict]]] | None) -> Verdict:
    """Verdict over the parts of a recorded answer.

    Args:
        observations: what `probe_parts` gave.
        mistakes: gives what is wrong with a part's answer, most likely first, as (code, details), and nothing if it is
            right; None where nobody may know, in a student's process: then only the form is judged.
    """
    wrong: dict[str, list[tuple[str, dict]]] = {}
    for name, given in observations["answers"].items():
        if fault := observations["faults"].get(name):
            wrong[name] = [(fault["code"], {"part": name, **fault})]
        elif mistakes is not None and (found := mistakes(name, given)):
            wrong[name] = [(code, {"part": name, **details}) for code, details in found]
    return Verdict(
        parts={name: name not in wrong for name in observations["answers"]},
        diagnoses=[(code, details, frozenset({name})) for name, found in wrong.items() for code, details in found],
        recorded_only=mistakes is None,
    )
