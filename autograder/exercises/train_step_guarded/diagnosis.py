"""Name the mistake behind a wrong guarded step.

What goes wrong before any gradient was broken is a training step's mistake, and named as there. The rest is read off
the broken calls: after which of them have the weights changed, and how; and what became of the calls after them.
"""

import numpy as np

from ...kinds.steps import flat
from ...kinds.trajectories import (
    alike,
    as_array,
    close,
    did_nothing,
    explained,
    first_calls,
    name_exception,
    same_call,
    same_weights,
)
from ..train_step import diagnosis as plain_step

# How the gradients of a call may break: what the loss and what the total norm is then.
BROKEN = {
    "nan-input": ("nan", "nan"),
    "inf-target": ("inf", "inf"),
    "missing-target": ("finite", "nan"),  # under the loss "masked"
    "overflow": ("finite", "inf"),  # of the first layer's weights only, and only in the first call of a run
}


def name_update(seen: dict, expected: dict) -> tuple[list[str], bool]:
    """Codes for a wrong update or an exception, most likely first; and whether the first explains what was returned."""
    if seen["fault"]:
        return [_name_exception(seen, expected)], True
    if did_nothing(seen):
        return ["not-implemented"], True
    mine, its = _before_any_broken(seen, expected), _expected_before_any_broken(expected)
    if not same_weights(mine, its["reference"]):
        code = _name_left_out(seen, expected, mine, its)
        return ([code], False) if code else plain_step.name_update(mine, its)
    ranked = alike(seen, expected)
    codes = [_name_guard(seen, expected), *(mutant["code"] for mutant in ranked)]
    if codes[0] == "unknown" and ranked:
        codes = codes[1:]
    return list(dict.fromkeys(codes))[:3], explained(seen, ranked, codes[0])


def name_returned(seen: dict, expected: dict) -> str:
    """The code for wrong returned values."""
    pairs = list(_returned(seen, expected))
    if any("other" in got for got, _, _ in pairs):
        return "wrong-return-type"
    ordinary = [(got, want, max_norm) for got, want, max_norm in pairs if want["finite"]]
    if all(close(got["grad_norm"], want["grad_norm"]) for got, want, _ in ordinary):
        return "returns-finite-norm"
    if all(close(got["grad_norm"], min(want["grad_norm"], max_norm), 1e-3) for got, want, max_norm in ordinary):
        return "returns-clipped-norm"
    return "wrong-norm"


def _returned(seen: dict, expected: dict):
    """What each call returned, what it should have, and its threshold: of the calls that began with right weights."""
    runs = zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=False)
    for run, right, probe in runs:
        for call, wanted, its in zip(run["calls"], right["calls"], probe["calls"], strict=False):
            yield call["returned"], wanted["returned"], its["max_norm"]
            if not same_call(call, wanted):
                break


# -- before any gradient was broken ----------------------------------------------------------------------------------


def _ordinary_beginnings(probes: list[dict]) -> list[tuple[int, int]]:
    """The runs that begin with ordinary calls: their number, and that of those calls."""
    lengths = [next((k for k, call in enumerate(p["calls"]) if call["broken"]), len(p["calls"])) for p in probes]
    return [(number, length) for number, length in enumerate(lengths) if length]


def _before_any_broken(seen: dict, expected: dict) -> dict:
    """Observations of ordinary calls alone: up to the first broken one of each run."""
    kept = _ordinary_beginnings(expected["given"]["probes"])
    runs = [{"calls": seen["runs"][n]["calls"][:length]} for n, length in kept if n < len(seen["runs"])]
    whole = [len(run["calls"]) for run in runs] == [length for _, length in kept]
    return {**seen, "runs": runs, "fault": None if whole else seen["fault"]}


def _expected_before_any_broken(expected: dict) -> dict:
    probes = expected["given"]["probes"]
    kept = [{**probes[n], "calls": probes[n]["calls"][:length]} for n, length in _ordinary_beginnings(probes)]
    mutants = {
        name: {**mutant, "observations": _before_any_broken(mutant["observations"], expected)}
        for name, mutant in expected["mutants"].items()
    }
    reference = _before_any_broken(expected["reference"], expected)
    return {**expected, "given": {"probes": kept}, "reference": reference, "mutants": mutants}


def _name_left_out(seen: dict, expected: dict, mine: dict, its: dict) -> str | None:
    """Ordinary steps are left out: all while broken ones are taken, or only some of them?"""
    if alike(mine, its) and not _moved_in(seen, expected):
        return None
    firsts = first_calls(mine, its)
    stood = [_kept(call, flat(probe["layers"])) for call, _, probe in firsts]
    right = [same_call(call, wanted) for call, wanted, _ in firsts]
    if all(stood):
        return "inverted-guard" if _moved_in(seen, expected) else None
    return "skips-large-steps" if any(stood) and all(a or b for a, b in zip(stood, right, strict=True)) else None


# -- broken gradients ------------------------------------------------------------------------------------------------


def _name_exception(seen: dict, expected: dict) -> str:
    """The mutant that raises the same; or a broken gradient was the reason; or what a training step is told."""
    code = name_exception(seen, expected)
    calls = expected["given"]["probes"][len(seen["runs"]) - 1]["calls"]
    if not code and calls[len(seen["runs"][-1]["calls"])]["broken"]:
        return "raises-on-nonfinite"
    return code or plain_step.name_update(seen, expected)[0][0]


def _calls(seen: dict, expected: dict):
    """Each call, the weights before it, its `broken` kind, and the reference's; up to the first wrong one of a run."""
    for run, right, probe in zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=True):
        before = flat(probe["layers"])
        for call, wanted, its in zip(run["calls"], right["calls"], probe["calls"], strict=True):
            yield call, before, its["broken"], wanted
            if not same_call(call, wanted, before):
                break
            before = as_array(call["weights"])


def _kept(call: dict, before: np.ndarray) -> bool:
    weights = as_array(call["weights"])
    return bool(np.isfinite(weights).all()) and np.linalg.norm(weights - before) <= 1e-6 * (1 + np.linalg.norm(before))


def _moved_in(seen: dict, expected: dict) -> set[str]:
    """The kinds of broken calls after which the weights have changed."""
    return {kind for call, before, kind, _ in _calls(seen, expected) if kind and not _kept(call, before)}


def _name_guard(seen: dict, expected: dict) -> str:
    calls = list(_calls(seen, expected))
    moved = [(call, kind) for call, before, kind, _ in calls if kind and not _kept(call, before)]
    if any(None not in call["weights"] for call, _ in moved):
        return "repairs-gradients"
    if moved:
        return _name_gap({kind for _, kind in moved}, [call for call, _ in moved])
    if any(not call["same_lr"] for run in seen["runs"] for call in run["calls"]):
        return "changes-settings"
    after = [call for call, before, kind, wanted in calls if not kind and not same_call(call, wanted, before)]
    if after and all(call["returned"].get("grad_norm") is None or None in call["weights"] for call in after):
        return "leaks-after-skip"
    return "unknown"


def _name_gap(kinds: set[str], calls: list[dict]) -> str:
    """Some kinds of broken gradients get through the guard: which, and what have they in common?"""
    if kinds == set(BROKEN):
        return "guard-after-step" if all(call["left"] == 0 for call in calls) else "missing-guard"
    through, stopped = ([BROKEN[kind] for kind in BROKEN if (kind in kinds) == it] for it in (True, False))
    norms, held = {norm for _, norm in through}, {norm for _, norm in stopped}
    if len(norms) == 1 and not norms & held:
        return f"misses-{norms.pop()}"
    if kinds == {"overflow"}:
        return "checks-some-gradients"
    if all(loss != "finite" for loss, _ in stopped):
        return "checks-loss"
    return "missing-guard"
