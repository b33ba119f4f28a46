"""Judge a training step with a scaler: right is what matches the reference's weights, scales and returned norms.

`observations` are what `task.probe` gave. `expected` holds `given` (the probes), `reference` (its observations) and
`mutants` (name to `code` and `observations`). Nothing is run here.
"""

from ...judging import Verdict
from .diagnosis import name_returned, name_update_or_scaler
from .seen import Seen

_ALL = frozenset({"update", "scaler", "returns"})


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the parts `update`, `scaler` and `returns`.

    An exception before any overflow leaves no part right. After an overflow, weights and returned norms count (to
    `scaler`) only where everything before it was right: otherwise what they should be is not known.
    """
    if observations["fault"]:
        return Verdict(dict.fromkeys(_ALL, False), [(observations["fault"]["code"], observations["fault"], _ALL)])
    seen = Seen(observations, expected["reference"], expected["given"])
    before, after = [c for c in seen.ordinary if not c.overflowed], [c for c in seen.ordinary if c.overflowed]
    early, late = seen.early_fault, seen.late_fault
    update = not early and all(c.moves_right for c in before)
    returns = not early and all(c.returns_right for c in before)
    states = (
        not early and not late and all(c.state_is_right for c in seen.calls) and all(o.kept for o in seen.overflows)
    )
    scaler = states and all(o.kept for o in seen.overflows) and (not update or all(c.moves_right for c in after))
    if update and scaler:
        returns = returns and all(c.returns_right for c in after)
    parts = {"update": update, "scaler": scaler, "returns": returns}
    if all(parts.values()):
        return Verdict(parts)
    fault = early or late
    details = (fault.fault if fault else {}) | seen.misreturned
    diagnoses = []
    if not (update and scaler):
        codes, explains_returned = name_update_or_scaler(seen, expected)
        explained = _ALL if explains_returned else _ALL - {"returns"}
        diagnoses = [(code, details, explained) for code in codes]
    if not returns and not early:
        diagnoses.append((name_returned(seen), details, frozenset({"returns"})))
    return Verdict(parts, diagnoses)
