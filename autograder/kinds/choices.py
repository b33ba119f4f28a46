"""Answers that are choices: for each part one of a few options, or one for each *tier* of it (a choice and its reason).

`given["tiers"]` maps each part to its tiers, and each tier to its options: `{"run_1": {"cause": ["A", "B", "C"],
"reason": ["1", "2"]}}`. The key stays with the grader (`keys/`): a student's installation does not have it.
"""

from collections.abc import Mapping

from ..judging import Verdict
from ..probing import answers
from .forms import is_placeholder, judge_parts, probe_parts


def probe(answer: object, given: dict) -> dict:
    """Observe a dictionary of choices: for each part a dictionary from tier to option (see `forms.probe_parts`).

    For a part with one tier the answer is the option itself; with several, a dictionary from tier to option.
    """
    return probe_parts(answer, given["tiers"], lambda name, value: _options(value, given["tiers"][name]))


def judge(observations: dict, expected: dict) -> Verdict:
    """A part is right if every tier has the option that the key says.

    `expected["key"]` has for each part and tier the `right` option, and what is behind every `wrong` one: `{"run_1":
    {"cause": {"right": "B", "wrong": {"A": {"code": ..., "feedback": ...}}}}}`, where `feedback` is for the text of
    the misconception.
    """
    if "key" not in expected:
        return judge_parts(observations, None)
    key = expected["key"]

    def wrong(name: str, chosen: object) -> list[tuple[str, dict]]:
        missed = {tier: chosen.get(tier) for tier in key[name] if chosen.get(tier) != key[name][tier]["right"]}
        behind = {tier: key[name][tier]["wrong"][option] for tier, option in missed.items()}
        return [
            (behind[tier]["code"], {"tier": tier, "got": option, "feedback": behind[tier]["feedback"]})
            for tier, option in missed.items()
        ]

    return judge_parts(observations, wrong)


def _options(value: object, tiers: dict[str, list[str]]) -> tuple[dict[str, str] | None, dict | None]:
    if len(tiers) == 1:
        value = {next(iter(tiers)): value}
    if not isinstance(value, Mapping):
        return None, answers.fault("not-a-dictionary", got=answers.describe(value), wanted=", ".join(tiers))
    chosen = {}
    for tier, options in tiers.items():
        if is_placeholder(value.get(tier)):
            return None, answers.fault("not-implemented")
        option = value[tier]
        if isinstance(option, int) and not isinstance(option, bool):
            option = str(option)
        option = option.strip().upper() if isinstance(option, str) else option
        if option not in options:
            return None, answers.fault("not-an-option", got=answers.describe(value[tier]), wanted=", ".join(options))
        chosen[tier] = option
    return chosen, None
