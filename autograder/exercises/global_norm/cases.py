"""The cases on which a global norm is judged, drawn from a seed, and how one is built.

A case lists its `tensors`, each None, `{"again": i}` (the same object as entry i) or

    {"values": [...], "shape": [...], "dtype": "float32", "how": "plain"}

with `how` it lies in memory or hangs in a graph. `norm_type` is a number or "inf", `by` says how it is handed over
("position", "name", or "default" for not at all).

Norms lie between 0.01 and 1000. Tensors differ in norm, but each counts for at least a fifth of the largest. What is
float16 has an exact norm (its entries are few quarters or a multiple of 3, 4, 5), or is too small beside the other
tensors for the rounding of its own norm to matter; powers of the largest overflow where they are taken in float16.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

_TYPES = {"1": 1, "2": 2.0, "3": 3, "inf": "inf"}


def draw(seed: int) -> dict[str, dict]:
    """All cases, by name, from plain to odd."""
    cases: dict[str, dict] = {}
    for messy, drawn in enumerate((_plain, _messy)):
        for name, case in drawn(np.random.default_rng([seed, messy])):
            assert name not in cases
            cases[name] = case | {"messy": bool(messy)}
    return cases


def build(case: dict) -> list["torch.Tensor | None"]:
    """The list that a case describes, made afresh."""
    tensors: list[torch.Tensor | None] = []
    for spec in case["tensors"]:
        tensors.append(None if spec is None else tensors[spec["again"]] if "again" in spec else _tensor(spec))
    return tensors


def norm_type(case: dict) -> float:
    """The norm type of a case, as it is handed over."""
    return math.inf if case["norm_type"] == "inf" else case["norm_type"]


def arrays(case: dict) -> list[np.ndarray]:
    """The entries of each tensor of a case, None left out, a repeated one repeated."""
    specs = [case["tensors"][spec["again"]] if "again" in spec else spec for spec in case["tensors"] if spec]
    return [np.array(spec["values"], dtype=float).reshape(spec["shape"]) for spec in specs]


def _tensor(spec: dict) -> "torch.Tensor":
    import torch

    entries = np.reshape(spec["values"], spec["shape"]).tolist()
    tensor = torch.tensor(entries, dtype=getattr(torch, spec["dtype"]))  # not reshaped: that would make it a view
    match spec["how"]:
        case "transposed":
            return tensor.transpose(0, -1).contiguous().transpose(0, -1)
        case "strided":
            wide = torch.full((*tensor.shape[:-1], 2 * tensor.shape[-1]), 7.0, dtype=tensor.dtype)
            wide[..., ::2] = tensor
            return wide[..., ::2]
        case "leaf":
            return tensor.requires_grad_()
        case "in a graph":
            return tensor.requires_grad_() * 1
        case "with .grad":
            tensor.requires_grad_()
            tensor.grad = torch.linspace(1.0, 2.0, tensor.numel(), dtype=tensor.dtype).reshape(tensor.shape)
            return tensor
    return tensor


# -- drawing ---------------------------------------------------------------------------------------------------------


def _case(words: str, tensors: list, norm: str = "2", by: str = "position", has: tuple[str, ...] = ()) -> dict:
    features = [*has, f"p{norm}", *(["default"] if by == "default" else ["named"] if by == "name" else [])]
    return {"words": words, "tensors": tensors, "norm_type": _TYPES[norm], "by": by, "has": features}


def _spec(values: np.ndarray, shape: tuple[int, ...] | None = None, dtype: str = "float32", how: str = "plain") -> dict:
    rounded = [float(f"{x:.6g}") for x in np.ravel(values)]
    return {"values": rounded, "shape": list(np.shape(values) if shape is None else shape), "dtype": dtype, "how": how}


def _entries(rng: np.random.Generator, count: int, scale: float, signs: bool = True) -> np.ndarray:
    """Entries of like size; with `signs`, about half are negative and so is the one that is largest by far."""
    entries = rng.uniform(0.5, 1.2, count) * scale
    if signs:
        entries[rng.permutation(count)[: (count + 1) // 2]] *= -1
        entries[rng.choice(np.flatnonzero(entries < 0))] = -rng.uniform(1.4, 1.7) * scale
    return entries


def _vectors(rng, counts, scales, signs: bool = True) -> list[dict]:
    return [_spec(_entries(rng, n, s, signs)) for n, s in zip(counts, scales, strict=True)]


def _scales(rng: np.random.Generator, largest: int, count: int = 3, size: float = 6.0) -> list[float]:
    """Scales of tensors, the largest one at the place given."""
    scales = list(rng.uniform(0.45, 0.65, count) * size * rng.uniform(0.8, 1.2))
    scales[largest] = size * rng.uniform(1.1, 1.4)
    return scales


def _plain(rng: np.random.Generator):
    """Lists without surprises: norm types, signs, shapes, sizes."""
    for p in _TYPES:
        words = f"two tensors of positive numbers, norm_type {p}"
        yield f"positive-{p}", _case(words, _vectors(rng, (4, 4), _scales(rng, 1, 2), signs=False), p)
    words = "two tensors, norm_type not given"
    yield "default", _case(words, _vectors(rng, (4, 4), _scales(rng, 1, 2), signs=False), by="default")
    for p in _TYPES:
        words = f"two tensors with negative numbers, norm_type {p}"
        yield f"signs-{p}", _case(words, _vectors(rng, (4, 4), _scales(rng, 0, 2)), p, has=("negative",))
    words = "two tensors with negative numbers, norm_type not given"
    yield "default-signs", _case(words, _vectors(rng, (4, 4), _scales(rng, 0, 2)), by="default", has=("negative",))
    for p in ("1", "3", "inf"):
        words = f"two tensors, norm_type={p} given by name"
        yield f"named-{p}", _case(words, _vectors(rng, (3, 3), _scales(rng, 1, 2), signs=False), p, by="name")
    for p in ("2", "3"):
        tensors = _vectors(rng, (5,), (float(rng.uniform(3, 9)),), signs=False)
        yield f"single-{p}", _case(f"a list of one tensor, norm_type {p}", tensors, p, has=("single",))
    for largest, p in enumerate(("inf", "inf", "inf", "2")):
        tensors = _vectors(rng, (4, 4, 4), _scales(rng, largest % 3), signs=False)
        yield f"three-{largest}", _case(f"three tensors, norm_type {p}", tensors, p, has=("three",))
    for p in ("1", "2", "inf"):
        words, has = f"three vectors of different lengths, norm_type {p}", ("shapes", "three")
        yield f"lengths-{p}", _case(words, _vectors(rng, (2, 5, 3), _scales(rng, 1), signs=False), p, has=has)
    for p in _TYPES:
        a, b = (_spec(_entries(rng, 6, s).reshape(2, 3)) for s in _scales(rng, 0, 2))
        yield f"matrices-{p}", _case(f"two matrices, norm_type {p}", [a, b], p, has=("matrix", "negative"))
    for p in ("2", "3", "inf"):
        scales = _scales(rng, 0, 2)
        numbers = [_spec(np.array(-s if i else s)) for i, s in enumerate(scales)]
        yield f"scalars-{p}", _case(f"two tensors without dimensions, norm_type {p}", numbers, p, has=("scalar",))
    yield "single-scalar", _case("one tensor without dimensions", [_spec(np.array(rng.uniform(2, 9)))], has=("scalar",))
    for p in _TYPES:
        shapes = ((), (3,), (2, 2), (2, 1, 2), (1, 2, 1, 2), (1,))
        scales = _scales(rng, 2, 6)
        tensors = [_spec(_entries(rng, math.prod(s), x).reshape(s)) for s, x in zip(shapes, scales, strict=True)]
        words, has = (
            f"tensors with 0 to 4 dimensions, norm_type {p}",
            ("shapes", "scalar", "deep", "matrix", "negative"),
        )
        yield f"shapes-{p}", _case(words, tensors, p, has=has)
    for rank, shape in (("3", (2, 2, 2)), ("4", (1, 2, 2, 2))):
        tensors = [_spec(_entries(rng, 8, s).reshape(shape)) for s in _scales(rng, 1, 2)]
        yield f"deep-{rank}", _case(f"two tensors with {rank} dimensions", tensors, has=("deep", "negative"))
    for p in ("2",):
        tensors = _vectors(rng, (2,) * 24, rng.uniform(1.0, 2.0, 24), signs=False)
        yield f"long-{p}", _case(f"a list of 24 tensors, norm_type {p}", tensors, p, has=("long",))
    for p in ("2", "inf"):
        yield f"small-{p}", _case(f"a small norm, norm_type {p}", _small(rng, p), p, has=("small",))
    tensors = _vectors(rng, (4, 4), (rng.uniform(230, 260), rng.uniform(110, 140)), signs=False)
    yield "large", _case("a large norm", tensors, has=("large",))
    for p in ("2", "inf"):
        tensors = [_spec(np.zeros(3)), _spec(np.zeros(3))]
        yield f"zeros-{p}", _case(f"two tensors of zeros, norm_type {p}", tensors, p, has=("zeros",))


def _small(rng: np.random.Generator, p: str) -> list[dict]:
    """Two tensors whose norm has digits that a rounding to five decimals would change."""
    entries = np.concatenate([_entries(rng, 3, 0.5, signs=False), _entries(rng, 3, 1.0, signs=False)])
    norm = (float(rng.integers(1100, 1500)) + 0.35) * 1e-5
    entries *= norm / np.linalg.norm(entries, float(p))
    return [_spec(entries[:3]), _spec(entries[3:])]


def _messy(rng: np.random.Generator):
    """What lists of real gradients hold: nothing, None, several dtypes, views, repeats, tensors of a graph."""
    two, three = (4, 4), (4, 4, 4)
    places = {"first": 0, "in the middle": 1, "last": 3}
    for place, at in places.items():
        for p in ("2", "inf") if at == 1 else ("2",):
            tensors = _vectors(rng, three, _scales(rng, 2 if at == 1 else 1), signs=False)
            words = f"a list with a None {place}, norm_type {p}"
            yield f"none-{at}-{p}", _case(words, [*tensors[:at], None, *tensors[at:]], p, has=("none",))
    tensors = _vectors(rng, two, _scales(rng, 1, 2), signs=False)
    words = "a list with several None"
    yield "none-many", _case(words, [None, tensors[0], None, None, tensors[1], None], by="default", has=("none",))
    for p, by in (("1", "position"), ("2", "position"), ("inf", "position"), ("2", "default")):
        words = f"an empty list, norm_type {p if by == 'position' else 'not given'}"
        yield f"empty-{p}-{by}", _case(words, [], p, by, has=("nothing", "empty"))
    for p in ("2", "3", "inf"):
        yield (
            f"only-none-{p}",
            _case(f"only None, norm_type {p}", [None, None], p, has=("nothing", "none", "only-none")),
        )
    for p in ("2", "3"):
        a, b = _vectors(rng, two, _scales(rng, 0, 2), signs=False)
        words = f"the same tensor twice in the list, norm_type {p}"
        yield f"repeated-{p}", _case(words, [a, b, {"again": 0}], p, has=("repeated",))
    a, b = _vectors(rng, two, _scales(rng, 0, 2), signs=False)
    yield "equal", _case("two tensors with equal entries", [a, b, dict(a)], has=("repeated", "equal"))
    for p in _TYPES:
        tensors = _mixed(rng)
        yield f"dtypes-{p}", _case(f"float16, float32 and float64, norm_type {p}", tensors, p, has=("dtypes",))
    yield "dtypes-back", _case("float64, float32 and float16", _mixed(rng)[::-1], has=("dtypes",))
    tensors = [*_mixed(rng)[:1], _spec(_entries(rng, 4, rng.uniform(230, 260)))]
    yield "dtypes-large", _case("a float16 tensor before a large float32 one", tensors, has=("dtypes", "large"))
    for dtype in ("float32", "float64"):
        tensors = [_spec(_entries(rng, 4, s, signs=False), dtype="float64") for s in _scales(rng, 1, 2)]
        tensors[0]["dtype"] = dtype
        words = "two float64 tensors" if dtype == "float64" else "a float32 and a float64 tensor"
        yield f"double-{dtype}", _case(words, tensors, has=("dtypes",))
    s = float(rng.choice([1, 1.5, 2, 2.5, 3])) / 2
    halves = [_spec(s * np.array([3.0, -4.0]), dtype="float16"), _spec(s * np.array([0.0, 12.0]), dtype="float16")]
    yield "halves", _case("two float16 tensors", halves, has=("dtypes", "halves"))
    for p, sides in (("2", (3.0, -4.0, 0.0, 0.0)), ("3", (3.0, -4.0, 5.0, 0.0))):
        tensors = [
            _spec(float(rng.integers(75, 95)) * np.array(sides), dtype="float16"),
            _spec(_entries(rng, 4, rng.uniform(110, 140), signs=False)),
        ]
        words = f"a large float16 tensor and a float32 one, norm_type {p}"
        yield f"half-large-{p}", _case(words, tensors, p, has=("dtypes", "large"))
    for how in ("transposed", "strided"):
        for p in ("2",):
            tensors = [_spec(_entries(rng, 6, s, signs=False).reshape(2, 3), how=how) for s in _scales(rng, 1, 2)]
            words = f"{how} (not contiguous) tensors, norm_type {p}"
            yield f"{how}-{p}", _case(words, tensors, p, has=("views", "matrix"))
    for how in ("leaf", "in a graph"):
        for p in ("2",):
            tensors = [_spec(_entries(rng, 4, s, signs=False), how=how) for s in _scales(rng, 1, 2)]
            words = f"tensors that require grad, norm_type {p}"
            yield f"{how}-{p}", _case(words, tensors, p, has=("graph", how))
    for p in ("2", "inf"):
        tensors = [_spec(_entries(rng, 4, s, signs=False), how="with .grad") for s in _scales(rng, 1, 2)]
        words = f"tensors that have a .grad of their own, norm_type {p}"
        yield f"with-grad-{p}", _case(words, tensors, p, has=("graph", "leaf", "with-grad"))
    for p in _TYPES:
        yield f"everything-{p}", _case(f"all of it in one list, norm_type {p}", _everything(rng), p, has=_ALL)


_ALL = (
    "none",
    "dtypes",
    "views",
    "graph",
    "leaf",
    "repeated",
    "shapes",
    "scalar",
    "matrix",
    "deep",
    "negative",
    "mixed-up",
)


def _mixed(rng: np.random.Generator) -> list[dict]:
    quarters = rng.integers(2, 7, 4) / 4 * np.array([1, -1, -1, 1])
    kinds = [(5.0, "float32"), (7.0, "float64")]
    others = [_spec(_entries(rng, 4, rng.uniform(0.9, 1.1) * s), dtype=d) for s, d in kinds]
    return [_spec(quarters, dtype="float16"), *others]


def _everything(rng: np.random.Generator) -> list[dict | None]:
    half, single, double = _mixed(rng)
    matrix = _spec(_entries(rng, 6, 6.0).reshape(3, 2), how="transposed")
    deep = _spec(_entries(rng, 8, 4.0).reshape(2, 1, 2, 2), how="leaf")
    scalar = _spec(np.array(-float(rng.uniform(7, 9))), dtype="float64")
    return [half, None, matrix, deep, {"again": 2}, None, single, scalar, double | {"how": "in a graph"}]
