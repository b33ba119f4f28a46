"""Right spellings of `global_norm`: the norm of all entries taken together, as a Python number."""
# ruff: noqa: C417 - students write these, and the corpus keeps their spelling

import contextlib
import functools
import itertools
import math
import operator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils import get_total_norm, parameters_to_vector

from tests.exercises.corpus import Corpus

corpus = Corpus()


# --- one long vector ---------------------------------------------------------------------------


@corpus.right
def one_vector_and_vector_norm(tensors, norm_type=2.0):
    flat = [t.detach().double().reshape(-1) for t in tensors if t is not None]
    if not flat:
        return 0.0
    return torch.linalg.vector_norm(torch.cat(flat), ord=norm_type).item()


@corpus.right
def documented_and_annotated(tensors: list[torch.Tensor | None], norm_type: float = 2.0) -> float:
    """Return the norm of all entries of all tensors, as if they were one long vector.

    None stands for "no gradient" and is skipped.
    """
    # 1. leave out what is not there
    present = [tensor for tensor in tensors if tensor is not None]
    # 2. nothing to measure
    if len(present) == 0:
        return 0.0
    # 3. one long vector in double precision
    entries = torch.cat([tensor.flatten().to(torch.float64) for tensor in present])
    # 4. its norm
    return float(torch.norm(entries, p=norm_type))


@corpus.right
def starts_from_an_empty_vector(tensors, norm_type=2.0):
    vector = torch.zeros(1, dtype=torch.float64)
    for t in tensors:
        if t is None:
            continue
        vector = torch.cat((vector, t.detach().to(torch.float64).ravel()))
    return vector.norm(norm_type).item()


@corpus.right
def parameters_to_vector_in_double(tensors, norm_type=2.0):
    doubles = [t.detach().double().contiguous() for t in tensors if t is not None]
    return parameters_to_vector(doubles).norm(p=norm_type).item() if doubles else 0.0


@corpus.right
def hstack_of_atleast_1d(tensors, norm_type=2.0):
    with torch.no_grad():
        columns = [torch.atleast_1d(t).float().flatten() for t in tensors if t is not None]
        if columns == []:
            return 0.0
        return torch.linalg.norm(torch.hstack(columns), norm_type).tolist()


@corpus.right
def numpy_concatenate(tensors, norm_type=2.0):
    arrays = [t.detach().cpu().numpy().astype(np.float64).ravel() for t in tensors if t is not None]
    if not arrays:
        return 0.0
    return float(np.linalg.norm(np.concatenate(arrays), ord=norm_type))


@corpus.right
def numpy_hstack_with_a_leading_zero(tensors, norm_type=2.0):
    arrays = [np.zeros(1)] + [np.asarray(t.tolist(), dtype=float).flatten() for t in tensors if t is not None]
    return np.linalg.norm(np.hstack(arrays), norm_type).item()


@corpus.right
def numpy_float_is_a_float(tensors, norm_type=2.0):
    total = np.float64(0)
    biggest = np.float64(0)
    for t in tensors:
        if t is not None:
            a = np.abs(t.detach().numpy().astype("float64"))
            biggest = max(biggest, a.max())
            if not np.isinf(norm_type):
                total += np.sum(a**norm_type)
    return biggest if np.isinf(norm_type) else total ** (1 / norm_type)


@corpus.right
def normalised_vector_divided_out(tensors, norm_type=2.0):
    flat = [t.detach().double().flatten() for t in tensors if t is not None]
    if not flat:
        return 0.0
    v = torch.cat(flat)
    largest = v.abs().max().item()
    if largest == 0:
        return 0.0
    return largest * torch.linalg.vector_norm(v / largest, norm_type).item()


@corpus.right
def distance_from_the_origin(tensors, norm_type=2.0):
    flat = [t.detach().double().flatten() for t in tensors if t is not None]
    if not flat:
        return 0.0
    v = torch.cat(flat)
    return torch.dist(v, torch.zeros_like(v), p=norm_type).item()


@corpus.right
def cdist_from_the_origin(tensors, norm_type=2.0):
    row = torch.cat(
        [torch.zeros(1, 1).double()] + [t.detach().double().reshape(1, -1) for t in tensors if t is not None], 1
    )
    return torch.cdist(row, torch.zeros_like(row), p=float(norm_type)).item()


@corpus.right
def written_into_a_buffer(tensors, norm_type=2.0):
    size = sum(t.numel() for t in tensors if t is not None)
    buffer = torch.zeros(size + 1, dtype=torch.float64)
    start = 0
    for t in tensors:
        if t is not None:
            buffer[start : start + t.numel()] = t.detach().reshape(-1)
            start += t.numel()
    return torch.linalg.vector_norm(buffer, norm_type).item()


# --- norms of norms ----------------------------------------------------------------------------


@corpus.right
def norm_of_norms(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t.detach().double(), norm_type) for t in tensors if t is not None]
    if len(norms) == 0:
        return 0.0
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item()


@corpus.right
def vector_norm_with_a_dtype(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t, norm_type, dtype=torch.float64).item() for t in tensors if t is not None]
    return torch.tensor([0.0, *norms], dtype=torch.float64).norm(p=norm_type).item()


@corpus.right
def get_total_norm_in_double(tensors, norm_type=2.0):
    return get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type).item()


@corpus.right
def get_total_norm_without_foreach(tensors, norm_type=2.0):
    total = get_total_norm((t.float() for t in tensors if t is not None), norm_type=norm_type, foreach=False)
    return float(total)


@corpus.right
def clip_grad_norm_on_throwaway_parameters(tensors, norm_type=2.0):
    dummies = []
    for t in tensors:
        if t is not None:
            dummy = torch.nn.Parameter(torch.zeros(t.shape, dtype=torch.float64))
            dummy.grad = t.detach().double().clone()
            dummies.append(dummy)
    return torch.nn.utils.clip_grad_norm_(dummies, math.inf, norm_type=norm_type).item()


@corpus.right
def foreach_norm(tensors, norm_type=2.0):
    present = [t.detach().to(torch.float32) for t in tensors if t is not None]
    if not present:
        return 0.0
    return torch.stack(torch._foreach_norm(present, norm_type)).norm(norm_type).item()


@corpus.right
def foreach_abs_and_pow(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if not present:
        return 0.0
    magnitudes = torch._foreach_abs(present)
    if norm_type == float("inf"):
        return max(m.max().item() for m in magnitudes)
    powers = torch._foreach_pow(magnitudes, norm_type)
    return sum(p.sum().item() for p in powers) ** (1.0 / norm_type)


@corpus.right
def folded_with_reduce(tensors, norm_type=2.0):
    def join(so_far, t):
        if t is None:
            return so_far
        here = torch.norm(t.detach().double(), norm_type)
        return torch.stack([so_far, here]).norm(norm_type)

    return functools.reduce(join, tensors, torch.tensor(0.0, dtype=torch.float64)).item()


@corpus.right
def running_norm_in_a_float(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        total = float(np.linalg.norm([total, t.detach().double().norm(norm_type).item()], norm_type))
    return total


@corpus.right
def recursion_over_the_list(tensors, norm_type=2.0):
    if not tensors:
        return 0.0
    head, *tail = tensors
    rest = recursion_over_the_list(tail, norm_type)
    if head is None:
        return rest
    own = torch.linalg.vector_norm(head.detach().double(), norm_type).item()
    if norm_type == math.inf:
        return max(own, rest)
    return (own**norm_type + rest**norm_type) ** (1 / norm_type)


@corpus.right
def recursion_by_halves(tensors, norm_type=2.0):
    if len(tensors) == 0:
        return 0.0
    if len(tensors) == 1:
        (t,) = tensors
        return 0.0 if t is None else t.detach().double().norm(norm_type).item()
    middle = len(tensors) // 2
    halves = [
        recursion_by_halves(tensors[:middle], norm_type),
        recursion_by_halves(tensors[middle:], norm_type=norm_type),
    ]
    return torch.tensor(halves, dtype=torch.float64).norm(norm_type).item()


# --- powers by hand ----------------------------------------------------------------------------


@corpus.right
def plain_loop(tensors, norm_type=2.0):
    total = 0.0
    largest = 0.0
    for t in tensors:
        if t is not None:
            magnitudes = t.detach().double().abs()
            if norm_type == math.inf:
                largest = max(largest, magnitudes.max().item())
            else:
                total += (magnitudes**norm_type).sum().item()
    if norm_type == math.inf:
        return largest
    return total ** (1.0 / norm_type)


@corpus.right
def early_returns(tensors, norm_type=2.0):
    tensors = list(filter(lambda t: t is not None, tensors))
    if not tensors:
        return 0.0
    if math.isinf(norm_type):
        return max(t.detach().abs().max().item() for t in tensors)
    return sum(t.detach().double().abs().pow(norm_type).sum().item() for t in tensors) ** (1 / norm_type)


@corpus.right
def an_integer_zero_for_nothing(tensors, norm_type=2):
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in tensors if t is not None), default=0)
    return math.pow(sum((t.double().abs() ** norm_type).sum() for t in tensors if t is not None), 1 / norm_type)


@corpus.right
def scalar_loops_only(tensors, norm_type=2.0):
    numbers = []
    for t in tensors:
        if t is not None:
            for x in t.flatten().tolist():
                numbers.append(abs(x))
    if not numbers:
        return 0.0
    if norm_type == float("inf"):
        return max(numbers)
    total = 0.0
    for x in numbers:
        total += x**norm_type
    return total ** (1 / norm_type)


@corpus.right
def generator_kept_in_a_list(tensors, norm_type=2.0):
    entries = list(abs(x) for t in tensors if t is not None for x in t.reshape(-1).tolist())  # noqa: C400
    if math.isinf(norm_type):
        return max(entries, default=0.0)
    return math.fsum(x**norm_type for x in entries) ** (1.0 / norm_type)


@corpus.right
def nested_lists_recursively(tensors, norm_type=2.0):
    def flatten(thing):
        if isinstance(thing, (int, float)):
            yield abs(thing)
        else:
            for part in thing:
                yield from flatten(part)

    entries = [x for t in tensors if t is not None for x in flatten(t.tolist())]
    if norm_type == math.inf:
        return float(max([0.0, *entries]))
    return float(sum(x**norm_type for x in entries) ** (1 / norm_type))


@corpus.right
def chained_iterators(tensors, norm_type=2.0):
    rows = (t.detach().ravel().tolist() for t in tensors if t is not None)
    entries = map(abs, itertools.chain.from_iterable(rows))
    if norm_type == math.inf:
        return functools.reduce(max, entries, 0.0)
    powers = map(lambda x: math.pow(x, norm_type), entries)
    return functools.reduce(operator.add, powers, 0.0) ** (1 / norm_type)


@corpus.right
def hypot_for_two(tensors, norm_type=2.0):
    entries = []
    for t in tensors:
        if isinstance(t, torch.Tensor):
            entries.extend(t.flatten().tolist())
    if norm_type == 2:
        return math.hypot(*entries)
    if norm_type == 1:
        return math.fsum(map(abs, entries))
    if norm_type == math.inf:
        return max(map(abs, entries), default=0.0)
    return sum(abs(x) ** norm_type for x in entries) ** (1 / norm_type)


@corpus.right
def signs_removed_by_the_square(tensors, norm_type=2.0):
    squares = [t.detach().double().square() for t in tensors if t is not None]
    if not squares:
        return 0.0
    if norm_type == math.inf:
        return math.sqrt(max(float(s.max()) for s in squares))
    return float(sum(torch.pow(s, norm_type / 2).sum() for s in squares)) ** (1 / norm_type)


@corpus.right
def largest_of_both_ends(tensors, norm_type=2.0):
    present = [t.detach().to(torch.float64) for t in tensors if t is not None]
    if norm_type == math.inf:
        tops = [t.max().item() for t in present]
        bottoms = [-t.min().item() for t in present]
        return max(tops + bottoms) if present else 0.0
    return sum([(torch.sign(t) * t).pow(norm_type).sum().item() for t in present]) ** (1 / norm_type)


@corpus.right
def exponentials_of_logarithms(tensors, norm_type=2.0):
    logs = []
    for t in tensors:
        if t is not None:
            logs.append(t.detach().double().abs().log().flatten())
    if not logs:
        return 0.0
    logs = torch.cat(logs)
    if norm_type == math.inf:
        return logs.max().exp().item()
    return torch.exp(torch.logsumexp(norm_type * logs, 0) / norm_type).item()


@corpus.right
def match_statement(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    match float(norm_type):
        case 1.0:
            return float(sum(t.abs().sum() for t in present))
        case 2.0:
            return math.sqrt(sum((t * t).sum() for t in present))
        case math.inf:
            return max([t.abs().amax().item() for t in present] or [0.0])
        case p:
            return sum(t.abs().pow(p).sum().item() for t in present) ** (1 / p)


@corpus.right
def dot_products_and_einsum(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        v = t.detach().double().flatten().abs()
        if norm_type == math.inf:
            total = max(total, v.max().item())
        elif norm_type == 2:
            total += torch.dot(v, v).item()
        else:
            total += torch.einsum("i->", v**norm_type).item()
    return total if norm_type == math.inf else total ** (1 / norm_type)


@corpus.right
def works_on_its_own_copies(tensors, norm_type=2.0):
    copies = [t.detach().clone().double() for t in tensors if t is not None]
    total = 0.0
    while copies:
        t = copies.pop()
        t.abs_()
        if math.isinf(norm_type):
            total = max(total, t.max().item())
        else:
            t.pow_(norm_type)
            total += t.sum().item()
    return total if math.isinf(norm_type) else total ** (1 / norm_type)


@corpus.right
def lp_pool_of_everything(tensors, norm_type=2.0):
    present = [t.detach().double().abs().reshape(-1) for t in tensors if t is not None]
    if not present:
        return 0.0
    v = torch.cat(present)[None, None, :]
    if norm_type == math.inf:
        return F.max_pool1d(v, v.shape[-1]).item()
    return F.lp_pool1d(v, norm_type, v.shape[-1]).item()


@corpus.right
def nested_tensor_free_padding(tensors, norm_type=2.0):
    rows = [t.detach().double().reshape(-1) for t in tensors if t is not None]
    if not rows:
        return 0.0
    table = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return torch.linalg.vector_norm(table, norm_type).item()


@corpus.right
def exact_fractions_for_whole_powers(tensors, norm_type=2.0):
    entries = [abs(x) for t in tensors if t is not None for x in t.flatten().tolist()]
    if norm_type == math.inf:
        return float(sorted([0.0, *entries])[-1])
    return float(sum((Fraction(x) ** int(norm_type) for x in entries), Fraction(0))) ** (1 / norm_type)


# --- guarded, decorated, made of classes -------------------------------------------------------


@corpus.right
@torch.no_grad()
def without_gradients(tensors, norm_type=2.0):
    total = torch.zeros((), dtype=torch.float64)
    for t in tensors:
        if t is None:
            continue
        if norm_type == torch.inf:
            total = torch.maximum(total, t.abs().max().double())
        else:
            total += t.double().abs().pow(norm_type).sum()
    if norm_type != torch.inf:
        total = total ** (1 / norm_type)
    return total.item()


@corpus.right
def in_inference_mode(tensors, norm_type=2.0):
    with torch.inference_mode():
        present = [t for t in tensors if t is not None]
        return torch.linalg.vector_norm(
            torch.cat([torch.zeros(1), *(t.flatten().float() for t in present)]), ord=norm_type
        ).item()


@corpus.right
def tries_and_skips_what_has_no_entries(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        with contextlib.suppress(AttributeError):
            norms.append(t.data.to(torch.float64).norm(norm_type).item())
    return float(np.linalg.norm(norms, norm_type))


@corpus.right
def any_further_arguments_are_ignored(tensors, norm_type=2.0, *, dtype=torch.float64):
    vectors = [t.detach().to(dtype).flatten() for t in tensors if t is not None]
    return torch.cat(vectors).norm(norm_type).item() if vectors else 0.0


@corpus.right
def nothing_becomes_a_zero_tensor(tensors, norm_type=2.0):
    present = [torch.zeros(1, dtype=torch.float64) if t is None else t.detach().double() for t in tensors]
    present.append(torch.tensor(0.0, dtype=torch.float64))
    return torch.stack([t.norm(p=norm_type) for t in present]).norm(p=norm_type).item()


def numbers_only(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return float(function(*args, **kwargs))

    return wrapper


@corpus.right
@numbers_only
def decorated_to_give_a_number(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if not present:
        return torch.zeros(())
    return torch.stack([torch.linalg.vector_norm(t, ord=norm_type) for t in present]).norm(norm_type)


@dataclass
class RunningNorm:
    norm_type: float
    value: float = 0.0

    def add(self, tensor):
        magnitudes = tensor.detach().double().abs()
        if self.norm_type == math.inf:
            self.value = max(self.value, magnitudes.max().item())
        else:
            self.value += magnitudes.pow(self.norm_type).sum().item()
        return self

    def __float__(self):
        return self.value if self.norm_type == math.inf else self.value ** (1 / self.norm_type)


@corpus.right
def accumulated_in_an_object(tensors, norm_type=2.0):
    meter = RunningNorm(norm_type)
    for t in tensors:
        if t is not None:
            meter.add(t)
    return float(meter)


class GlobalNorm:
    def __call__(self, tensors, norm_type=2.0):
        vectors = [self.vector(t) for t in tensors if t is not None]
        return torch.cat(vectors).norm(norm_type).item() if vectors else 0.0

    @staticmethod
    def vector(tensor):
        return tensor.detach().permute(tuple(reversed(range(tensor.ndim)))).reshape(-1).double()


corpus.right(GlobalNorm(), name="instance_with_call")
corpus.right(GlobalNorm().__call__, name="bound_method")

corpus.right(
    lambda tensors, norm_type=2.0: (
        torch.tensor([0.0, *(x for t in tensors if t is not None for x in t.flatten().tolist())], dtype=torch.float64)
        .norm(norm_type)
        .item()
    ),
    name="a_single_lambda",
)


def norm_with_precision(precision, tensors, norm_type=2.0):
    vectors = [torch.zeros(1, dtype=precision), *(t.detach().to(precision).flatten() for t in tensors if t is not None)]
    return torch.cat(vectors).norm(norm_type).item()


corpus.right(functools.partial(norm_with_precision, torch.float64), name="a_partial")


def make_global_norm(default=2.0):
    def inner(tensors, norm_type=default):
        norms = {p: [] for p in (norm_type,)}
        for index in range(len(tensors)):
            if tensors[index] is not None:
                norms[norm_type].append(tensors[index].detach().float().norm(norm_type).item())
        return float(np.linalg.norm(norms[norm_type], norm_type)) if norms[norm_type] else 0.0

    return inner


corpus.right(make_global_norm(), name="made_by_a_factory")
