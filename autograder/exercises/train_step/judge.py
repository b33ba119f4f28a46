"""Judge a training step: right is what matches the reference's trajectory; `diagnosis` names what does not.

`observations` are what `task.probe` gave. `expected` holds `given` (the probes), `reference` (its observations) and
`mutants` (name to `code` and `observations`). Nothing is run here.
"""

from ...judging import Verdict
from .diagnosis import name_returned, name_update
from .trajectory import close, matching_calls, same_weights

_UPDATE, _RETURNS = frozenset({"update"}), frozenset({"returns"})


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the parts `update` (the weights after every call) and `returns` (loss and gradient norm)."""
    reference, fault = expected["reference"], observations["fault"]
    update = fault is None and same_weights(observations, reference)
    misreturned = _first_misreturned(observations, reference)
    parts = {"update": update, "returns": fault is None and misreturned is None}
    if all(parts.values()):
        return Verdict(parts)
    if fault and fault["code"] != "raises":
        return Verdict(parts, [(fault["code"], fault, _UPDATE | _RETURNS)])
    details = {**(misreturned or {}), **(fault or {})}
    diagnoses = []
    if not update:
        codes, explains_returned = name_update(observations, expected)
        explains = _UPDATE | _RETURNS if fault or explains_returned else _UPDATE
        diagnoses = [(code, details, explains) for code in codes]
    if not parts["returns"] and not fault:
        diagnoses.append((name_returned(observations, expected), details, _RETURNS))
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
                if "other" in call["returned"] or not close(got, value):
                    shown = call["returned"].get("other", "not a finite number" if got is None else f"{got:.4g}")
                    return {"which": name, "got": shown}
    return None
