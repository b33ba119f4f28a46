"""Answers that are functions, judged on many small named cases.

A *challenge* holds `given = {"cases": {name: case}}`. A case is plain data, all that is needed to build its inputs
afresh, and says of itself `words`, the inputs as a student would name them ("a list with a None in it"), and `has`,
the features that a mistake may stumble over (`["none", "float16"]`). Order the cases from plain to odd: the first one
that goes wrong is the one shown.

`observe` runs an answer on all cases. Its `outcomes` map each case to what was seen, aspect by aspect
(`{"returned": …, "left": …}`, the exercise's choice), or to `{"raised": fault}`.

`judge` compares outcomes with the reference's. Each aspect of a case belongs to one part of the exercise (or to none:
then it is evidence only); a part is right if all of its aspects are. A wrong part is named, in this order, by

1. a fault seen before any case was run, or an exception in every case (by the mutant that raises the same);
2. the mutant with exactly the same outcomes, in the whole exercise or in this part; where mutants of several codes
   have them, `explain` says which;
3. the exercise's own `explain(comparison)`: which cases failed, and how the numbers relate to the right ones;
4. the mutant that agrees best on the cases that went wrong; and if none agrees well, `unknown`.

A mutant that is wrong in a part in which the answer is right explains nothing.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .. import probing
from ..judging import Verdict
from ..probing import answers

if TYPE_CHECKING:
    import torch

_TOLERANCE = 1e-4
_ROUNDING = 1e-6  # of the largest entry of a tensor
_ALIKE = 0.3  # of the cases that went wrong: below that, likeness to a mutant says nothing

# -- observing -------------------------------------------------------------------------------------------------------


def observe(
    answer: object, arguments: Sequence[str], cases: Mapping[str, dict], run: Callable[[Any, dict], dict]
) -> dict:
    """Run an answer on every case: `{"outcomes": {name: outcome}, "fault": … or None, "trace": []}`.

    Args:
        answer: what the student handed in.
        arguments: the names of the arguments that it must take by position.
        cases: the challenge's cases, by name.
        run: builds the inputs of one case, calls the answer on them and gives what was seen, one plain value per
            aspect (see `returned`, `values`). It lets through what the answer raises.
    """
    observations: dict = {"outcomes": {}, "fault": answers.signature_fault(answer, arguments), "trace": []}
    if observations["fault"]:
        return observations
    import torch

    with probing.isolation.undisturbed(answer):
        for name, case in cases.items():
            try:
                with torch.enable_grad():
                    observations["outcomes"][name] = run(answer, case)
            except (Exception, SystemExit) as error:
                observations["outcomes"][name] = {"raised": answers.raised(error, answer)}
    faults = [outcome.get("raised") for outcome in observations["outcomes"].values()]
    if all(faults):
        unwritten = all(fault["code"] == "not-implemented" for fault in faults)
        observations["fault"] = faults[0] if unwritten or faults[0]["code"] == "raises" else faults[-1]
    return observations


def returned(value: object) -> dict:
    """A returned value as data: `{"number": x}` for a number or one-element tensor, else `{"other": words}`."""
    number = answers.as_number(value)
    return {"other": answers.describe(value)} if number is None else {"number": plain(_short(number))}


def values(tensor: "torch.Tensor | None") -> dict | None:
    """A tensor as data, `{"shape": [...], "values": [...]}` with its entries in order; None for None."""
    if tensor is None:
        return None
    flat = tensor.detach().reshape(-1).double().tolist()
    return {"shape": list(tensor.shape), "values": [plain(_short(x)) for x in flat]}


def plain(number: float) -> float | str:
    """A float as JSON can hold it: "nan", "inf" and "-inf" are texts."""
    return number if math.isfinite(number) else str(number)


def _short(number: float) -> float:
    """A number without the digits that rounding made."""
    return float(f"{number:.8g}")


# -- judging ---------------------------------------------------------------------------------------------------------


def judge(
    observations: dict,
    expected: dict,
    part_of: Callable[[str, str], str | None],
    parts: Sequence[str],
    explain: Callable[["Comparison"], str | None],
    raises_in: Callable[[str], str] | None = None,
) -> Verdict:
    """Verdict over `parts`.

    Args:
        part_of: the part to which an aspect belongs, by (case name, aspect); None if it is not judged.
        explain: a code for what went wrong in one part, or None.
        raises_in: the one part that an exception in a case counts against; by default, each that the case has
            aspects of.
    """
    everything = frozenset(parts)
    if fault := observations["fault"]:
        return Verdict(dict.fromkeys(parts, False), [(_name_fault(fault, expected), fault, everything)])
    comparison = Comparison.of(observations, expected, part_of, raises_in)
    each = {part: comparison.only(part) for part in parts}
    verdict = {part: not alone.wrong for part, alone in each.items()}
    if all(verdict.values()):
        return Verdict(verdict)
    if codes := _same_as(comparison, explain):
        return Verdict(verdict, [(code, comparison.details(code), everything) for code in codes])
    right = {key for part in parts if verdict[part] for key in each[part].judged}
    mutants = tuple((code, its) for code, its in comparison.mutants if not _wrong(its, comparison.wanted, right))
    explained: dict[str, tuple[dict, frozenset[str]]] = {}
    for part, alone in each.items():
        if alone.wrong:
            alone = replace(alone, mutants=mutants)
            code = (_same_as(alone, explain) or [explain(alone) or alone.most_like() or "unknown"])[0]
            details, before = explained.get(code, (alone.details(code), frozenset()))
            explained[code] = details, before | {part}
    return Verdict(verdict, [(code, details, its) for code, (details, its) in explained.items()])


def _same_as(comparison: "Comparison", explain: Callable[["Comparison"], str | None]) -> list[str]:
    """The codes of the mutants with exactly the same outcomes. First the one of `explain`, if they are several or know
    nothing but exceptions: a misspelt name raises the same kind of error as many a mistake."""
    codes = comparison.same_as()
    unsure = len(codes) > 1 or not comparison.differing
    if codes and unsure and (code := explain(comparison)):
        codes = list(dict.fromkeys([code, *codes]))
    return codes


def _name_fault(fault: dict, expected: dict) -> str:
    """The code of the mutant that raises the same in every case, for an exception; else the fault's own code."""
    if fault["code"] == "raises":
        for mutant in expected["mutants"].values():
            its = mutant["observations"]["fault"] or {}
            if (fault["error"], fault["message"]) == (its.get("error"), its.get("message")):
                return mutant["code"]
    return fault["code"]


@dataclass(frozen=True)
class Comparison:
    """The outcomes of one answer beside those of the reference and the mutants: what `explain` looks at.

    `cases`, `seen` and `wanted` map the names of all cases to the case, the answer's and the reference's outcome;
    `wrong` maps the names of the cases that went wrong to the wrong aspects (`raised` for an exception); `mutants`
    lists (code, outcomes). After `only(part)`, `wrong` is about that part alone.
    """

    cases: dict[str, dict]
    seen: dict[str, dict]
    wanted: dict[str, dict]
    mutants: tuple[tuple[str, dict[str, dict]], ...]
    judged: dict[tuple[str, str], str]
    wrong: dict[str, tuple[str, ...]]

    @classmethod
    def of(
        cls,
        observations: dict,
        expected: dict,
        part_of: Callable[[str, str], str | None],
        raises_in: Callable[[str], str] | None,
    ) -> "Comparison":
        wanted = expected["reference"]["outcomes"]
        seen = {name: observations["outcomes"].get(name, {}) for name in wanted}
        mutants = tuple((m["code"], m["observations"]["outcomes"]) for m in expected["mutants"].values())
        judged = {
            (name, aspect): part
            for name, outcome in wanted.items()
            for aspect in outcome
            if (part := part_of(name, aspect)) is not None
            and (raises_in is None or "raised" not in seen[name] or part == raises_in(name))
        }
        wrong = _wrong(seen, wanted, judged)
        return cls(expected["given"]["cases"], seen, wanted, mutants, judged, wrong)

    def only(self, part: str) -> "Comparison":
        """The same answer, seen in one part alone."""
        judged = {key: its for key, its in self.judged.items() if its == part}
        return Comparison(
            self.cases, self.seen, self.wanted, self.mutants, judged, _wrong(self.seen, self.wanted, judged)
        )

    def names(self, *features: str) -> list[str]:
        """The cases with all of these features that are judged here."""
        judged = dict.fromkeys(name for name, _ in self.judged)
        return [name for name in judged if set(features) <= set(self.cases[name]["has"])]

    def wrong_only_with(self, feature: str) -> bool:
        """Whether something went wrong, and only in cases with this feature."""
        return bool(self.wrong) and all(feature in self.cases[name]["has"] for name in self.wrong)

    def raised(self, name: str) -> dict | None:
        """What an answer raised in a case: `error`, `message` (neither for NotImplementedError), or None."""
        return self.seen[name].get("raised")

    @property
    def raising(self) -> list[str]:
        """The cases of those that went wrong in which the answer raised."""
        return [name for name, aspects in self.wrong.items() if "raised" in aspects]

    @property
    def differing(self) -> list[str]:
        """The cases of those that went wrong in which the answer came to an end."""
        return [name for name, aspects in self.wrong.items() if "raised" not in aspects]

    def number(self, name: str, aspect: str = "returned") -> float | None:
        """The number that the answer gave in a case (nan and inf included); None if it gave none."""
        return _number(self.seen[name].get(aspect))

    def wanted_number(self, name: str, aspect: str = "returned") -> float | None:
        """The number that the reference gave in a case."""
        return _number(self.wanted[name].get(aspect))

    def same_as(self) -> list[str]:
        """The codes of the mutants with exactly the same outcomes."""
        alike = (code for code, outcomes in self.mutants if self._agreeing(outcomes) == len(self.judged))
        return list(dict.fromkeys(alike))

    def most_like(self) -> str | None:
        """The code of the mutant that agrees best with the answer where it or the mutant went wrong; a code whose
        mutants between them agree in more of the cases that went wrong has the better chance."""
        likest: dict[str, float] = {}
        agreeing: dict[str, set[str]] = {}
        for code, likeness, names in self._likenesses():
            likest[code] = max(likest.get(code, 0.0), likeness)
            agreeing[code] = agreeing.get(code, set()) | names
        chances = {code: likeness + len(agreeing[code]) / (2 * len(self.wrong)) for code, likeness in likest.items()}
        best = max(chances, key=chances.__getitem__, default=None)
        return best if best and chances[best] >= _ALIKE else None

    def details(self, code: str) -> dict:
        """What the texts of a finding may name: the first case that went wrong as `case`, `got` and `wanted` there,
        and of an exception `error`, `message`, `line` and `line_number`."""
        name = self._shown(code)
        aspects = self.wrong[name]
        aspect = aspects[0] if aspects[0] != "raised" else next(iter(self.wanted[name]))
        got, wanted = (shown(outcome, aspect) for outcome in (self.seen[name], self.wanted[name]))
        fault = next((self.raised(name) for name in (name, *self.raising) if self.raised(name)), None) or {}
        known = {key: value for key, value in fault.items() if key != "code"}
        return {"case": self.cases[name]["words"], "got": got, "wanted": wanted, **known}

    def _shown(self, code: str) -> str:
        """The first wrong case in which mutants of this code go wrong as well; else the first wrong case."""
        for its, outcomes in self.mutants:
            if its == code:
                for name, aspects in self.wrong.items():
                    if any(_same_aspect(self.seen[name], outcomes.get(name, {}), aspect) for aspect in aspects):
                        return name
        return next(iter(self.wrong))

    def _agreeing(self, outcomes: dict[str, dict]) -> int:
        """How many judged aspects, from the first, are as in these outcomes."""
        for k, (name, aspect) in enumerate(self.judged):
            if not _same_aspect(self.seen[name], outcomes.get(name, {}), aspect):
                return k
        return len(self.judged)

    def _likenesses(self) -> Iterator[tuple[str, float, set[str]]]:
        """For each mutant its code, how much it agrees (of the cases in which either is wrong), and in which."""
        aspects: dict[str, list[str]] = {}
        for name, aspect in self.judged:
            aspects.setdefault(name, []).append(aspect)
        for code, outcomes in self.mutants:
            its_wrong = _wrong(outcomes, self.wanted, self.judged)
            both = self.wrong.keys() & its_wrong.keys()
            agreeing = {
                name
                for name in both
                if all(_same_aspect(self.seen[name], outcomes.get(name, {}), aspect) for aspect in aspects[name])
            }
            raising = {n for n in both - agreeing if "raised" in self.seen[n] and "raised" in outcomes.get(n, {})}
            agree = len(agreeing) + 0.5 * len(raising) + 0.1 * len(both - agreeing - raising)
            yield code, agree / len(self.wrong.keys() | its_wrong.keys()), agreeing


def shown(outcome: dict, aspect: str) -> str:
    """An aspect of an outcome in words for a student: a number, numbers, or the error."""
    if "raised" in outcome:
        return f"an error ({_error(outcome)})"
    return _words(outcome.get(aspect))


def _words(value: object) -> str:
    if isinstance(value, dict):
        return _words(next((value[key] for key in ("number", "other", "values") if key in value), None))
    if isinstance(value, list):
        return f"[{', '.join(_words(x) for x in value[:6])}{', …' if len(value) > 6 else ''}]"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def same(seen: object, wanted: object) -> bool:
    """Whether two plain values are the same: numbers within a relative tolerance, the entries of a list also within
    rounding of the largest, everything else exactly. What is zero must be zero."""
    if _is_number(seen) and _is_number(wanted):
        return abs(seen - wanted) <= _TOLERANCE * abs(wanted)
    if isinstance(seen, list) and isinstance(wanted, list):
        rounding = _ROUNDING * max((abs(x) for x in wanted if _is_number(x)), default=0.0)
        return len(seen) == len(wanted) and all(
            same(a, b) or (_is_number(a) and _is_number(b) and abs(a - b) <= rounding)
            for a, b in zip(seen, wanted, strict=True)
        )
    if isinstance(seen, dict) and isinstance(wanted, dict):
        return seen.keys() == wanted.keys() and all(same(seen[key], wanted[key]) for key in wanted)
    return type(seen) is type(wanted) and seen == wanted


def _error(outcome: dict) -> str:
    return outcome["raised"].get("error", "NotImplementedError")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: object) -> float | None:
    value = value.get("number") if isinstance(value, dict) else value
    return float(value) if _is_number(value) or value in ("nan", "inf", "-inf") else None


def _same_aspect(seen: dict, other: dict, aspect: str) -> bool:
    """Whether an aspect is the same in two outcomes; of exceptions, the same kind is the same."""
    if "raised" in seen or "raised" in other:
        return "raised" in seen and "raised" in other and _error(seen) == _error(other)
    return same(seen.get(aspect), other.get(aspect))


def _wrong(seen: dict, wanted: dict, judged: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    wrong: dict[str, tuple[str, ...]] = {}
    for name, aspect in judged:
        outcome = seen.get(name, {})
        if not _same_aspect(outcome, wanted[name], aspect):
            wrong[name] = ("raised",) if "raised" in outcome else (*wrong.get(name, ()), aspect)
    return wrong
