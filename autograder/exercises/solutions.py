"""How the authors' answers to an exercise are collected: the reference, right spellings, and mutants.

Authors and graders only, like every `solutions.py`.
"""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answers:
    """The known answers to one exercise: functions, or values for an exercise that asks for a value.

    `rights` and `mutants` map a name to the answer; `codes` maps each mutant's name to the misconception it shows.
    """

    rights: dict[str, Any] = field(default_factory=dict)
    mutants: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def reference(self, answer: Callable) -> Callable:
        return self.right(answer)

    def right(self, answer: Callable) -> Callable:
        self.rights[answer.__name__] = answer
        return answer

    def right_value(self, name: str, value: object) -> None:
        self.rights[name] = value

    def wrong_value(self, code: str, name: str, value: object) -> None:
        self.mutants[name], self.codes[name] = value, code

    def wrong(self, code: str) -> Callable[[Callable], Callable]:
        def register(answer: Callable) -> Callable:
            self.mutants[answer.__name__] = answer
            self.codes[answer.__name__] = code
            return answer

        return register

    def source(self, name: str, asked_name: str) -> str:
        """The text of an answer as a student would hand it in, under the name that the exercise asks for."""
        answer = self.rights[name] if name in self.rights else self.mutants[name]
        if not callable(answer):
            return f"{asked_name} = {answer!r}"
        lines = textwrap.dedent(inspect.getsource(answer)).splitlines()
        body = [line.split("  # noqa")[0] for line in lines if not line.startswith("@")]
        return "\n".join(body).replace(f"def {name}(", f"def {asked_name}(", 1)


def choices_of(key: dict) -> Answers:
    """The answers to choices that follow from their key (see `autograder.kinds.choices`): the right one, and for each
    wrong option one that is right but for it."""

    def chosen(part: str = "", tier: str = "", option: str = "") -> dict[str, Any]:
        options = {
            name: {t: option if (name, t) == (part, tier) else one["right"] for t, one in tiers.items()}
            for name, tiers in key.items()
        }
        return {
            name: by_tier if len(by_tier) > 1 else next(iter(by_tier.values())) for name, by_tier in options.items()
        }

    answers = Answers()
    answers.right_value("reference", chosen())
    for part, tiers in key.items():
        for tier, one in tiers.items():
            for option, behind in one["wrong"].items():
                answers.wrong_value(behind["code"], f"{part}_{tier}_{option}", chosen(part, tier, option))
    return answers
