"""Training steps, judged by where the weights go and named by the known wrong answer that they agree with.

An exercise observes a step with `autograder.probing.training.observe` and judges it here:

    def judge(observations, expected):
        return trajectories.judge(observations, expected, name_update, name_returned)

Right is what leaves the reference's weights (and further `state`, where the exercise observes one) after every call
of every run, and returns what the reference returns. What is wrong is named by two functions of the exercise, built
from the pieces below:

* `alike`: mutants with the same trajectory, the one that agrees best in all else that was seen first;
* `so_far`: an answer that raised, as if the probes ended there, for the functions above and below;
* `nearest`: the mutant with the best partial agreement, where none agrees fully;
* `name_exception`, `name_standstill`, `clip_places`: what exceptions and events tell;
* `autograder.kinds.steps`: how an update relates to the gradient that the step should have followed.

`expected` holds `given` (with `probes`), `reference` (its observations) and `mutants` (name to `code` and
`observations`). Everything here is plain data, and nothing is run.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from ..judging import Verdict

# Right spellings deviate by rounding only (under 1e-6 of a step), the nearest mutant by 4e-3 of a step.
_TOLERANCE = 1e-4
_ROUNDING = 1e-6

_UPDATE, _RETURNS = frozenset({"update"}), frozenset({"returns"})


def judge(
    seen: dict,
    expected: dict,
    name_update: Callable[[dict, dict], tuple[list[str], bool]],
    name_returned: Callable[[dict, dict], str],
) -> Verdict:
    """Verdict over the parts `update` (the weights after every call) and `returns`.

    Args:
        seen: the observations.
        expected: what is expected of them.
        name_update: gives codes for a wrong update or an exception, most likely first, and whether the first of them
            explains what was returned as well.
        name_returned: gives the code for wrong returned values.
    """
    reference, fault = expected["reference"], seen["fault"]
    update = fault is None and same_weights(seen, reference)
    misreturned = _first_misreturned(seen, reference)
    parts = {"update": update, "returns": fault is None and misreturned is None}
    if all(parts.values()):
        return Verdict(parts)
    if fault and fault["code"] != "raises":
        return Verdict(parts, [(fault["code"], fault, _UPDATE | _RETURNS)])
    details = {**(misreturned or {}), **(fault or {})}
    diagnoses = []
    if not update:
        codes, explains_returned = name_update(seen, expected)
        explains = _UPDATE | _RETURNS if fault or explains_returned else _UPDATE
        diagnoses = [(code, details, explains) for code in codes]
    if not parts["returns"] and not fault:
        diagnoses.append((name_returned(seen, expected), details, _RETURNS))
    return Verdict(parts, diagnoses)


def _first_misreturned(seen: dict, reference: dict) -> dict | None:
    """The first returned value that is not right, of the calls that started from the right weights.

    A later call of a run that went astray is not held against what it returns: its loss belongs to other weights.
    """
    for run, wanted_run in zip(seen["runs"], reference["runs"], strict=False):
        comparable = matching_calls(run, wanted_run) + 1
        for call, wanted in list(zip(run["calls"], wanted_run["calls"], strict=False))[:comparable]:
            for name, value in wanted["returned"].items():
                got = call["returned"].get(name)
                free = value is None  # the true value is not finite: nothing in particular is asked for
                if not free and ("other" in call["returned"] or not close(got, value)):
                    shown = call["returned"].get("other", "not a finite number" if got is None else f"{got:.4g}")
                    return {"which": name, "got": shown}
    return None


# -- comparing -------------------------------------------------------------------------------------------------------


def same_weights(seen: dict, other: dict) -> bool:
    """Whether two observations hold the same weights (and the same state) after every call of every run."""
    return len(seen["runs"]) == len(other["runs"]) and all(
        matching_calls(a, b) == len(b["calls"]) for a, b in zip(seen["runs"], other["runs"], strict=True)
    )


def matching_calls(run: dict, other: dict) -> int:
    """How many calls, from the first, leave the same weights (and the same state) in both runs."""
    before = None
    for k, (call, its) in enumerate(zip(run["calls"], other["calls"], strict=False)):
        if not same_call(call, its, before):
            return k
        before = its["weights"]
    return min(len(run["calls"]), len(other["calls"]))


def same_call(call: dict, other: dict, before: Sequence[float | None] | None = None) -> bool:
    """Whether one call left the same weights and state as another that began with the weights `before`, if known."""
    weights, wanted = call["weights"], other["weights"]
    step = math.inf if before is None else _apart(wanted, before)
    limit = _TOLERANCE * min(step, 0.1) + _ROUNDING * (1 + _apart(wanted, [0.0] * len(wanted)))
    if len(weights) != len(wanted) or not (_lost(weights, wanted) or _apart(weights, wanted) <= limit):
        return False
    state, its = call.get("state", []), other.get("state", [])
    return len(state) == len(its) and all(close(a, b) for a, b in zip(state, its, strict=True))


def same_returned(seen: dict, other: dict) -> bool:
    """Whether all calls return the same numbers as those of another answer."""
    return all(
        close(a["returned"].get(name), b["returned"].get(name), 1e-3)
        for a, b in paired_calls(seen, other)
        for name in {*a["returned"], *b["returned"]} - {"other"}
    )


def paired_calls(seen: dict, other: dict) -> list[tuple[dict, dict]]:
    """The calls of two answers side by side, as far as both go."""
    runs = zip(seen["runs"], other["runs"], strict=False)
    return [pair for a, b in runs for pair in zip(a["calls"], b["calls"], strict=False)]


def first_calls(seen: dict, expected: dict) -> list[tuple[dict, dict, dict]]:
    """The first call of each run (the weights before are known there), the reference's, and the probe."""
    runs = zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=False)
    return [(run["calls"][0], wanted["calls"][0], probe) for run, wanted, probe in runs if run["calls"]]


def close(a: float | None, b: float | None, tolerance: float = _TOLERANCE) -> bool:
    """Whether two numbers are the same within a relative tolerance (None stands for: not finite)."""
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=_ROUNDING)


def as_array(values: list[float | None]) -> np.ndarray:
    """Observed numbers as an array; None becomes nan."""
    return np.array([math.nan if v is None else v for v in values], dtype=float)


def _apart(weights: Sequence[float | None], others: Sequence[float | None]) -> float:
    """How far apart: nan if one of them is not finite. (A hundred mutants are compared, so it has to be quick.)"""
    return math.nan if None in weights or None in others else math.dist(weights, others)


def _lost(weights: list[float | None], wanted: list[float | None]) -> bool:
    """Whether both have run into nan: what else they hold is chance."""
    return None in weights and None in wanted


# -- naming by agreement with a mutant -------------------------------------------------------------------------------


def alike(seen: dict, expected: dict) -> list[dict]:
    """The mutants that leave the same weights after every call, nearest in everything else that was seen first."""
    mutants = [m for m in expected["mutants"].values() if not m["observations"]["fault"]]
    same = [m for m in mutants if same_weights(seen, m["observations"])]
    return sorted(same, key=lambda mutant: distance(seen, mutant["observations"]))


def so_far(seen: dict, expected: dict) -> tuple[dict, dict]:
    """An answer that raised, and what is expected, as if the probes ended where it did.

    Mutants that did not come as far have a `fault`.
    """
    lengths = [len(run["calls"]) for run in seen["runs"]]

    def cut(other: dict) -> dict:
        runs = [{**run, "calls": run["calls"][:k]} for run, k in zip(other["runs"], lengths, strict=False)]
        reached = [len(run["calls"]) for run in runs] == lengths
        return {**other, "runs": runs, "fault": None if reached else other["fault"]}

    mutants = {name: {**m, "observations": cut(m["observations"])} for name, m in expected["mutants"].items()}
    return cut(seen), {**expected, "reference": cut(expected["reference"]), "mutants": mutants}


def explained(seen: dict, mutants: list[dict], code: str) -> bool:
    """Whether one of these mutants has this code and returns what was returned."""
    return any(m["code"] == code and same_returned(seen, m["observations"]) for m in mutants)


def distance(seen: dict, mutant: dict) -> float:
    """How far two answers with the same weights are apart in what they return, leave behind and do in which order.

    2 for other returned values, 3 for other gradients left behind, 3 for clipping at other places, 2 each for another
    gradient after the last backward pass, other clipping calls and scaled copies, and 0.2 for each event by which the
    orders differ.
    """
    total = 2.0 * (not same_returned(seen, mutant))
    total += 3 * any(not close(a["left"], b["left"], 1e-3) for a, b in paired_calls(seen, mutant))
    mine, its = seen["evidence"], mutant["evidence"]
    total += 3 * (clip_places(mine) != clip_places(its))
    total += 2 * any(not close(a, b, 1e-3) for a, b in zip(_total(mine), _total(its), strict=False))
    total += 2 * (mine["clips"] != its["clips"]) + 2 * (mine["scaled_copies"] != its["scaled_copies"])
    return total + 0.2 * _edits(_last(mine["order"]), _last(its["order"]))


def nearest(seen: dict, expected: dict) -> tuple[str, float]:
    """The code of the mutant that agrees best, and how well: the share of calls with the same weights.

    Only calls count that tell something: those in which the mutant differs from the reference, or the answer does.
    Among equals, `distance` decides. ("unknown", 0.0) where nothing agrees.
    """
    reference = expected["reference"]
    mine_right = [matching_calls(*runs) for runs in zip(seen["runs"], reference["runs"], strict=False)]
    best = ("unknown", 0.0, math.inf)
    for mutant in expected["mutants"].values():
        its = mutant["observations"]
        if its["fault"] or len(its["runs"]) != len(seen["runs"]):
            continue
        alike = [matching_calls(*runs) for runs in zip(seen["runs"], its["runs"], strict=True)]
        agreed = sum(max(same - right, 0) for same, right in zip(alike, mine_right, strict=True))
        if not agreed:
            continue
        its_right = [matching_calls(*runs) for runs in zip(its["runs"], reference["runs"], strict=True)]
        lengths = [
            min(len(run["calls"]), len(other["calls"]))
            for run, other in zip(seen["runs"], reference["runs"], strict=True)
        ]
        asked = sum(n - min(rights) for n, *rights in zip(lengths, mine_right, its_right, strict=True))
        if (agreed / asked, -distance(seen, its)) > (best[1], -best[2]):
            best = (mutant["code"], agreed / asked, distance(seen, its))
    return best[:2]


# -- naming by what else was seen ------------------------------------------------------------------------------------


def name_exception(seen: dict, expected: dict) -> str | None:
    """The code of the mutant that raises the same in the same call, nearest in its events; None if there is none."""

    def trace(observations: dict) -> tuple:
        fault = observations["fault"] or {}
        return fault.get("error"), fault.get("message"), [len(run["calls"]) for run in observations["runs"]]

    same = [
        (_edits(_last(seen["evidence"]["order"]), _last(mutant["observations"]["evidence"]["order"])), mutant["code"])
        for mutant in expected["mutants"].values()
        if mutant["code"] != "raises" and trace(mutant["observations"]) == trace(seen)
    ]
    return min(same, key=lambda pair: pair[0])[1] if same else None


def did_nothing(seen: dict) -> bool:
    """Whether nothing of a training step happened in the watched calls."""
    return not any(seen["evidence"]["order"]) and not seen["evidence"]["foreign"]


def name_standstill(evidence: dict) -> str:
    """The weights never moved, or only by an old gradient: why not?"""
    order, own = evidence["order"][0], [e for e in evidence["order"][0] if e in ("zero_grad", "backward", "step")]
    if evidence["foreign"]:
        return "ignores-arguments"
    if "backward" not in own:
        return "missing-backward"
    if "step" not in own:
        return "missing-step"
    last_step = len(own) - 1 - own[::-1].index("step")
    if "backward" not in own[:last_step]:
        return "step-before-backward"
    if not any(evidence["backward_norms"]):
        return "detached-loss"
    if "zero_grad" in own[own.index("backward") : last_step]:
        return "zero-grad-before-step"
    if evidence["backward_by"] == ["autograd.grad"]:
        return "missing-backward"  # gradients were computed but never put where the optimizer looks
    return "missing-step" if "clip" in order else "missing-backward"


def clip_places(evidence: dict) -> set[str]:
    """Where clips happened: before any backward, between backward and step, after the step."""
    places = set()
    for order in evidence["order"]:
        place = "early"
        for event in order:
            if event == "clip":
                places.add(place)
            elif event == "step":
                place = "late"
            elif event == "backward" and place == "early":
                place = "between"
    return places


def most(evidence: dict, event: str) -> int:
    """How often an event happened in one watched call, at most."""
    return max((order.count(event) for order in evidence["order"]), default=0)


def _total(evidence: dict) -> list[float | None]:
    """The norm of the gradients after the last backward pass, if there was one."""
    return evidence["backward_norms"][-1:]


def _last(orders: list[list[str]]) -> list[str]:
    return orders[-1] if orders else []


def _edits(a: list[str], b: list[str]) -> int:
    """Edit distance between two orders of events."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, previous = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (x != y)))
    return row[-1]
