"""Name the mistake behind wrong truncated backpropagation.

First by how the sequence was cut; then by simulation: the mutant with the same trajectory. What goes wrong on one chunk
is a training step's mistake, and named as there. The rest lies between the chunks: events tell, and the mutant that
agrees best.
"""

from collections import Counter

from ...kinds.trajectories import (
    alike,
    close,
    did_nothing,
    explained,
    matching_calls,
    name_exception,
    nearest,
    same_weights,
)
from ..train_step import diagnosis as plain_step

# Weights cannot tell these apart: the mutants among them all take the raw step, or none at all.
_LOOK_THE_SAME = ("no_clip", "never_steps")
_UNTIL_FREED = ("backward through the graph a second time", "modified by an inplace operation")


def name_update(seen: dict, expected: dict) -> tuple[list[str], bool]:
    """Codes for a wrong update or an exception, most likely first; and whether the first explains what was returned."""
    if seen["fault"]:
        return [_name_exception(seen, expected)], True
    if did_nothing(seen):
        return ["not-implemented"], True
    ranked = alike(seen, expected)
    mine, its = _one_chunk(seen, expected), _expected_of_one_chunk(expected)
    cut = _name_cut(seen["evidence"]["pieces"], expected["given"]["probes"])
    if cut:
        codes = [cut, *(mutant["code"] for mutant in ranked)]
    elif ranked and not any(same_weights(seen, expected["mutants"][name]["observations"]) for name in _LOOK_THE_SAME):
        codes = [mutant["code"] for mutant in ranked]
    elif same_weights(mine, its["reference"]):
        codes = _between_chunks(seen, expected)
    else:
        codes = plain_step.name_update(mine, its)[0]
    return list(dict.fromkeys(codes))[:3], explained(seen, ranked, codes[0])


def name_returned(seen: dict, expected: dict) -> str:
    """The code for wrong returned values."""
    calls = list(_returned(seen, expected))
    if any("one" in got for got, _, _ in calls):
        return "returns-one-norm"
    if any("other" in got for got, _, _ in calls):
        return "wrong-return-type"
    if any(got["count"] != want["count"] for got, want, _ in calls):
        return "returns-one-norm" if all(got["count"] == 1 for got, _, _ in calls) else "wrong-number-of-norms"
    triples = [(got[k], want[k], call) for got, want, call in calls for k in want if k != "count"]
    if all(close(got, min(want, call["max_norm"]), 1e-3) for got, want, call in triples):
        return "returns-clipped-norm"
    losses = [(got[str(k)], loss) for got, _, call in calls for k, loss in enumerate(call["losses"], 1)]
    return "returns-losses" if all(close(got, loss, 1e-3) for got, loss in losses) else "wrong-norm"


def _returned(seen: dict, expected: dict):
    """What each call returned, what it should have, and the probe's call: of those that began with right weights."""
    runs = zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=False)
    for run, right, probe in runs:
        comparable = matching_calls(run, right) + 1
        for call, wanted, its in list(zip(run["calls"], right["calls"], probe["calls"], strict=False))[:comparable]:
            yield call["returned"], wanted["returned"], its


def _name_exception(seen: dict, expected: dict) -> str:
    """The mutant that raises the same; else what the message tells; else what a training step is told."""
    code = name_exception(seen, expected)
    if not code and any(words in seen["fault"]["message"] for words in _UNTIL_FREED):
        code = "missing-detach"
    return code or plain_step.name_update(seen, expected)[0][0]


# -- the cut ---------------------------------------------------------------------------------------------------------


def _name_cut(pieces: list[list[list[int]]], probes: list[dict]) -> str | None:
    """What is wrong with the pieces of the sequences that the model was given to read; None if nothing is."""
    calls = [call for probe in probes for call in probe["calls"]]
    wrong = []
    for seen, call in zip(pieces, calls, strict=False):
        length, batch = len(call["sequence"]), len(call["sequence"][0])
        wanted = [[min(call["chunk"], length - start), batch] for start in range(0, length, call["chunk"])]
        if seen != wanted:
            wrong.append((seen, wanted, [length, batch]))
    if not wrong or not any(seen for seen, _, _ in wrong):
        return None
    if any(batch != whole[1] for seen, _, whole in wrong for _, batch in seen):
        return "splits-the-batch"
    if all(seen == [whole] for seen, _, whole in wrong):
        return "not-truncated"
    return "drops-the-rest" if all(seen == wanted[: len(seen)] for seen, wanted, _ in wrong) else "wrong-chunks"


# -- sequences of one chunk ------------------------------------------------------------------------------------------


def _beginnings(probes: list[dict]) -> list[tuple[int, dict]]:
    """The probes whose first sequence is one chunk, with their numbers, as probes of a training step."""
    return [
        (number, {**probe, "calls": [{**probe["calls"][0], "inputs": probe["calls"][0]["sequence"]}]})
        for number, probe in enumerate(probes)
        if len(probe["calls"][0]["sequence"]) <= probe["calls"][0]["chunk"]
    ]


def _one_chunk(seen: dict, expected: dict) -> dict:
    """Observations of sequences of one chunk alone."""
    numbers = [number for number, _ in _beginnings(expected["given"]["probes"])]
    runs = [{"calls": seen["runs"][n]["calls"][:1]} for n in numbers if n < len(seen["runs"])]
    whole = [len(run["calls"]) for run in runs] == [1] * len(numbers)
    evidence = {**seen["evidence"], **{key: seen["evidence"].get(key, [])[:1] for key in ("order", "clips")}}
    return {**seen, "runs": runs, "evidence": evidence, "fault": None if whole else seen["fault"]}


def _expected_of_one_chunk(expected: dict) -> dict:
    probes = [probe for _, probe in _beginnings(expected["given"]["probes"])]
    mutants = {
        name: {**mutant, "observations": _one_chunk(mutant["observations"], expected)}
        for name, mutant in expected["mutants"].items()
    }
    reference = _one_chunk(expected["reference"], expected)
    return {**expected, "given": {"probes": probes}, "reference": reference, "mutants": mutants}


# -- between the chunks ----------------------------------------------------------------------------------------------


def _between_chunks(seen: dict, expected: dict) -> list[str]:
    """Codes for what is right on one chunk and wrong on several."""
    code = _by_events(seen["evidence"])
    likely, agreement = nearest(seen, expected)
    if code is None:
        return [likely if agreement > 0 else "unknown"]
    return [code, likely] if agreement > 0.5 else [code]


def _by_events(evidence: dict) -> str | None:
    """What the events on a sequence of two chunks give away."""
    if evidence["foreign"]:
        return "ignores-arguments"
    events = Counter(evidence["order"][-1])
    if events["step"] == 1:
        return "step-at-the-end"
    if events["step"] > 2:
        return "double-step"
    if events["zero_grad"] == 1 and events["backward"] == 2:
        return "missing-zero-grad"
    return "clips-some-chunks" if events["clip"] == 1 else None
