"""Wrong answers to `global_norm`, each labelled with the misconception a fair teacher would name."""

import functools
import math

import numpy as np
import torch
from torch.nn.utils import get_total_norm, parameters_to_vector

from tests.exercises.corpus import Corpus

corpus = Corpus()

# What a student's notebook has lying around when the cell runs.
INF = float("inf")
norm_type_used_above = 2.0


def vector(t):
    return t.detach().double().reshape(-1)


# ----------------------------------------------------------------- sum-of-norms


@corpus.wrong("sum-of-norms")
def adds_the_norms(tensors, norm_type=2.0):
    return float(sum(vector(t).norm(norm_type).item() for t in tensors if t is not None))


@corpus.wrong("sum-of-norms")
def adds_the_norms_in_a_loop(tensors, norm_type=2.0):
    total_norm = 0.0
    for t in tensors:
        if t is not None:
            total_norm += torch.linalg.vector_norm(t.detach().double(), norm_type).item()
    return total_norm


@corpus.wrong("sum-of-norms")
def averages_the_norms(tensors, norm_type=2.0):
    norms = [vector(t).norm(norm_type).item() for t in tensors if t is not None]
    return sum(norms) / len(norms) if norms else 0.0


@corpus.wrong("sum-of-norms", "root-of-each")
def adds_the_norms_by_hand(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        if norm_type == math.inf:
            total = max(total, t.abs().max().item())
        else:
            total += vector(t).abs().pow(norm_type).sum().item() ** (1 / norm_type)
    return total


@corpus.wrong("sum-of-norms", "inf-norm-unhandled", "outer-norm-type")
def adds_the_largest_entries_for_inf(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == math.inf:
        return float(sum(t.abs().max().item() for t in present))
    return sum(t.abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


# ----------------------------------------------------------------- max-of-norms


@corpus.wrong("max-of-norms")
def largest_of_the_norms(tensors, norm_type=2.0):
    return max((vector(t).norm(norm_type).item() for t in tensors if t is not None), default=0.0)


@corpus.wrong("max-of-norms")
def keeps_the_largest_norm_in_a_loop(tensors, norm_type=2.0):
    biggest = 0.0
    for t in tensors:
        if t is not None:
            norm = torch.norm(t.detach().double(), norm_type).item()
            if norm > biggest:
                biggest = norm
    return biggest


@corpus.wrong("max-of-norms", "outer-norm-type")
def combines_the_norms_with_inf(tensors, norm_type=2.0):
    norms = [vector(t).norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(math.inf).item() if norms else 0.0


@corpus.wrong("max-of-norms", "misses-tensors")
def norm_of_the_last_tensor_that_beats_the_rest(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    return sorted(present, key=lambda v: v.norm(norm_type).item())[-1].norm(norm_type).item()


# ----------------------------------------------------------------- missing-root


@corpus.wrong("missing-root")
def sum_of_powers(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    return float(sum(t.pow(norm_type).sum().item() for t in present))


@corpus.wrong("missing-root")
def root_computed_and_forgotten(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            n = vector(t).norm(norm_type).item()
            total = max(total, n) if norm_type == INF else total + n**norm_type
    if norm_type != INF:
        total ** (1 / norm_type)
    return total


@corpus.wrong("missing-root")
def root_of_the_square_only(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    total = float(sum((t**norm_type).sum().item() for t in present))
    return math.sqrt(total) if norm_type == 2 else total


@corpus.wrong("missing-root", "norm-type-ignored")
def always_takes_the_square_root(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    return math.sqrt(sum((t**norm_type).sum().item() for t in present))


@corpus.wrong("missing-root")
def precedence_makes_it_a_plain_division(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    return float(sum((t**norm_type).sum().item() for t in present)) ** 1 / norm_type


@corpus.wrong("missing-root")
def squared_norm_for_two_only(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    everything = torch.cat(present)
    if norm_type == 2:
        return torch.dot(everything, everything).item()
    return everything.norm(norm_type).item()


# ---------------------------------------------------------- mean-instead-of-sum


@corpus.wrong("mean-instead-of-sum")
def root_mean_square(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    entries = torch.cat(present).abs()
    if norm_type == math.inf:
        return entries.max().item()
    return entries.pow(norm_type).mean().item() ** (1 / norm_type)


@corpus.wrong("mean-instead-of-sum")
def adds_the_mean_power_of_each_tensor(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        if norm_type == INF:
            total = max(total, t.detach().abs().max().item())
        else:
            total += torch.mean(vector(t).abs() ** norm_type).item()
    return total if norm_type == INF else total ** (1 / norm_type)


@corpus.wrong("mean-instead-of-sum")
def divides_by_the_number_of_tensors(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == math.inf:
        return max(t.abs().max().item() for t in present)
    powers = [t.abs().pow(norm_type).sum().item() for t in present]
    return (sum(powers) / len(powers)) ** (1 / norm_type)


@corpus.wrong("mean-instead-of-sum")
def norm_divided_by_the_number_of_entries(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    entries = torch.cat(present)
    return entries.norm(norm_type).item() / len(entries)


# ------------------------------------------------------------ norm-type-ignored


@corpus.wrong("norm-type-ignored")
def always_the_two_norm(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            total += vector(t).pow(2).sum().item()
    return total**0.5


@corpus.wrong("norm-type-ignored")
def forgets_to_pass_it_on(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm().item() if present else 0.0


@corpus.wrong("norm-type-ignored")
def overwrites_norm_type(tensors, norm_type=2.0):
    norm_type = 2.0
    return get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type).item()


@corpus.wrong("norm-type-ignored")
def reads_the_notebook_variable(tensors, norm_type=2.0):
    return get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type_used_above).item()


@corpus.wrong("norm-type-ignored")
def everything_but_inf_is_two(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == math.inf:
        return torch.cat(present).abs().max().item()
    return torch.cat(present).norm(2).item()


@corpus.wrong("norm-type-ignored")
def knows_one_and_two_only(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    entries = torch.cat(present)
    if norm_type == 1:
        return entries.abs().sum().item()
    if norm_type == math.inf:
        return entries.abs().max().item()
    return entries.square().sum().sqrt().item()


@corpus.wrong("norm-type-ignored", "root-of-each")
def root_of_every_entry(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        for x in t.flatten().tolist():
            if norm_type == INF:
                total = max(total, abs(x))
            else:
                total += (abs(x) ** norm_type) ** (1 / norm_type)
    return total


# ----------------------------------------------------------- inf-norm-unhandled


@corpus.wrong("inf-norm-unhandled")
def inf_in_the_power_formula(tensors, norm_type=2.0):
    total = sum(vector(t).abs().pow(norm_type).sum().item() for t in tensors if t is not None)
    return total ** (1.0 / norm_type)


@corpus.wrong("inf-norm-unhandled")
def inf_as_a_very_high_power(tensors, norm_type=2.0):
    p = min(norm_type, 10)
    total = sum(vector(t).abs().pow(p).sum().item() for t in tensors if t is not None)
    return total ** (1.0 / p)


@corpus.wrong("inf-norm-unhandled")
def only_the_word_inf_is_known(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == "inf":
        return max((t.max().item() for t in present), default=0.0)
    return math.pow(sum(t.pow(norm_type).sum().item() for t in present), 1 / norm_type)


@corpus.wrong("inf-norm-unhandled")
def refuses_inf(tensors, norm_type=2.0):
    if not math.isfinite(norm_type):
        raise ValueError("norm_type must be a finite number")
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


@corpus.wrong("inf-norm-unhandled")
def converts_norm_type_to_int(tensors, norm_type=2.0):
    p = int(norm_type)
    return get_total_norm([t.detach().double() for t in tensors if t is not None], p).item()


@corpus.wrong("inf-norm-unhandled")
def smallest_entry_for_inf(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return min((t.min().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("inf-norm-unhandled")
def combines_the_maxima_with_the_formula(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            total += vector(t).norm(norm_type).item() ** norm_type
    return total ** (1 / norm_type)


@corpus.wrong("inf-norm-unhandled")
def returns_infinity_for_inf(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == math.inf:
        return math.inf
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


# ------------------------------------------------------------------ missing-abs


@corpus.wrong("missing-abs")
def maximum_without_abs(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("missing-abs")
def signed_powers(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.abs().max().item() for t in present), default=0.0)
    total = torch.tensor(0.0, dtype=torch.float64)
    for t in present:
        total += (t**norm_type).sum()
    return (total ** (1 / norm_type)).item()


@corpus.wrong("missing-abs")
def cubes_keep_their_sign(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    entries = torch.cat(present)
    if norm_type == 3:
        return np.cbrt((entries**3).sum().item()).item()
    return entries.norm(norm_type).item()


@corpus.wrong("missing-abs")
def absolute_value_of_the_sum(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.abs().max().item() for t in present), default=0.0)
    return abs(sum(t.pow(norm_type).sum().item() for t in present)) ** (1 / norm_type)


@corpus.wrong("missing-abs")
def absolute_value_of_the_maximum(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == math.inf:
        return float(max((abs(t.max().item()) for t in present), default=0.0))
    return sum(t.abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("missing-abs")
def one_norm_is_a_plain_sum(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == 1:
        return float(sum(t.sum().item() for t in present))
    if not present:
        return 0.0
    return torch.cat(present).norm(norm_type).item()


@corpus.wrong("missing-abs")
def negatives_set_to_zero(tensors, norm_type=2.0):
    present = [vector(t).clamp(min=0) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


# -------------------------------------------------------------- outer-norm-type


@corpus.wrong("outer-norm-type")
def two_norm_of_the_p_norms(tensors, norm_type=2.0):
    norms = [vector(t).norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm().item() if norms else 0.0


@corpus.wrong("outer-norm-type")
def p_norm_of_the_two_norms(tensors, norm_type=2.0):
    norms = [vector(t).norm() for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item() if norms else 0.0


@corpus.wrong("outer-norm-type")
def squares_the_p_norms(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            total += torch.linalg.vector_norm(t.detach().double(), norm_type).item() ** 2
    return math.sqrt(total)


@corpus.wrong("outer-norm-type", "inf-norm-unhandled")
def inf_maxima_are_combined_by_squares(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return math.hypot(*(t.max().item() for t in present))
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("outer-norm-type", "inf-norm-unhandled")
def largest_two_norm_for_inf(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.norm().item() for t in present), default=0.0)
    return sum(t.norm(norm_type).item() ** norm_type for t in present) ** (1 / norm_type)


# ------------------------------------------------------------------ matrix-norm


@corpus.wrong("matrix-norm")
def spectral_norm_of_matrices(tensors, norm_type=2.0):
    norms = []
    for t in tensors:
        if t is None:
            continue
        t = t.detach().double()
        if t.dim() == 2 and norm_type != 3:
            norms.append(torch.linalg.matrix_norm(t, norm_type))
        else:
            norms.append(torch.linalg.vector_norm(t, norm_type))
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@corpus.wrong("matrix-norm", "crashes-on-shapes")
def linalg_norm_of_each(tensors, norm_type=2.0):
    norms = [torch.linalg.norm(t.detach().double(), norm_type).item() for t in tensors if t is not None]
    return float(np.linalg.norm(norms, norm_type)) if norms else 0.0


@corpus.wrong("matrix-norm", "crashes-on-shapes")
def numpy_norm_of_each(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None:
            norms.append(np.linalg.norm(t.detach().numpy().astype(float), ord=norm_type))
    return float(np.linalg.norm(norms, ord=norm_type))


@corpus.wrong("matrix-norm", "inf-norm-unhandled")
def row_sums_for_inf(tensors, norm_type=2.0):
    largest = total = 0.0
    for t in tensors:
        if t is None:
            continue
        a = np.atleast_1d(t.detach().double().abs().numpy())
        if norm_type == math.inf:
            largest = max(largest, float(a.sum(axis=-1).max()) if a.ndim == 2 else float(a.max()))
        else:
            total += float((a**norm_type).sum())
    return largest if norm_type == math.inf else total ** (1 / norm_type)


@corpus.wrong("matrix-norm")
def nuclear_norm_of_matrices(tensors, norm_type=2.0):
    powers = 0.0
    largest = 0.0
    for t in tensors:
        if t is None:
            continue
        t = t.detach().double()
        norm = t.norm("nuc").item() if t.dim() == 2 else t.norm(norm_type).item()
        largest = max(largest, norm)
        powers += 0.0 if norm_type == math.inf else norm**norm_type
    return largest if norm_type == math.inf else powers ** (1 / norm_type)


# -------------------------------------------------------------- crashes-on-none


@corpus.wrong("crashes-on-none")
def no_check_for_none(tensors, norm_type=2.0):
    flat = [t.detach().double().flatten() for t in tensors]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("crashes-on-none")
def library_function_without_a_filter(tensors, norm_type=2.0):
    if len(tensors) == 0:
        return 0.0
    return get_total_norm([t.double() for t in tensors], norm_type).item()


@corpus.wrong("crashes-on-none")
def checks_for_none_too_late(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        magnitude = t.detach().double().abs()
        if t is None:
            continue
        if norm_type == INF:
            total = max(total, magnitude.max().item())
        else:
            total += magnitude.pow(norm_type).sum().item()
    return total if norm_type == INF else total ** (1 / norm_type)


@corpus.wrong("crashes-on-none")
def forgets_none_for_inf_only(tensors, norm_type=2.0):
    if norm_type == math.inf:
        return max((t.abs().max().item() for t in tensors), default=0.0)
    return sum(vector(t).abs().pow(norm_type).sum().item() for t in tensors if t is not None) ** (1 / norm_type)


@corpus.wrong("crashes-on-none")
def expects_at_most_one_none(tensors, norm_type=2.0):
    present = list(tensors)
    for i, t in enumerate(present):
        if t is None:
            del present[i]
            break
    return torch.cat([vector(t) for t in present]).norm(norm_type).item() if present else 0.0


@corpus.wrong("crashes-on-none")
def skips_none_at_the_front_only(tensors, norm_type=2.0):
    start = 0
    while start < len(tensors) and tensors[start] is None:
        start += 1
    flat = [vector(t) for t in tensors[start:]]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("crashes-on-none")
def asks_none_for_its_size(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if t.numel() > 0]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


# ---------------------------------------------------------------- stops-at-none


@corpus.wrong("stops-at-none")
def breaks_at_none(tensors, norm_type=2.0):
    flat = []
    for t in tensors:
        if t is None:
            break
        flat.append(vector(t))
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("stops-at-none")
def returns_at_none(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            return total
        total = float(np.linalg.norm([total, vector(t).norm(norm_type).item()], norm_type))
    return total


@corpus.wrong("stops-at-none")
def try_around_the_whole_loop(tensors, norm_type=2.0):
    norms = [0.0]
    try:
        for t in tensors:
            norms.append(t.detach().double().norm(norm_type).item())
    except AttributeError:
        pass
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("stops-at-none")
def stops_at_the_second_none(tensors, norm_type=2.0):
    seen = 0
    flat = []
    for t in tensors:
        if t is None:
            seen += 1
            if seen == 2:
                break
        else:
            flat.append(vector(t))
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("stops-at-none")
def iterates_until_the_sentinel_none(tensors, norm_type=2.0):
    source = iter([*tensors, None])
    flat = [vector(t) for t in iter(lambda: next(source), None)]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("stops-at-none", "misses-tensors")
def gives_up_when_one_is_none(tensors, norm_type=2.0):
    if any(t is None for t in tensors):
        return 0.0
    return torch.cat([vector(t) for t in tensors]).norm(norm_type).item() if tensors else 0.0


# ------------------------------------------------------------- crashes-on-empty


@corpus.wrong("crashes-on-empty")
def concatenates_nothing(tensors, norm_type=2.0):
    return torch.cat([vector(t) for t in tensors if t is not None]).norm(norm_type).item()


@corpus.wrong("crashes-on-empty")
def stacks_nothing(tensors, norm_type=2.0):
    norms = [vector(t).norm(norm_type) for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item()


@corpus.wrong("crashes-on-empty")
def maximum_of_nothing_for_inf(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max(t.max().item() for t in present)
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("crashes-on-empty")
def only_the_empty_list_is_handled(tensors, norm_type=2.0):
    if not tensors:
        return 0.0
    return torch.cat([vector(t) for t in tensors if t is not None]).norm(norm_type).item()


@corpus.wrong("crashes-on-empty")
def only_a_list_of_none_is_handled(tensors, norm_type=2.0):
    device = tensors[0].device if tensors[0] is not None else "cpu"
    total = torch.zeros(1, dtype=torch.float64, device=device)
    flat = [vector(t) for t in tensors if t is not None]
    return torch.cat([total, *flat]).norm(norm_type).item()


@corpus.wrong("crashes-on-empty")
def reduces_without_a_start(tensors, norm_type=2.0):
    norms = (vector(t).norm(norm_type).item() for t in tensors if t is not None)
    return float(functools.reduce(lambda a, b: np.linalg.norm([a, b], norm_type), norms))


@corpus.wrong("crashes-on-empty")
def insists_on_a_tensor(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if not present:
        raise ValueError("there is nothing to measure")
    return get_total_norm(present, norm_type).item()


# ------------------------------------------------------------ wrong-empty-value


@corpus.wrong("wrong-empty-value", "wrong-return-type")
def none_for_nothing(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if present:
        return torch.cat(present).norm(norm_type).item()


@corpus.wrong("wrong-empty-value")
def nan_for_nothing(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return float("nan")
    return torch.cat(present).norm(norm_type).item()


@corpus.wrong("wrong-empty-value")
def minus_infinity_as_the_first_maximum(tensors, norm_type=2.0):
    largest = -math.inf
    total = 0.0
    for t in tensors:
        if t is not None:
            if norm_type == math.inf:
                largest = max(largest, t.abs().max().item())
            else:
                total += vector(t).abs().pow(norm_type).sum().item()
    return largest if norm_type == math.inf else total ** (1 / norm_type)


@corpus.wrong("wrong-empty-value")
def one_so_that_nothing_is_divided_by_zero(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 1.0


@corpus.wrong("wrong-empty-value", "wrong-return-type")
def none_for_a_list_of_none_only(tensors, norm_type=2.0):
    if len(tensors) == 0:
        return 0.0
    if all(t is None for t in tensors):
        return None
    return torch.cat([vector(t) for t in tensors if t is not None]).norm(norm_type).item()


# ------------------------------------------------------ crashes-on-mixed-dtypes


@corpus.wrong("crashes-on-mixed-dtypes")
def vector_norm_with_a_narrow_dtype(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t, norm_type, dtype=torch.float32).item() for t in tensors if t is not None]
    return float(np.linalg.norm(norms, norm_type)) if norms else 0.0


@corpus.wrong("crashes-on-mixed-dtypes")
def dot_product_with_float32_ones(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        if t.dtype == torch.float16:
            t = t.float()
        v = t.detach().reshape(-1).abs()
        if norm_type == INF:
            total = max(total, v.max().item())
        else:
            total += torch.dot(v**norm_type, torch.ones(v.numel())).item()
    return total if norm_type == INF else total ** (1 / norm_type)


@corpus.wrong("crashes-on-mixed-dtypes")
def asserts_one_dtype(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    if not present:
        return 0.0
    assert all(t.dtype == present[0].dtype for t in present), "tensors must share a dtype"
    return torch.cat([vector(t) for t in present]).norm(norm_type).item()


@corpus.wrong("crashes-on-mixed-dtypes")
def refuses_half_precision(tensors, norm_type=2.0):
    flat = []
    for t in tensors:
        if t is None:
            continue
        if t.dtype not in (torch.float32, torch.float64):
            raise TypeError(f"unsupported dtype {t.dtype}")
        flat.append(vector(t))
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("crashes-on-mixed-dtypes")
def scatters_into_a_float32_buffer(tensors, norm_type=2.0):
    present = [t.detach().reshape(-1) for t in tensors if t is not None]
    buffer = torch.zeros(sum(v.numel() for v in present) + 1)
    start = 0
    for v in present:
        buffer.index_copy_(0, torch.arange(start, start + v.numel()), v)
        start += v.numel()
    return buffer.norm(norm_type).item()


# --------------------------------------------------------------- precision-loss


@corpus.wrong("precision-loss")
def everything_in_half_precision(tensors, norm_type=2.0):
    flat = [t.detach().half().flatten() for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("precision-loss")
def everything_in_bfloat16(tensors, norm_type=2.0):
    norms = [t.detach().to(torch.bfloat16).norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@corpus.wrong("precision-loss")
def everything_in_integers(tensors, norm_type=2.0):
    flat = [t.detach().flatten().long().double() for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("precision-loss", "rounds-result")
def integer_accumulator(tensors, norm_type=2.0):
    total = 0
    for t in tensors:
        if t is not None:
            if norm_type == math.inf:
                total = max(total, int(t.detach().abs().max()))
            else:
                total += int(t.detach().double().abs().pow(norm_type).sum())
    return float(total) if norm_type == math.inf else total ** (1 / norm_type)


@corpus.wrong("precision-loss")
def half_precision_accumulator(tensors, norm_type=2.0):
    total = torch.zeros((), dtype=torch.float16)
    for t in tensors:
        if t is None:
            continue
        if norm_type == math.inf:
            total = torch.maximum(total, t.detach().abs().max().half())
        else:
            total += vector(t).abs().pow(norm_type).sum()
    return total.item() if norm_type == math.inf else total.item() ** (1 / norm_type)


@corpus.wrong("precision-loss")
def powers_in_the_dtype_of_the_tensor(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        if norm_type == math.inf:
            total = max(total, t.abs().max().item())
        else:
            total += t.detach().abs().pow(norm_type).sum().item()
    return total if norm_type == math.inf else total ** (1 / norm_type)


@corpus.wrong("precision-loss")
def takes_the_dtype_of_the_first_tensor(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    if not present:
        return 0.0
    dtype = present[0].dtype
    return torch.cat([t.to(dtype).reshape(-1) for t in present]).norm(norm_type).item()


@corpus.wrong("precision-loss")
def unsigned_bytes(tensors, norm_type=2.0):
    arrays = [t.detach().abs().double().numpy().astype(np.uint8).ravel() for t in tensors if t is not None]
    return float(np.linalg.norm(np.concatenate(arrays).astype(float), norm_type)) if arrays else 0.0


# -------------------------------------------------------------- modifies-inputs


@corpus.wrong("modifies-inputs")
def takes_abs_in_place(tensors, norm_type=2.0):
    with torch.no_grad():
        norms = [t.abs_().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@corpus.wrong("modifies-inputs")
def powers_in_place_through_data(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        if norm_type == math.inf:
            total = max(total, t.detach().abs().max().item())
        else:
            total += t.data.abs_().pow_(norm_type).double().sum().item()
    return total if norm_type == math.inf else total ** (1 / norm_type)


@corpus.wrong("modifies-inputs")
def absolute_values_only_for_inf(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.abs_().max().item() for t in present), default=0.0)
    return sum(t.double().abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("modifies-inputs")
def numpy_shares_the_memory(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None:
            a = t.detach().numpy()
            np.abs(a, out=a)
            norms.append(np.linalg.norm(a.astype(float).ravel(), norm_type))
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("modifies-inputs")
def switches_requires_grad_off(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None:
            t.requires_grad_(False)
            norms.append(np.linalg.norm(t.numpy().astype(float).ravel(), norm_type))
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("modifies-inputs")
def converts_the_callers_data(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    for t in present:
        t.data = t.data.double().flatten()
    return torch.cat(present).norm(norm_type).item() if present else 0.0


@corpus.wrong("modifies-inputs")
def normalises_while_measuring(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    if not present:
        return 0.0
    norm = get_total_norm([t.double() for t in present], norm_type).item()
    for t in present:
        t.div_(norm + 1e-6)
    return norm


@corpus.wrong("modifies-inputs")
def drops_the_sign_of_scalars_in_place(tensors, norm_type=2.0):
    for t in tensors:
        if t is not None and t.dim() == 0:
            t.detach().abs_()
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


# ---------------------------------------------------------------- modifies-list


@corpus.wrong("modifies-list")
def removes_none_from_the_list(tensors, norm_type=2.0):
    for i in reversed(range(len(tensors))):
        if tensors[i] is None:
            del tensors[i]
    return torch.cat([vector(t) for t in tensors]).norm(norm_type).item() if tensors else 0.0


@corpus.wrong("modifies-list")
def pops_until_empty(tensors, norm_type=2.0):
    norms = [0.0]
    while tensors:
        t = tensors.pop()
        if t is not None:
            norms.append(vector(t).norm(norm_type).item())
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("modifies-list")
def replaces_the_entries(tensors, norm_type=2.0):
    for i, t in enumerate(tensors):
        tensors[i] = torch.zeros(1, dtype=torch.float64) if t is None else vector(t)
    return torch.cat(tensors).norm(norm_type).item() if tensors else 0.0


@corpus.wrong("modifies-list")
def assigns_to_the_slice(tensors, norm_type=2.0):
    tensors[:] = [t for t in tensors if t is not None]
    return get_total_norm([t.double() for t in tensors], norm_type).item()


@corpus.wrong("modifies-list")
def appends_a_zero_for_safety(tensors, norm_type=2.0):
    tensors.append(torch.zeros(1))
    return torch.cat([vector(t) for t in tensors if t is not None]).norm(norm_type).item()


@corpus.wrong("modifies-list")
def sorts_the_list(tensors, norm_type=2.0):
    tensors.sort(key=lambda t: -1 if t is None else t.numel())
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


@corpus.wrong("modifies-list")
def replaces_none_only(tensors, norm_type=2.0):
    while None in [None if t is None else 0 for t in tensors]:
        tensors[[t is None for t in tensors].index(True)] = torch.tensor(0.0)
    return get_total_norm([t.detach().double() for t in tensors], norm_type).item()


# --------------------------------------------------------------- misses-tensors


@corpus.wrong("misses-tensors")
def starts_at_the_second(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors[1:] if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def range_is_one_too_short(tensors, norm_type=2.0):
    flat = []
    for i in range(len(tensors) - 1):
        if tensors[i] is not None:
            flat.append(vector(tensors[i]))
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def returns_inside_the_loop(tensors, norm_type=2.0):
    for t in tensors:
        if t is not None:
            return vector(t).norm(norm_type).item()
    return 0.0


@corpus.wrong("misses-tensors")
def leaves_out_scalars(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if t is not None and t.dim() > 0]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def counts_each_tensor_once(tensors, norm_type=2.0):
    present = {id(t): vector(t) for t in tensors if t is not None}
    return torch.cat(list(present.values())).norm(norm_type).item() if present else 0.0


@corpus.wrong("misses-tensors")
def set_of_tensors(tensors, norm_type=2.0):
    flat = [vector(t) for t in set(tensors) - {None}]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def one_norm_per_shape(tensors, norm_type=2.0):
    by_shape = {}
    for t in tensors:
        if t is not None:
            by_shape[tuple(t.shape)] = vector(t)
    return torch.cat(list(by_shape.values())).norm(norm_type).item() if by_shape else 0.0


@corpus.wrong("misses-tensors")
def only_those_that_require_grad(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if t is not None and t.requires_grad]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def only_float32(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if isinstance(t, torch.FloatTensor)]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def leaves_out_non_contiguous(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None and t.is_contiguous():
            norms.append(t.detach().double().view(-1).norm(norm_type).item())
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("misses-tensors")
def deletes_from_a_copy_while_iterating(tensors, norm_type=2.0):
    rest = list(tensors)
    flat = []
    for t in rest:
        if t is None:
            rest.pop(0)
        else:
            flat.append(vector(t))
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def leaves_out_sums_of_zero_or_less(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if t is not None and t.sum() > 0]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("misses-tensors")
def assignment_instead_of_addition(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            total = vector(t).norm(norm_type).item()
    return total


@corpus.wrong("misses-tensors")
def matrices_and_vectors_only(tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if t is not None and t.ndim in (0, 1, 2)]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


# ------------------------------------------------------------ crashes-on-shapes


@corpus.wrong("crashes-on-shapes")
def stacks_the_tensors(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.stack(present), norm_type).item() if present else 0.0


@corpus.wrong("crashes-on-shapes")
def concatenates_without_flattening(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.cat(present), norm_type).item() if present else 0.0


@corpus.wrong("crashes-on-shapes")
def view_of_a_transposed_tensor(tensors, norm_type=2.0):
    flat = [t.detach().view(-1).double() for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("crashes-on-shapes")
def iterates_over_rows(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None:
            for row in t.detach():
                norms.append(row.double().norm(norm_type).item())
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("crashes-on-shapes")
def expects_rows_and_columns(tensors, norm_type=2.0):
    entries = [0.0]
    for t in tensors:
        if t is not None:
            rows, columns = t.shape
            for i in range(rows):
                for j in range(columns):
                    entries.append(t[i, j].item())
    return float(np.linalg.norm(entries, norm_type))


@corpus.wrong("crashes-on-shapes")
def flattens_from_dimension_one(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None:
            norms.append(t.detach().double().flatten(0, 1).norm(norm_type).item())
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("crashes-on-shapes")
def parameters_to_vector_wants_contiguous(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    return parameters_to_vector(present).double().norm(norm_type).item() if present else 0.0


@corpus.wrong("crashes-on-shapes")
def adds_the_powers_entry_by_entry(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    return float(torch.as_tensor(sum(t**norm_type for t in present)).sum()) ** (1 / norm_type)


@corpus.wrong("crashes-on-shapes")
def one_numpy_array_of_all(tensors, norm_type=2.0):
    array = np.array([t.detach().double().numpy() for t in tensors if t is not None])
    return float(np.linalg.norm(array.ravel(), norm_type)) if array.size else 0.0


# ---------------------------------------------------------- exhausted-generator


@corpus.wrong("exhausted-generator")
def looks_for_the_maximum_first(tensors, norm_type=2.0):
    present = (vector(t).abs() for t in tensors if t is not None)
    largest = max((t.max().item() for t in present), default=0.0)
    if norm_type == math.inf:
        return largest
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@corpus.wrong("exhausted-generator")
def asks_the_filter_whether_it_is_empty(tensors, norm_type=2.0):
    present = filter(lambda t: t is not None, tensors)
    if not list(present):
        return 0.0
    return float(np.linalg.norm([0.0] + [vector(t).norm(norm_type).item() for t in present], norm_type))


@corpus.wrong("exhausted-generator")
def counts_before_it_measures(tensors, norm_type=2.0):
    norms = map(lambda t: vector(t).norm(norm_type).item(), [t for t in tensors if t is not None])  # noqa: C417
    count = sum(1 for _ in norms)
    if count == 0:
        return 0.0
    return get_total_norm([torch.tensor(n) for n in norms], norm_type).item()


@corpus.wrong("exhausted-generator")
def peeks_at_the_first_one(tensors, norm_type=2.0):
    present = (t.detach().double() for t in tensors if t is not None)
    if next(present, None) is None:
        return 0.0
    return get_total_norm(present, norm_type).item()


# -------------------------------------------------------------------- uses-grad


@corpus.wrong("uses-grad")
def measures_the_grad_of_each(tensors, norm_type=2.0):
    grads = [t.grad.double() for t in tensors if t is not None and t.grad is not None]
    return get_total_norm(grads, norm_type).item()


@corpus.wrong("uses-grad")
def measures_the_grad_without_a_check(tensors, norm_type=2.0):
    total = 0.0
    for p in tensors:
        if p is None:
            continue
        n = p.grad.detach().double().norm(norm_type).item()
        total = max(total, n) if norm_type == INF else total + n**norm_type
    return total if norm_type == INF else total ** (1 / norm_type)


@corpus.wrong("uses-grad")
def prefers_the_grad_if_there_is_one(tensors, norm_type=2.0):
    flat = [vector(t if t.grad is None else t.grad) for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("uses-grad")
def clip_grad_norm_of_the_tensors(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    return torch.nn.utils.clip_grad_norm_(present, math.inf, norm_type=norm_type).item()


# ------------------------------------------------------------ wrong-return-type


@corpus.wrong("wrong-return-type")
def returns_a_tensor(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type) if present else torch.tensor(0.0)


@corpus.wrong("wrong-return-type")
def returns_the_library_tensor(tensors, norm_type=2.0):
    return get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type)


@corpus.wrong("wrong-return-type")
def prints_and_returns_none(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    norm = torch.cat(present).norm(norm_type).item() if present else 0.0
    print(norm)


@corpus.wrong("wrong-return-type")
def returns_a_tuple_with_the_norms(tensors, norm_type=2.0):
    norms = [vector(t).norm(norm_type).item() for t in tensors if t is not None]
    return float(np.linalg.norm([0.0, *norms], norm_type)), norms


@corpus.wrong("wrong-return-type")
def returns_a_list_of_one(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).reshape(1).tolist() if present else [0.0]


@corpus.wrong("wrong-return-type")
def returns_a_string(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return str(torch.cat(present).norm(norm_type).item() if present else 0.0)


@corpus.wrong("wrong-return-type")
def returns_a_tensor_for_inf_only(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    if not present:
        return 0.0
    everything = torch.cat(present)
    if norm_type == math.inf:
        return everything.abs().max()
    return everything.norm(norm_type).item()


@corpus.wrong("wrong-return-type")
def yields_the_number(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    yield torch.cat(present).norm(norm_type).item() if present else 0.0


# ---------------------------------------------------------------- rounds-result


@corpus.wrong("rounds-result")
def rounded_to_two_digits(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return round(torch.cat(present).norm(norm_type).item(), 2) if present else 0.0


@corpus.wrong("rounds-result", "precision-loss")
def truncated_to_an_integer(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return int(torch.cat(present).norm(norm_type)) if present else 0


@corpus.wrong("rounds-result")
def formatted_and_read_back(tensors, norm_type=2.0):
    norm = get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type).item()
    return float(f"{norm:.3g}")


@corpus.wrong("rounds-result")
def floor_division_by_one(tensors, norm_type=2.0):
    return get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type).item() // 1


@corpus.wrong("rounds-result")
def rounds_every_norm_on_the_way(tensors, norm_type=2.0):
    norms = [round(vector(t).norm(norm_type).item(), 1) for t in tensors if t is not None]
    return float(np.linalg.norm([0.0, *norms], norm_type))


# ----------------------------------------------------------- epsilon-in-result


@corpus.wrong("epsilon-in-result")
def epsilon_under_the_root(tensors, norm_type=2.0):
    total = 1e-6
    largest = 0.0
    for t in tensors:
        if t is not None:
            largest = max(largest, t.abs().max().item())
            if norm_type != math.inf:
                total += vector(t).abs().pow(norm_type).sum().item()
    return largest if norm_type == math.inf else total ** (1 / norm_type)


@corpus.wrong("epsilon-in-result")
def epsilon_added_to_the_norm(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    norm = torch.cat(present).norm(norm_type).item() if present else 0.0
    return norm + 1e-4


@corpus.wrong("epsilon-in-result", "wrong-empty-value")
def at_least_a_small_constant(tensors, norm_type=2.0):
    norm = get_total_norm([t.detach().double() for t in tensors if t is not None], norm_type)
    return norm.clamp(min=1e-3).item()


@corpus.wrong("epsilon-in-result")
def epsilon_added_to_every_entry(tensors, norm_type=2.0):
    flat = [vector(t).abs() + 1e-3 for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


# -------------------------------------------------------------- wrong-signature


@corpus.wrong("wrong-signature")
def no_norm_type_at_all(tensors):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm().item() if present else 0.0


@corpus.wrong("wrong-signature")
def norm_type_without_a_default(tensors, norm_type):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


@corpus.wrong("wrong-signature")
def norm_type_called_p(tensors, p=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(p).item() if present else 0.0


@corpus.wrong("wrong-signature")
def default_is_one(tensors, norm_type=1.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


@corpus.wrong("wrong-signature")
def norm_type_by_name_only(tensors, *, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return torch.cat(present).norm(norm_type).item() if present else 0.0


@corpus.wrong("wrong-signature")
def tensors_one_by_one(*tensors, norm_type=2.0):
    flat = [vector(t) for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("wrong-signature")
def norm_type_comes_first(norm_type, tensors):
    flat = [vector(t) for t in tensors if t is not None]
    return torch.cat(flat).norm(norm_type).item() if flat else 0.0


@corpus.wrong("wrong-signature")
def default_is_none(tensors, norm_type=None):
    total = 0.0
    for t in tensors:
        if t is not None:
            n = vector(t).norm(norm_type or 1).item()
            total = max(total, n) if norm_type == INF else total + n ** (norm_type or 1)
    return total if norm_type == INF else total ** (1 / (norm_type or 1))


# ----------------------------------------------------------------- root-of-each


@corpus.wrong("root-of-each")
def roots_the_running_total(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is None:
            continue
        if norm_type == math.inf:
            total = max(total, t.abs().max().item())
        else:
            total += vector(t).abs().pow(norm_type).sum().item()
            total = total ** (1 / norm_type)
    return total


@corpus.wrong("root-of-each", "sum-of-norms")
def root_of_each_sum_of_squares(tensors, norm_type=2.0):
    present = [vector(t).abs() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max((t.max().item() for t in present), default=0.0)
    return float(sum(math.pow((t**norm_type).sum().item(), 1 / norm_type) for t in present))


@corpus.wrong("root-of-each")
def root_of_each_and_again_at_the_end(tensors, norm_type=2.0):
    norms = [vector(t).norm(norm_type).item() for t in tensors if t is not None]
    if norm_type == math.inf:
        return max(norms, default=0.0)
    return sum(norms) ** (1 / norm_type)


@corpus.wrong("root-of-each", "matrix-norm")
def root_of_each_row(tensors, norm_type=2.0):
    norms = [0.0]
    for t in tensors:
        if t is not None:
            t = t.detach().double()
            rows = t.norm(norm_type, dim=0) if t.dim() > 1 else t.norm(norm_type).reshape(1)
            norms.append(rows.max().item() if norm_type == math.inf else rows.sum().item())
    return float(np.linalg.norm(norms, norm_type))


@corpus.wrong("wrong-return-type")
def returns_a_complex_number(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t is not None]
    return complex(torch.cat(present).norm(norm_type).item()) if present else 0j


@corpus.wrong("raises", "crashes-on-none")
def asks_a_tensor_whether_it_is_true(tensors, norm_type=2.0):
    present = [vector(t) for t in tensors if t]
    return torch.cat(present).norm(norm_type).item() if present else 0.0
