"""The reference global norm, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(what it needs beside `torch` it imports), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t.detach().double(), norm_type) for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item() if norms else 0.0


# -- right in another spelling ---------------------------------------------------------------------------------------


@answers.right
def with_the_library(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    return float(torch.nn.utils.get_total_norm(present, norm_type))


@answers.right
def one_long_vector(tensors, norm_type=2.0):
    pieces = [t.detach().flatten() for t in tensors if t is not None]
    return torch.cat(pieces).norm(norm_type).item() if pieces else 0


@answers.right
def powers_by_hand(tensors, norm_type=2.0):
    total = 0.0
    largest = 0.0
    for t in tensors:
        if t is None or t.numel() == 0:
            continue
        largest = max(largest, t.abs().max().item())
        if norm_type != float("inf"):
            total += t.detach().double().abs().pow(norm_type).sum().item()
    return largest if norm_type == float("inf") else total ** (1 / norm_type)


@answers.right
def number_by_number(tensors, norm_type=2.0):
    numbers = [abs(x) for t in tensors if t is not None for x in t.reshape(-1).tolist()]
    if norm_type == float("inf"):
        return max(numbers, default=0.0)
    return sum(x**norm_type for x in numbers) ** (1.0 / norm_type)


@answers.right
def with_numpy(tensors, norm_type=2.0):
    import numpy as np

    arrays = [t.detach().cpu().numpy().astype(np.float64).ravel() for t in tensors if t is not None]
    return np.linalg.norm(np.concatenate(arrays), norm_type) if arrays else np.float64(0)


@answers.right
def norms_of_norms_in_their_own_dtypes(tensors, norm_type=2.0):
    norms = [torch.norm(t, norm_type).item() for t in tensors if t is not None]
    return torch.tensor([0.0, *norms], dtype=torch.float64).norm(norm_type).item()


@answers.right
def a_running_norm(tensors, norm_type=2.0):
    import math

    total = 0.0
    for t in tensors:
        if t is not None:
            n = t.detach().float().norm(p=norm_type).item()
            total = max(total, n) if math.isinf(norm_type) else (total**norm_type + n**norm_type) ** (1 / norm_type)
    return total


@answers.right
def a_dictionary_of_norms(tensors, norm_type=2.0):
    from collections import defaultdict

    by_dtype = defaultdict(list)
    for t in tensors:
        if isinstance(t, torch.Tensor):
            by_dtype[t.dtype].append(t.detach().double().ravel())
    norms = [torch.hstack(vectors).norm(norm_type) for vectors in by_dtype.values()]
    return float(torch.stack(norms).norm(norm_type)) if norms else 0.0


@answers.right
def as_a_parameters_gradient(tensors, norm_type=2.0):
    parameters = []
    for t in tensors:
        if t is not None:
            p = torch.zeros_like(t, requires_grad=True)
            p.grad = t.detach().clone()
            parameters.append(p)
    return torch.nn.utils.clip_grad_norm_(parameters, float("inf"), norm_type=norm_type).item()


# -- norms put together wrongly --------------------------------------------------------------------------------------


@answers.wrong("sum-of-norms")
def adds_norms(tensors, norm_type=2.0):
    return sum(torch.linalg.vector_norm(t, norm_type).item() for t in tensors if t is not None)


@answers.wrong("sum-of-norms")
def averages_norms(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t, norm_type).item() for t in tensors if t is not None]
    return sum(norms) / len(norms) if norms else 0.0


@answers.wrong("sum-of-norms")
def adds_norms_but_not_largest_entries(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t, norm_type).item() for t in tensors if t is not None]
    return max(norms, default=0.0) if norm_type == float("inf") else sum(norms)


@answers.wrong("sum-of-norms")
def averages_norms_but_not_largest_entries(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t, norm_type).item() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max(norms, default=0.0)
    return sum(norms) / len(norms) if norms else 0.0


@answers.wrong("max-of-norms")
def keeps_the_largest_norm(tensors, norm_type=2.0):
    return max((torch.linalg.vector_norm(t, norm_type).item() for t in tensors if t is not None), default=0.0)


@answers.wrong("outer-norm-type")
def combines_with_the_2_norm(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t.double(), norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm().item() if norms else 0.0


@answers.wrong("outer-norm-type")
def combines_2_norms_with_the_norm_type(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t.double()) for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item() if norms else 0.0


@answers.wrong("outer-norm-type")
def combines_with_the_2_norm_except_for_inf(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t.double(), norm_type) for t in tensors if t is not None]
    if not norms:
        return 0.0
    return (torch.stack(norms).max() if norm_type == float("inf") else torch.stack(norms).norm()).item()


@answers.wrong("outer-norm-type")
def combines_2_norms_except_for_inf(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == float("inf"):
        return max(t.abs().max().item() for t in present)
    return sum(t.norm().item() ** norm_type for t in present) ** (1 / norm_type)


@answers.wrong("missing-root")
def forgets_the_root(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).sum().item() for t in present)


@answers.wrong("missing-root")
def adds_powers_of_norms(tensors, norm_type=2.0):
    return float(sum(t.double().norm(norm_type).item() ** norm_type for t in tensors if t is not None))


@answers.wrong("missing-root")
def divides_instead_of_rooting(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).sum().item() for t in present) ** 1 / norm_type


@answers.wrong("missing-root")
def forgets_the_root_of_squares(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    if norm_type == 2:
        return sum(t.pow(2).sum().item() for t in present)
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("mean-instead-of-sum")
def mean_of_all_powers(tensors, norm_type=2.0):
    present = [t.detach().double().abs().flatten() for t in tensors if t is not None]
    if not present:
        return 0.0
    entries = torch.cat(present)
    return (entries.max() if norm_type == float("inf") else entries.pow(norm_type).mean() ** (1 / norm_type)).item()


@answers.wrong("mean-instead-of-sum")
def adds_means_of_powers(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).mean().item() for t in present) ** (1 / norm_type)


@answers.wrong("mean-instead-of-sum")
def averages_sums_of_powers(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    total = sum(t.pow(norm_type).sum().item() for t in present)
    return (total / max(len(present), 1)) ** (1 / norm_type)


@answers.wrong("mean-instead-of-sum")
def averages_means_of_powers(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    total = sum(t.pow(norm_type).mean().item() for t in present)
    return (total / max(len(present), 1)) ** (1 / norm_type)


@answers.wrong("mean-instead-of-sum")
def divides_the_norm_by_the_count(tensors, norm_type=2.0):
    present = [t.detach().double().flatten() for t in tensors if t is not None]
    if not present:
        return 0.0
    entries = torch.cat(present)
    norm = entries.norm(norm_type).item()
    return norm if norm_type == float("inf") else norm / entries.numel()


@answers.wrong("root-of-each")
def roots_twice(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type).item() for t in tensors if t is not None]
    return max(norms, default=0.0) if norm_type == float("inf") else sum(norms) ** (1 / norm_type)


@answers.wrong("root-of-each")
def root_of_each_entry(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).pow(1 / norm_type).sum().item() for t in present)


@answers.wrong("root-of-each")
def root_of_each_running_total(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    total = 0.0
    for t in present:
        total = (total + t.pow(norm_type).sum().item()) ** (1 / norm_type)
    return total


# -- the norm type ---------------------------------------------------------------------------------------------------


@answers.wrong("norm-type-ignored")
def always_2(tensors, norm_type=2.0):
    return sum(t.double().pow(2).sum().item() for t in tensors if t is not None) ** 0.5


@answers.wrong("norm-type-ignored")
def always_1(tensors, norm_type=2.0):
    return sum(t.double().abs().sum().item() for t in tensors if t is not None)


@answers.wrong("norm-type-ignored")
def always_inf(tensors, norm_type=2.0):
    return max((t.abs().max().item() for t in tensors if t is not None), default=0.0)


@answers.wrong("norm-type-ignored")
def only_inf_and_2(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in present), default=0.0)
    return sum(t.pow(2).sum().item() for t in present) ** 0.5


@answers.wrong("norm-type-ignored")
def only_1_and_2(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == 1:
        return sum(t.abs().sum().item() for t in present)
    return sum(t.pow(2).sum().item() for t in present) ** 0.5


@answers.wrong("norm-type-ignored")
def not_3(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in present), default=0.0)
    if norm_type == 1:
        return sum(t.abs().sum().item() for t in present)
    return sum(t.pow(2).sum().item() for t in present) ** 0.5


@answers.wrong("norm-type-ignored")
def square_root_of_powers(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).sum().item() for t in present) ** 0.5


@answers.wrong("norm-type-ignored")
def norm_type_only_in_the_root(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.pow(2).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("inf-norm-unhandled")
def inf_in_the_formula(tensors, norm_type=2.0):
    return sum(t.double().abs().pow(norm_type).sum().item() for t in tensors if t is not None) ** (1 / norm_type)


@answers.wrong("inf-norm-unhandled")
def inf_in_the_formula_of_norms(tensors, norm_type=2.0):
    return sum(t.double().norm(norm_type).item() ** norm_type for t in tensors if t is not None) ** (1 / norm_type)


@answers.wrong("inf-norm-unhandled")
def inf_is_taken_for_2(tensors, norm_type=2.0):
    p = 2.0 if norm_type == float("inf") else norm_type
    return sum(t.double().abs().pow(p).sum().item() for t in tensors if t is not None) ** (1 / p)


@answers.wrong("inf-norm-unhandled")
def inf_as_a_whole_number(tensors, norm_type=2.0):
    p = int(norm_type)
    return sum(t.double().abs().pow(p).sum().item() for t in tensors if t is not None) ** (1 / p)


@answers.wrong("inf-norm-unhandled")
def inf_adds_the_largest_entries(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return float(sum(t.max().item() for t in present))
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("inf-norm-unhandled")
def inf_takes_the_smallest_entry(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return min((t.min().item() for t in present), default=0.0)
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("inf-norm-unhandled")
def inf_is_a_large_number(tensors, norm_type=2.0):
    p = 20 if norm_type == float("inf") else norm_type
    return sum(t.double().abs().pow(p).sum().item() for t in tensors if t is not None) ** (1 / p)


@answers.wrong("missing-abs")
def powers_with_signs(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == float("inf"):
        return max(t.max().item() for t in present)
    return (sum(t.pow(norm_type).sum() for t in present) ** (1 / norm_type)).item()


@answers.wrong("missing-abs")
def powers_of_numbers_with_signs(tensors, norm_type=2.0):
    numbers = [x for t in tensors if t is not None for x in t.reshape(-1).tolist()]
    if norm_type == float("inf"):
        return max(numbers, default=0.0)
    return sum(x**norm_type for x in numbers) ** (1 / norm_type)


@answers.wrong("missing-abs")
def largest_with_sign(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return sum(t.abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("missing-abs")
def sum_with_signs_for_1(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in present), default=0.0)
    if norm_type == 1:
        return float(sum(t.sum().item() for t in present))
    return sum(t.abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("missing-abs")
def absolute_value_of_the_sum(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return abs(max((t.max().item() for t in present), default=0.0))
    return abs(sum(t.pow(norm_type).sum().item() for t in present)) ** (1 / norm_type)


@answers.wrong("missing-abs")
def signs_in_powers_only(tensors, norm_type=2.0):
    present = [t.detach().double() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in present), default=0.0)
    return float((torch.zeros(()) + sum(t.pow(norm_type).sum() for t in present)) ** (1 / norm_type))


# -- shapes ----------------------------------------------------------------------------------------------------------


@answers.wrong("matrix-norm")
def matrix_norms(tensors, norm_type=2.0):
    norms = []
    for t in tensors:
        if t is not None:
            t = t.detach().double()
            norms.append(torch.linalg.matrix_norm(t, 2) if t.dim() == 2 else torch.linalg.vector_norm(t, norm_type))
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item() if norms else 0.0


@answers.wrong("matrix-norm")
def linalg_norm(tensors, norm_type=2.0):
    norms = [torch.linalg.norm(t.detach().double(), norm_type) for t in tensors if t is not None]
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item() if norms else 0.0


@answers.wrong("matrix-norm")
def numpys_norm(tensors, norm_type=2.0):
    import numpy as np

    norms = [np.linalg.norm(t.detach().double().numpy(), norm_type) for t in tensors if t is not None]
    return float(np.linalg.norm(norms, norm_type)) if norms else 0.0


@answers.wrong("matrix-norm")
def numpys_norm_of_matrices(tensors, norm_type=2.0):
    import numpy as np

    norms = []
    for t in tensors:
        if t is not None:
            a = t.detach().double().numpy()
            norms.append(np.linalg.norm(a if a.ndim == 2 and norm_type != 3 else a.ravel(), norm_type))
    return float(np.linalg.norm(norms, norm_type)) if norms else 0.0


@answers.wrong("matrix-norm")
def norms_of_rows(tensors, norm_type=2.0):
    norms = []
    for t in tensors:
        if t is not None:
            t = t.detach().double()
            norms.append(t.norm(norm_type, dim=1).sum() if t.dim() == 2 else torch.linalg.vector_norm(t, norm_type))
    return torch.linalg.vector_norm(torch.stack(norms), norm_type).item() if norms else 0.0


@answers.wrong("crashes-on-shapes")
def stacks_tensors(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    return torch.stack(present).double().norm(norm_type).item() if present else 0.0


@answers.wrong("crashes-on-shapes")
def concatenates_tensors(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    return torch.cat(present).double().norm(norm_type).item() if present else 0.0


@answers.wrong("crashes-on-shapes")
def walks_through_entries(tensors, norm_type=2.0):
    numbers = [abs(float(x)) for t in tensors if t is not None for x in t]
    if norm_type == float("inf"):
        return max(numbers, default=0.0)
    return sum(x**norm_type for x in numbers) ** (1 / norm_type)


@answers.wrong("crashes-on-shapes")
def walks_through_rows(tensors, norm_type=2.0):
    norms = [row.detach().double().norm(norm_type) for t in tensors if t is not None for row in t]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("crashes-on-shapes")
def views_as_one_row(tensors, norm_type=2.0):
    pieces = [t.detach().view(-1).double() for t in tensors if t is not None]
    return torch.cat(pieces).norm(norm_type).item() if pieces else 0.0


@answers.wrong("crashes-on-shapes")
def expects_rows_and_columns(tensors, norm_type=2.0):
    numbers = [abs(x) for t in tensors if t is not None for row in t.tolist() for x in row]
    if norm_type == float("inf"):
        return max(numbers, default=0.0)
    return sum(x**norm_type for x in numbers) ** (1 / norm_type)


@answers.wrong("crashes-on-shapes")
def adds_tensors_to_each_other(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == float("inf"):
        largest = present[0]
        for t in present:
            largest = torch.maximum(largest, t)
        return largest.max().item()
    total = torch.zeros_like(present[0])
    for t in present:
        total += t**norm_type
    return total.sum().item() ** (1 / norm_type)


# -- None and nothing ------------------------------------------------------------------------------------------------


@answers.wrong("crashes-on-none")
def expects_no_none(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("crashes-on-none")
def refuses_none(tensors, norm_type=2.0):
    if any(t is None for t in tensors):
        raise ValueError("no gradient")
    norms = [t.detach().double().norm(norm_type) for t in tensors]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("stops-at-none")
def breaks_at_none(tensors, norm_type=2.0):
    norms = []
    for t in tensors:
        if t is None:
            break
        norms.append(t.detach().double().norm(norm_type))
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("stops-at-none")
def gives_up_at_none(tensors, norm_type=2.0):
    if any(t is None for t in tensors):
        return 0.0
    norms = [t.detach().double().norm(norm_type) for t in tensors]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("crashes-on-empty")
def stacks_nothing(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item()


@answers.wrong("crashes-on-empty")
def largest_of_nothing(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max(t.max().item() for t in present)
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("crashes-on-empty")
def looks_at_the_first(tensors, norm_type=2.0):
    device = tensors[0].device if tensors[0] is not None else "cpu"
    norms = [torch.zeros((), dtype=torch.float64, device=device)]
    norms += [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item()


@answers.wrong("crashes-on-empty")
def only_an_empty_list_is_nothing(tensors, norm_type=2.0):
    if len(tensors) == 0:
        return 0.0
    return torch.stack([t.detach().double().norm(norm_type) for t in tensors if t is not None]).norm(norm_type).item()


@answers.wrong("crashes-on-empty")
def refuses_nothing(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    if not present:
        raise ValueError("nothing to measure")
    return torch.stack([t.detach().double().norm(norm_type) for t in present]).norm(norm_type).item()


@answers.wrong("wrong-empty-value")
def none_for_nothing(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else None


@answers.wrong("wrong-empty-value")
def nan_for_nothing(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else float("nan")


@answers.wrong("wrong-empty-value")
def one_for_nothing(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 1.0


@answers.wrong("wrong-empty-value")
def minus_infinity_for_nothing(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=-float("inf"))
    return sum(t.pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


# -- dtypes and digits -----------------------------------------------------------------------------------------------


@answers.wrong("crashes-on-mixed-dtypes")
def needs_one_dtype(tensors, norm_type=2.0):
    norms = [t.detach().norm(norm_type) for t in tensors if t is not None]
    total = torch.zeros(len(norms))
    for i, n in enumerate(norms):
        total[i] = torch.dot(n.reshape(1), torch.ones(1))
    return total.norm(norm_type).item()


@answers.wrong("crashes-on-mixed-dtypes")
def asks_for_one_dtype(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    if len({t.dtype for t in present}) > 1:
        raise TypeError("different dtypes")
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("crashes-on-mixed-dtypes")
def narrows_in_the_norm(tensors, norm_type=2.0):
    norms = [torch.linalg.vector_norm(t.detach(), norm_type, dtype=torch.float32) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("precision-loss")
def powers_in_the_tensors_own_dtypes(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in present), default=0.0)
    return sum((t.abs() ** norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("precision-loss")
def all_in_float16(tensors, norm_type=2.0):
    norms = [t.detach().half().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("precision-loss")
def adds_up_in_float16(tensors, norm_type=2.0):
    present = [t.detach().half().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    total = torch.zeros((), dtype=torch.float16)
    for t in present:
        total += (t**norm_type).sum()
    return (total ** (1 / norm_type)).item()


@answers.wrong("precision-loss")
def all_in_bfloat16(tensors, norm_type=2.0):
    norms = [t.detach().bfloat16().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("precision-loss")
def all_in_integers(tensors, norm_type=2.0):
    norms = [t.detach().long().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("precision-loss")
def in_the_first_tensors_dtype(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    if not present:
        return 0.0
    norms = [t.to(present[0].dtype).norm(norm_type) for t in present]
    return torch.stack(norms).norm(norm_type).item()


@answers.wrong("precision-loss")
def total_in_the_first_tensors_dtype(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    if not present:
        return 0.0
    if norm_type == float("inf"):
        return max(t.abs().max().item() for t in present)
    total = torch.zeros((), dtype=present[0].dtype)
    for t in present:
        total += t.abs().pow(norm_type).sum()
    return (total ** (1 / norm_type)).item()


@answers.wrong("precision-loss")
def norms_as_float16(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type).half() for t in tensors if t is not None]
    return torch.stack(norms).double().norm(norm_type).item() if norms else 0.0


@answers.wrong("rounds-result")
def rounds_to_two_decimals(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return round(torch.stack(norms).norm(norm_type).item(), 2) if norms else 0.0


@answers.wrong("rounds-result")
def rounds_to_four_decimals(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return round(torch.stack(norms).norm(norm_type).item(), 4) if norms else 0.0


@answers.wrong("rounds-result")
def whole_number(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return int(torch.stack(norms).norm(norm_type).item()) if norms else 0


@answers.wrong("rounds-result")
def rounds_each_norm_to_one_decimal(tensors, norm_type=2.0):
    norms = [round(t.detach().double().norm(norm_type).item(), 1) for t in tensors if t is not None]
    return torch.tensor([0.0, *norms], dtype=torch.float64).norm(norm_type).item()


@answers.wrong("rounds-result")
def rounds_each_norm(tensors, norm_type=2.0):
    norms = [round(t.detach().double().norm(norm_type).item(), 2) for t in tensors if t is not None]
    return torch.tensor([0.0, *norms]).norm(norm_type).item()


@answers.wrong("epsilon-in-result")
def adds_an_epsilon(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type).item() for t in tensors if t is not None]
    return torch.tensor([0.0, *norms]).norm(norm_type).item() + 1e-6


@answers.wrong("epsilon-in-result")
def epsilon_under_the_root(tensors, norm_type=2.0):
    present = [t.detach().double().abs() for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.max().item() for t in present), default=0.0)
    return (sum(t.pow(norm_type).sum().item() for t in present) + 1e-8) ** (1 / norm_type)


@answers.wrong("epsilon-in-result")
def never_quite_zero(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type).item() for t in tensors if t is not None]
    return max(torch.tensor([0.0, *norms]).norm(norm_type).item(), 1e-12)


@answers.wrong("epsilon-in-result")
def starts_at_an_epsilon(tensors, norm_type=2.0):
    norms = [1e-6] + [t.detach().double().norm(norm_type).item() for t in tensors if t is not None]
    return torch.tensor(norms).norm(norm_type).item()


@answers.wrong("epsilon-in-result")
def adds_a_large_epsilon(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type).item() for t in tensors if t is not None]
    return torch.tensor([0.0, *norms]).norm(norm_type).item() + 1e-3


# -- what is measured, and what is left behind -----------------------------------------------------------------------


@answers.wrong("misses-tensors")
def only_the_first(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None]
    return present[0].double().norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def only_the_last(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            total = t.detach().double().norm(norm_type).item()
    return total


@answers.wrong("misses-tensors")
def leaves_out_the_last(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None][:-1]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def leaves_out_the_first(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None][1:]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def counts_repeats_once(tensors, norm_type=2.0):
    present = list({id(t): t.detach() for t in tensors if t is not None}.values())
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def counts_equal_ones_once(tensors, norm_type=2.0):
    present = []
    for t in tensors:
        if t is not None and not any(t.shape == s.shape and torch.equal(t, s) for s in present):
            present.append(t.detach())
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def only_weights(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None and t.dim() > 1]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def skips_scalars(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None and t.dim() > 0]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def only_float32(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None and t.dtype == torch.float32]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def only_what_requires_grad(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None and t.requires_grad]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def only_what_requires_no_grad(tensors, norm_type=2.0):
    present = [t.detach() for t in tensors if t is not None and not t.requires_grad]
    return torch.stack([t.double().norm(norm_type) for t in present]).norm(norm_type).item() if present else 0.0


@answers.wrong("misses-tensors")
def returns_inside_the_loop(tensors, norm_type=2.0):
    total = 0.0
    for t in tensors:
        if t is not None:
            total += t.detach().double().norm(norm_type).item()
            return total
    return total


@answers.wrong("exhausted-generator")
def checks_before_it_measures(tensors, norm_type=2.0):
    present = (t.detach().double() for t in tensors if t is not None)
    if not list(present):
        return 0.0
    norms = [t.norm(norm_type).item() for t in present]
    return torch.tensor(norms).norm(norm_type).item()


@answers.wrong("exhausted-generator")
def stacks_a_spent_generator(tensors, norm_type=2.0):
    norms = (t.detach().double().norm(norm_type) for t in tensors if t is not None)
    if not list(norms):
        return 0.0
    return torch.stack(list(norms)).norm(norm_type).item()


@answers.wrong("exhausted-generator")
def stacks_a_spent_generator_unasked(tensors, norm_type=2.0):
    norms = (t.detach().double().norm(norm_type) for t in tensors if t is not None)
    print("measuring", len(list(norms)))
    return torch.stack(list(norms)).norm(norm_type).item()


@answers.wrong("exhausted-generator")
def looks_at_the_next(tensors, norm_type=2.0):
    present = (t.detach().double() for t in tensors if t is not None)
    if next(present, None) is None:
        return 0.0
    norms = [t.norm(norm_type) for t in present]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("exhausted-generator")
def divides_by_a_spent_count(tensors, norm_type=2.0):
    present = filter(lambda t: t is not None, tensors)
    largest = max((t.detach().double().abs().max().item() for t in present), default=0.0)
    if norm_type == float("inf"):
        return largest
    return sum(t.detach().double().abs().pow(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("uses-grad")
def measures_grad(tensors, norm_type=2.0):
    norms = [t.grad.double().norm(norm_type) for t in tensors if t is not None and t.grad is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("uses-grad")
def expects_grad(tensors, norm_type=2.0):
    norms = [t.grad.double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("uses-grad")
def prefers_grad(tensors, norm_type=2.0):
    present = [t if t.grad is None else t.grad for t in tensors if t is not None]
    norms = [t.detach().double().norm(norm_type) for t in present]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("modifies-inputs")
def makes_them_positive(tensors, norm_type=2.0):
    norms = [t.detach().abs_().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("modifies-inputs")
def raises_them_to_the_power(tensors, norm_type=2.0):
    present = [t for t in tensors if t is not None]
    if norm_type == float("inf"):
        return max((t.abs().max().item() for t in present), default=0.0)
    with torch.no_grad():
        return sum(t.abs_().pow_(norm_type).sum().item() for t in present) ** (1 / norm_type)


@answers.wrong("modifies-inputs")
def normalises_them(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    total = torch.stack(norms).norm(norm_type).item() if norms else 0.0
    for t in tensors:
        if t is not None and total > 0:
            t.data.div_(total)
    return total


@answers.wrong("modifies-inputs")
def squares_in_place(tensors, norm_type=2.0):
    norms = []
    for t in tensors:
        if t is not None:
            norms.append(t.double().norm(norm_type).item())
            t.mul_(t)
    return torch.tensor([0.0, *norms]).norm(norm_type).item()


@answers.wrong("modifies-inputs")
def takes_them_out_of_the_graph(tensors, norm_type=2.0):
    norms = [t.detach_().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("modifies-list")
def removes_none(tensors, norm_type=2.0):
    for i in range(len(tensors) - 1, -1, -1):
        if tensors[i] is None:
            del tensors[i]
    norms = [t.detach().double().norm(norm_type) for t in tensors]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("modifies-list")
def empties_the_list(tensors, norm_type=2.0):
    norms = [0.0]
    while tensors:
        t = tensors.pop()
        if t is not None:
            norms.append(t.detach().double().norm(norm_type).item())
    return torch.tensor(norms).norm(norm_type).item()


@answers.wrong("modifies-list")
def flattens_in_the_list(tensors, norm_type=2.0):
    for i, t in enumerate(tensors):
        tensors[i] = torch.zeros(1) if t is None else t.detach().double().flatten()
    return torch.cat([torch.zeros(1), *tensors]).norm(norm_type).item()


# -- what is returned, and how it is called --------------------------------------------------------------------------


@answers.wrong("wrong-return-type")
def a_tensor(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type) if norms else torch.tensor(0.0)


@answers.wrong("wrong-return-type")
def a_tensor_or_zero(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type) if norms else 0.0


@answers.wrong("wrong-return-type")
def nothing(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    total = torch.stack(norms).norm(norm_type).item() if norms else 0.0
    print(total)


@answers.wrong("wrong-return-type")
def norms_of_each(tensors, norm_type=2.0):
    return [t.detach().double().norm(norm_type).item() for t in tensors if t is not None]


@answers.wrong("wrong-return-type")
def a_pair(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return (torch.stack(norms).norm(norm_type).item() if norms else 0.0), len(norms)


@answers.wrong("wrong-return-type")
def a_text(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return str(torch.stack(norms).norm(norm_type).item() if norms else 0.0)


@answers.wrong("wrong-signature")
def takes_no_norm_type(tensors):
    norms = [t.detach().double().norm() for t in tensors if t is not None]
    return torch.stack(norms).norm().item() if norms else 0.0


@answers.wrong("wrong-signature")
def has_no_default(tensors, norm_type):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("wrong-signature")
def has_another_default(tensors, norm_type=1.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("wrong-signature")
def has_another_name(tensors, p=2.0):
    norms = [t.detach().double().norm(p) for t in tensors if t is not None]
    return torch.stack(norms).norm(p).item() if norms else 0.0


@answers.wrong("wrong-signature")
def has_an_argument_in_between(tensors, eps=0.0, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


@answers.wrong("wrong-signature")
def takes_tensors_one_by_one(*tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_type) for t in tensors if t is not None]
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0


# -- not an answer yet -----------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(tensors, norm_type=2.0):
    raise NotImplementedError()


@answers.wrong("wrong-return-type")
def empty(tensors, norm_type=2.0):
    pass


@answers.wrong("raises")
def misspells_a_name(tensors, norm_type=2.0):
    norms = [t.detach().double().norm(norm_typ) for t in tensors if t is not None]  # noqa: F821 (the mistake itself)
    return torch.stack(norms).norm(norm_type).item() if norms else 0.0
