"""The reference for clipping by norm, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


# -- right in another spelling ---------------------------------------------------------------------------------------


@answers.right
def with_the_library(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()


@answers.right
def returns_a_tensor(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(list(parameters), max_norm)


@answers.right
def rebinds_the_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = torch.sqrt(sum((p.grad**2).sum() for p in parameters) + torch.zeros(1))
    for p in parameters:
        p.grad = p.grad * torch.clamp(max_norm / (total + 1e-6), max=1.0)
    return total


@answers.right
def norm_of_norms(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    total = torch.stack([torch.linalg.vector_norm(g) for g in grads]).norm()
    factor = min(1.0, max_norm / (total.item() + 1e-8))
    torch._foreach_mul_(grads, factor)
    return total.item()


@answers.right
def one_long_vector(parameters, max_norm):
    with_grad = [p for p in list(parameters) if p.grad is not None]
    if len(with_grad) == 0:
        return 0
    vector = torch.cat([p.grad.reshape(-1) for p in with_grad])
    total = torch.dot(vector, vector).sqrt()
    if total <= max_norm:
        return total
    vector = vector * (max_norm / total)
    for p, piece in zip(with_grad, vector.split([p.numel() for p in with_grad]), strict=True):
        p.grad.copy_(piece.view_as(p.grad))
    return total


@answers.right
def loops_and_data(parameters, max_norm):
    kept, squares = [], 0.0
    for p in parameters:
        if p.grad is None:
            continue
        kept.append(p)
        squares += p.grad.data.norm(2).item() ** 2
    total = squares**0.5
    if total >= max_norm:
        for p in kept:
            p.grad.data = p.grad.data.div(total / max_norm)
    return total


@answers.right
def measures_and_clips_with_the_library(parameters, max_norm):
    parameters = tuple(parameters)
    total = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
    torch.nn.utils.clip_grads_with_norm_(parameters, max_norm, total)
    return total


@answers.right
def with_numpy(parameters, max_norm):
    import math

    import numpy as np

    grads = [p.grad.numpy() for p in parameters if p.grad is not None]
    total = math.sqrt(math.fsum(float(np.square(g, dtype=np.float64).sum()) for g in grads))
    for g in grads:
        g *= 1.0 if total <= max_norm else max_norm / total
    return total


@answers.right
def helper_function(parameters, max_norm):
    def scaled(grad, factor):
        return None if grad is None else grad.clone().mul(factor)

    parameters = [*parameters]
    total = torch.tensor([p.grad.norm() for p in parameters if p.grad is not None]).norm().item()
    factor = max_norm / max(total, max_norm)
    for p in parameters:
        p.grad = scaled(p.grad, factor)
    return total


# -- nothing is clipped ----------------------------------------------------------------------------------------------


@answers.wrong("clip-missing")
def only_measures(parameters, max_norm):
    return sum(float(p.grad.pow(2).sum()) for p in parameters if p.grad is not None) ** 0.5


@answers.wrong("clip-missing")
def clips_at_infinity(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, float("inf")).item()


@answers.wrong("clip-missing")
def computes_the_factor_only(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    factor = max_norm / total if total > max_norm else 1.0  # noqa: F841 (the mistake itself)
    return total


@answers.wrong("clip-missing")
def returns_zero(parameters, max_norm):
    return 0.0


@answers.wrong("clip-not-in-place")
def clips_copies_of_the_parameters(parameters, max_norm):
    copies = [torch.nn.Parameter(p.detach().clone()) for p in parameters]
    return torch.nn.utils.clip_grad_norm_(copies, max_norm).item()


@answers.wrong("exhausted-generator")
def measures_what_is_used_up(parameters, max_norm):
    grads = filter(lambda g: g is not None, [p.grad for p in parameters])
    count = sum(1 for _ in grads)
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if count and total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("clip-not-in-place")
def scales_a_copy(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        grads = [g * (max_norm / total) for g in grads]
    return total


@answers.wrong("clip-not-in-place")
def rebinds_the_loop_variable(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.norm()) ** 2 for p in parameters) ** 0.5
    for p in parameters:
        grad = p.grad
        if total > max_norm:
            grad = grad * max_norm / total
    return total


@answers.wrong("clip-not-in-place")
def scales_clones_in_place(parameters, max_norm):
    grads = [p.grad.clone() for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("clip-not-in-place")
def forgets_the_underscore(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul(max_norm / total)
    return total


@answers.wrong("wrong-objects")
def hands_gradients_to_the_library(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    return torch.nn.utils.clip_grad_norm_(grads, max_norm).item()


@answers.wrong("wrong-objects")
def measures_gradients_and_hands_them_on(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.nn.utils.get_total_norm(grads)
    torch.nn.utils.clip_grads_with_norm_(grads, max_norm, total)
    return total.item()


@answers.wrong("wrong-objects")
def hands_detached_weights_to_the_library(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_([p.data for p in parameters], max_norm).item()


@answers.wrong("uses-hook")
def registers_a_hook(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.pow(2).sum()) for p in parameters) ** 0.5
    for p in parameters:
        p.register_hook(lambda grad: grad * min(1.0, max_norm / total))
    return total


@answers.wrong("uses-hook")
def registers_a_later_hook(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.pow(2).sum()) for p in parameters) ** 0.5
    if total > max_norm:
        for p in parameters:
            p.register_post_accumulate_grad_hook(lambda p: p.grad.mul_(max_norm / total))
    return total


# -- clipped by something else ---------------------------------------------------------------------------------------


@answers.wrong("clip-per-parameter")
def clips_each_on_its_own(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            norm = float(p.grad.norm())
            total += norm**2
            if norm > max_norm:
                p.grad.mul_(max_norm / norm)
    return total**0.5


@answers.wrong("clip-per-parameter")
def calls_the_library_for_each(parameters, max_norm):
    return sum(float(torch.nn.utils.clip_grad_norm_(p, max_norm)) ** 2 for p in parameters) ** 0.5


@answers.wrong("clip-per-parameter")
def scales_each_to_the_threshold_when_the_total_is_large(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / (g.norm() + 1e-6))
    return total


@answers.wrong("clip-per-parameter")
def clips_each_to_its_share(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        share = max_norm / len(grads) ** 0.5
        g.mul_(min(1.0, share / max(float(g.norm()), 1e-12)))
    return total


@answers.wrong("clip-per-parameter")
def clips_each_row(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        rows = g.view(g.shape[0], -1)
        rows.mul_((max_norm / rows.norm(dim=1, keepdim=True).clamp(min=1e-12)).clamp(max=1.0))
    return total


@answers.wrong("clip-by-value")
def clamps_entries(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return total


@answers.wrong("clip-by-value")
def clamps_entries_when_the_norm_is_large(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.clamp_(-max_norm, max_norm)
    return total


@answers.wrong("clip-by-value")
def clamps_from_above(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.clamp_(max=max_norm)
    return total


@answers.wrong("clip-by-value")
def takes_the_library_function_for_values(parameters, max_norm):
    parameters = list(parameters)
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if grads:
        torch.nn.utils.clip_grad_value_(parameters, max_norm)
    return total


@answers.wrong("removes-gradients")
def zeroes_large_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.zero_()
    return total


@answers.wrong("removes-gradients")
def drops_large_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.pow(2).sum()) for p in parameters) ** 0.5
    if total > max_norm:
        for p in parameters:
            p.grad = None
    return total


@answers.wrong("removes-gradients")
def zeroes_the_large_tensors(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        if g.norm() > max_norm:
            g.zero_()
    return total


@answers.wrong("removes-gradients")
def zeroes_the_large_entries(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g[g.abs() > max_norm] = 0
    return total


@answers.wrong("removes-gradients")
def keeps_the_first_entries(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.data = g.flatten()[:1]
    return total


@answers.wrong("clips-weights")
def scales_the_weights(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.pow(2).sum()) for p in parameters) ** 0.5
    if total > max_norm:
        for p in parameters:
            p.data.mul_(max_norm / total)
    return total


@answers.wrong("clips-weights")
def scales_weights_and_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.pow(2).sum()) for p in parameters) ** 0.5
    if total > max_norm:
        for p in parameters:
            p.data.mul_(max_norm / total)
            p.grad.mul_(max_norm / total)
    return total


@answers.wrong("clips-weights")
def clips_the_norm_of_the_weights(parameters, max_norm):
    parameters = list(parameters)
    total = sum(float(p.detach().pow(2).sum()) for p in parameters) ** 0.5
    if total > max_norm:
        with torch.no_grad():
            for p in parameters:
                p.mul_(max_norm / total)
    return total


@answers.wrong("measures-weights")
def measures_the_weights(parameters, max_norm):
    parameters = list(parameters)
    total = sum(float(p.detach().pow(2).sum()) for p in parameters) ** 0.5
    for p in parameters:
        if p.grad is not None and total > max_norm:
            p.grad.mul_(max_norm / total)
    return total


@answers.wrong("measures-weights")
def measures_the_weights_that_have_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.norm()) ** 2 for p in parameters) ** 0.5
    for p in parameters:
        p.grad.mul_(min(1.0, max_norm / total))
    return total


# -- the condition, the factor, the threshold ------------------------------------------------------------------------


@answers.wrong("always-rescales")
def never_asks_whether(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.mul_(max_norm / (total + 1e-6))
    return total


@answers.wrong("always-rescales")
def normalises_then_stretches(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > 0:
        for g in grads:
            g.div_(total).mul_(max_norm)
    return total


@answers.wrong("always-rescales")
def stretches_by_at_least_one(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total != max_norm and total != 0:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("inverted-condition")
def scales_when_small(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if 0 < total < max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("inverted-condition")
def takes_the_larger_factor(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.mul_(max(1.0, max_norm / (total + 1e-6)))
    return total


@answers.wrong("inverted-condition")
def fraction_upside_down(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(total / max_norm)
    return total


@answers.wrong("inverted-condition")
def caps_the_fraction_upside_down(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.mul_(min(1.0, total / max_norm))
    return total


@answers.wrong("wrong-threshold")
def clips_at_one(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, 1.0).item()


@answers.wrong("wrong-threshold")
def scales_to_one(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.div_(total)
    return total


@answers.wrong("wrong-threshold")
def squares_the_threshold(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm**2 / total)
    return total


@answers.wrong("wrong-threshold")
def puts_the_threshold_into_the_norm_type(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, 1.0, max_norm).item()


@answers.wrong("wrong-threshold")
def compares_with_one(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > 1.0:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("wrong-threshold")
def clips_at_half_the_threshold(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm / 2).item()


@answers.wrong("wrong-factor")
def divides_by_the_excess(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / (total - max_norm))
    return total


@answers.wrong("wrong-factor")
def divides_by_one_more(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / (total + 1))
    return total


@answers.wrong("wrong-factor")
def multiplies_by_the_threshold(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm)
    return total


@answers.wrong("wrong-factor")
def takes_the_root_of_the_fraction(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_((max_norm / total) ** 0.5)
    return total


@answers.wrong("wrong-factor")
def subtracts_the_excess_from_every_entry(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.sub_(total - max_norm)
    return total


@answers.wrong("wrong-threshold")
def clips_above_twice_the_threshold_only(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > 2 * max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("wrong-factor")
def subtracts_the_fraction(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(1 - max_norm / total)
    return total


@answers.wrong("clips-twice")
def clips_again_with_the_norm_returned(parameters, max_norm):
    parameters = list(parameters)
    total = torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / total)
    return total


@answers.wrong("clips-twice")
def multiplies_and_rebinds(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(float(p.grad.pow(2).sum()) for p in parameters) ** 0.5
    factor = min(1.0, max_norm / (total + 1e-6))
    for p in parameters:
        p.grad = p.grad.mul_(factor) * factor
    return total


@answers.wrong("mixed-up-square")
def compares_the_square(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    squares = sum(float(g.pow(2).sum()) for g in grads)
    if squares > max_norm:
        for g in grads:
            g.mul_(max_norm / squares**0.5)
    return squares**0.5


@answers.wrong("mixed-up-square")
def divides_into_the_square(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    squares = sum(float(g.pow(2).sum()) for g in grads)
    if squares**0.5 > max_norm:
        for g in grads:
            g.mul_(max_norm / squares)
    return squares**0.5


@answers.wrong("mixed-up-square")
def takes_no_root(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    squares = sum(float(g.pow(2).sum()) for g in grads)
    if squares > max_norm:
        for g in grads:
            g.mul_(max_norm / squares)
    return squares


# -- the norm --------------------------------------------------------------------------------------------------------


@answers.wrong("wrong-norm")
def adds_the_norms(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.norm()) for g in grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("wrong-norm")
def takes_the_largest_norm(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = max((float(g.norm()) for g in grads), default=0.0)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("wrong-norm")
def takes_the_largest_entry(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type=float("inf")).item()


@answers.wrong("wrong-norm")
def takes_the_sum_of_absolutes(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type=1).item()


@answers.wrong("wrong-norm")
def averages_the_squares(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).mean()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("wrong-norm")
def averages_the_norms(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.norm()) for g in grads) / max(len(grads), 1)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("wrong-norm")
def adds_the_entries(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = abs(sum(float(g.sum()) for g in grads))
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("clip-per-parameter")
def adds_up_and_scales_in_one_loop(parameters, max_norm):
    squares = 0.0
    for p in parameters:
        if p.grad is not None:
            squares += float(p.grad.pow(2).sum())
            if squares**0.5 > max_norm:
                p.grad.mul_(max_norm / squares**0.5)
    return squares**0.5


# -- what is left out ------------------------------------------------------------------------------------------------


@answers.wrong("misses-parameters")
def scales_only_matrices(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            if g.dim() > 1:
                g.mul_(max_norm / total)
    return total


@answers.wrong("misses-parameters")
def clips_only_matrices(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_([p for p in parameters if p.dim() > 1], max_norm).item()


@answers.wrong("misses-parameters")
def leaves_out_the_first(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(list(parameters)[1:], max_norm).item()


@answers.wrong("misses-parameters")
def leaves_out_the_last(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(list(parameters)[:-1], max_norm).item()


@answers.wrong("misses-parameters")
def scales_only_the_last(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        grads[-1].mul_(max_norm / total)
    return total


@answers.wrong("misses-parameters")
def measures_all_but_the_last(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads[:-1]) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("misses-parameters")
def scales_only_tensors_above_the_threshold(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        if g.norm() > max_norm:
            g.mul_(max_norm / total)
    return total


@answers.wrong("misses-parameters")
def leaves_out_single_entries(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None and p.grad.numel() > 1]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.mul_(min(1.0, max_norm / (total + 1e-6)))
    return total


@answers.wrong("stops-at-none")
def breaks_at_none(parameters, max_norm):
    grads = []
    for p in parameters:
        if p.grad is None:
            break
        grads.append(p.grad)
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("stops-at-none")
def returns_at_none(parameters, max_norm):
    parameters, squares = list(parameters), 0.0
    for p in parameters:
        if p.grad is None:
            return squares**0.5
        squares += float(p.grad.pow(2).sum())
    for p in parameters:
        if squares**0.5 > max_norm:
            p.grad.mul_(max_norm / squares**0.5)
    return squares**0.5


@answers.wrong("stops-at-none")
def stops_scaling_at_none(parameters, max_norm):
    parameters = list(parameters)
    total = sum(float(p.grad.pow(2).sum()) for p in parameters if p.grad is not None) ** 0.5
    for p in parameters:
        if p.grad is None or total <= max_norm:
            break
        p.grad.mul_(max_norm / total)
    return total


@answers.wrong("stops-at-none")
def stops_measuring_at_none(parameters, max_norm):
    import itertools

    parameters = list(parameters)
    counted = itertools.takewhile(lambda p: p.grad is not None, parameters)
    total = sum(float(p.grad.pow(2).sum()) for p in counted) ** 0.5
    for p in parameters:
        if p.grad is not None and total > max_norm:
            p.grad.mul_(max_norm / total)
    return total


# -- what some inputs do ---------------------------------------------------------------------------------------------


@answers.wrong("crashes-on-none")
def takes_every_gradient(parameters, max_norm):
    grads = [p.grad for p in parameters]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("crashes-on-none")
def remembers_none_only_when_measuring(parameters, max_norm):
    parameters = list(parameters)
    total = sum(float(p.grad.norm()) ** 2 for p in parameters if p.grad is not None) ** 0.5
    if total > max_norm:
        for p in parameters:
            p.grad *= max_norm / total
    return total


@answers.wrong("crashes-on-none")
def asks_for_requires_grad(parameters, max_norm):
    grads = [p.grad for p in parameters if p.requires_grad]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.mul_(min(1.0, max_norm / (total + 1e-6)))
    return total


@answers.wrong("none-gets-gradient")
def fills_in_zeros(parameters, max_norm):
    parameters = list(parameters)
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()


@answers.wrong("exhausted-generator")
def walks_twice(parameters, max_norm):
    total = sum(float(p.grad.pow(2).sum()) for p in parameters if p.grad is not None) ** 0.5
    for p in parameters:
        if p.grad is not None and total > max_norm:
            p.grad.mul_(max_norm / total)
    return total


@answers.wrong("exhausted-generator")
def measures_then_calls_the_library(parameters, max_norm):
    total = sum(float(p.grad.pow(2).sum()) for p in parameters if p.grad is not None) ** 0.5
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return total


@answers.wrong("exhausted-generator")
def keeps_a_generator_of_its_own(parameters, max_norm):
    grads = (p.grad for p in parameters if p.grad is not None)
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    for g in grads:
        g.mul_(min(1.0, max_norm / total))
    return total


@answers.wrong("exhausted-generator")
def counts_first(parameters, max_norm):
    count = sum(1 for p in parameters if p.grad is not None)
    if count == 0:
        return 0.0
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()


@answers.wrong("needs-a-list")
def asks_for_the_length(parameters, max_norm):
    if len(parameters) == 0:
        return 0.0
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()


@answers.wrong("needs-a-list")
def indexes(parameters, max_norm):
    grads = [parameters[k].grad for k in range(len(parameters)) if parameters[k].grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@answers.wrong("needs-a-list")
def takes_slices(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters[:], max_norm).item()


@answers.wrong("zero-norm")
def divides_by_a_zero_norm(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    factor = min(1.0, max_norm / total)
    for g in grads:
        g.mul_(factor)
    return total


@answers.wrong("zero-norm")
def normalises_first(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.sqrt(sum(g.pow(2).sum() for g in grads) + torch.tensor(0.0))
    for g in grads:
        g.copy_(g / total * torch.minimum(total, torch.tensor(float(max_norm))))
    return total.item()


@answers.wrong("zero-norm")
def stacks_nothing(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.stack([g.norm() for g in grads]).norm()
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total.item()


# -- what is returned ------------------------------------------------------------------------------------------------


@answers.wrong("wrong-return-value")
def returns_the_norm_after_clipping(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return sum(float(g.pow(2).sum()) for g in grads) ** 0.5


@answers.wrong("wrong-return-value")
def returns_the_factor(parameters, max_norm):
    total = torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
    return min(1.0, max_norm / (total + 1e-6))


@answers.wrong("wrong-return-value")
def returns_nothing(parameters, max_norm):
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)


@answers.wrong("wrong-return-value")
def returns_nothing_below_the_threshold(parameters, max_norm):
    total = torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
    if total > max_norm:
        return total


@answers.wrong("wrong-return-value")
def returns_the_square(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm).item() ** 2


@answers.wrong("wrong-return-value")
def returns_a_pair(parameters, max_norm):
    total = torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
    return total, max_norm


# -- not an answer yet -----------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(parameters, max_norm):
    raise NotImplementedError()


@answers.wrong("clip-missing")
def empty(parameters, max_norm):
    pass


@answers.wrong("raises")
def misspells_a_name(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float(g.pow(2).sum()) for g in grads) ** 0.5
    if total > max_norm:
        for g in grads:
            g.mul_(max_nrom / total)  # noqa: F821 (the mistake itself)
    return total


@answers.wrong("raises")
def adds_lists(parameters, max_norm):
    total = torch.norm([p.grad for p in parameters if p.grad is not None])
    return total


@answers.wrong("wrong-signature")
def forgets_the_threshold(parameters):
    return torch.nn.utils.clip_grad_norm_(parameters, 1.0).item()


@answers.wrong("wrong-signature")
def swaps_the_arguments(max_norm, parameters):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
