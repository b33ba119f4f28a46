"""A full `check` of a training step beside its probes and nothing else."""

import time
import warnings
from collections.abc import Callable
from statistics import median

from rich.console import Console

from autograder import check, exercises, public
from autograder.authoring import answers_of
from autograder.grading.progress import progress
from autograder.probing import training

RUNS = 5


def measure(console: Console) -> tuple[list[str], list[list[str]]]:
    """Times of the reference, of the other right spellings and of all mutants."""
    answers = answers_of("train_step")
    probes = public.expected(exercises.get("train_step"))["given"]["probes"]
    reference, *spellings = answers.rights.values()
    groups = {
        "the reference": [reference],
        "other right spellings": spellings,
        "mutants": list(answers.mutants.values()),
    }
    _compare(reference, probes)  # the first time loads what is loaded once
    rows = []
    with warnings.catch_warnings(), progress(console, "Checking", sum(map(len, groups.values()))) as step:
        warnings.simplefilter("ignore")
        for name, functions in groups.items():
            times = []
            for function in functions:
                times.append(_compare(function, probes))
                step(function.__name__, True)
            bare, full = zip(*times, strict=True)
            ratios = [b / a for a, b in times]
            rows.append(
                [f"{name} ({len(functions)})", _both(bare), _both(full), f"{median(ratios):.1f} / {max(ratios):.1f}"]
            )
    return ["median / max", "probes alone", "check", "ratio"], rows


def _compare(answer: Callable, probes: list[dict]) -> tuple[float, float]:
    """Seconds of the bare probes and of the full check, measured in turn."""
    bare, full = [], []
    for _ in range(RUNS):
        bare.append(_seconds(lambda: _run(answer, probes)))
        full.append(_seconds(lambda: check("train_step", answer, strict=False)))
    return median(bare), median(full)


def _run(answer: Callable, probes: list[dict]) -> None:
    for probe in probes:
        _, fault = training.run(answer, probe)
        if fault:
            break


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _both(seconds: tuple[float, ...]) -> str:
    return f"{1000 * median(seconds):.1f} / {1000 * max(seconds):.1f} ms"
