"""A result reaches the prose only through a claim: it has to hold on several seeds, and it fills in its own numbers."""

import ast
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import markup

FEWEST = 3
_HOLDS = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
}


class ClaimFailed(AssertionError):
    """A claim that does not hold. Shown, and passed on by papermill, as one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [f"ClaimFailed: {self}"]


@dataclass(frozen=True)
class Claim:
    """A claim that holds: `str` gives its sentence. Leave it as the last line of a cell, or hand it to `observed`."""

    name: str
    sentence: str
    margin: str
    values: Mapping[str, Sequence[float]]

    def __str__(self) -> str:
        return self.sentence

    def html(self) -> str:
        runs = len(next(iter(self.values.values())))
        table = markup.table({"run": range(1, runs + 1), **self.values})
        summary = f"Held in {runs} of {runs} runs, each with its own seed"
        margin = f"<p><small>{markup.inline(self.margin)}</small></p>"
        details = markup.disclosure(f"<small>{summary}</small>", margin + table)
        return markup.box(f"<p>✓ {markup.inline(self.sentence)}</p>{details}")

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"✓ {self.sentence} ({self.margin})"


def claim(name: str, sentence: str, values: Mapping[str, Sequence[float]], holds: str) -> Claim:
    """State a result that was measured once per seed.

    `values` maps each quantity to its measurements, one per seed. `holds` says in those names what is claimed, as
    comparisons joined by "and": "unclipped > 1000 * clipped and step == 2"; every one has to hold on every seed.
    `sentence` names quantities in braces, with a format: "{clipped:.2g}" becomes "0.011", or "0.010–0.013" if the
    seeds differ. Raises ClaimFailed if something does not hold, or if there are fewer than three seeds.
    """
    runs = _runs(name, values)
    margins = [_margin(name, relation, runs) for relation in _relations(holds)]
    filled = sentence.format_map({quantity: _Seen(seen) for quantity, seen in values.items()})
    return Claim(name, filled, f"Claimed and at its closest: {'; '.join(margins)}.", values)


class _Seen(list):
    """Measurements that format as their range."""

    def __format__(self, spec: str) -> str:
        shown = [markup.number(x, spec or ".3g") for x in sorted(map(float, self), key=lambda x: (x != x, x))]
        dash = " to " if "−" in shown[0] + shown[-1] else "–"
        return shown[0] if shown[0] == shown[-1] else f"{shown[0]}{dash}{shown[-1]}"


def _runs(name: str, values: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """The values of each seed by themselves."""
    counts = {len(seen) for seen in values.values()}
    if len(counts) != 1 or min(counts) < FEWEST:
        given = " and ".join(map(str, sorted(counts))) or "no"
        raise ClaimFailed(
            f"The claim “{name}” was given {given} runs: it needs the same {FEWEST} or more for each value."
        )
    return [dict(zip(values, map(float, row), strict=True)) for row in zip(*values.values(), strict=True)]


def _relations(holds: str) -> list[ast.Compare]:
    tree = ast.parse(holds, mode="eval").body
    relations = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for relation in relations:
        if not isinstance(relation, ast.Compare) or len(relation.ops) != 1 or type(relation.ops[0]) not in _HOLDS:
            raise ValueError(f"“{holds}” is not a claim: join comparisons such as a < b with “and”.")
    return relations


def _margin(name: str, relation: ast.Compare, runs: list[dict[str, float]]) -> str:
    """How close the closest seed came to breaking a relation. Raises ClaimFailed if one did."""
    sign, compare = _HOLDS[type(relation.ops[0])]
    sides = (compile(ast.Expression(side), "<claim>", "eval") for side in (relation.left, *relation.comparators))
    pairs = list(zip(*([eval(side, {"__builtins__": {}}, run) for run in runs] for side in sides), strict=True))
    said = ast.unparse(relation)
    if not all(compare(*pair) for pair in pairs):
        seen = ", ".join(f"{_shown(a)} {sign if compare(a, b) else f'not {sign}'} {_shown(b)}" for a, b in pairs)
        raise ClaimFailed(f"The claim “{name}” does not hold: expected {said} on every seed, but saw {seen}.")
    a, b = min(pairs, key=lambda pair: abs(pair[0] - pair[1]) / (abs(pair[0]) + abs(pair[1]) or 1))
    factor = max(a, b) / min(a, b) if min(a, b) > 0 else 1.0
    by = f", by a factor of {markup.number(factor, '.2g' if factor > 1.1 else '.4g')}" if 1 < factor < math.inf else ""
    return f"`{said}`: {_shown(a)} {sign} {_shown(b)}{by}"


def _shown(value: float) -> str:
    return markup.number(value, ".4g")
