"""Wrong answers to `clip_by_norm`, each labelled with the misconception a fair teacher would name."""

import copy
import itertools
import math

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
    parameters_to_vector,
    vector_to_parameters,
)

from tests.exercises.corpus import Corpus

corpus = Corpus()

# What a student's notebook has lying around when the cell runs.
MAX_NORM = 1.0


def norm_of(gradients):
    return math.sqrt(sum(g.double().square().sum().item() for g in gradients))


def present(parameters):
    return [p.grad for p in parameters if p.grad is not None]


# ----------------------------------------------------------------- clip-missing


@corpus.wrong("clip-missing")
def only_measures(parameters, max_norm):
    return norm_of(present(parameters))


@corpus.wrong("clip-missing")
def returns_before_the_scaling(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    return total
    for g in grads:
        g.mul_(min(1.0, max_norm / total))


@corpus.wrong("clip-missing")
def only_prints_that_it_is_too_long(parameters, max_norm):
    total = norm_of(present(parameters))
    if total > max_norm:
        print(f"the norm {total:.3f} is above {max_norm}")
    return total


@corpus.wrong("clip-missing")
def clips_to_infinity(parameters, max_norm):
    return clip_grad_norm_(parameters, float("inf"))


@corpus.wrong("clip-missing", "wrong-factor")
def factor_is_always_one(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    coef = max_norm / total if total > max_norm else 1.0
    coef = max(1.0, coef)
    for g in grads:
        g.mul_(coef)
    return total


@corpus.wrong("clip-missing")
def clips_only_ten_times_the_threshold(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > 10 * max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("clip-missing")
def compares_for_equality(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total == max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("clip-missing", "clip-not-in-place")
def changes_the_total_only(parameters, max_norm):
    total = norm_of(present(parameters))
    clipped_norm = total
    if total > max_norm:
        clipped_norm *= max_norm / total
    return total


# ------------------------------------------------------------ clip-not-in-place


@corpus.wrong("clip-not-in-place", "clip-missing")
def mul_without_underscore(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul(max_norm / total)
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def rebinds_the_loop_variable(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g = g * (max_norm / total)
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def new_list_of_scaled_gradients(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        grads = [g * max_norm / total for g in grads]
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def scales_clones(parameters, max_norm):
    grads = [p.grad.clone() for p in parameters if p.grad is not None]
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(total, max_norm))
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def clips_a_deep_copy(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    clip_grad_norm_(copy.deepcopy(parameters), max_norm)
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def scales_the_concatenated_vector(parameters, max_norm):
    grads = present(parameters)
    if not grads:
        return 0.0
    flat = torch.cat([g.flatten() for g in grads])
    total = flat.norm().item()
    if total > max_norm:
        flat *= max_norm / total
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def sets_another_attribute(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    for p in parameters:
        if p.grad is not None and total > max_norm:
            p.clipped_grad = p.grad * (max_norm / total)
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def scales_numpy_copies(parameters, max_norm):
    arrays = [np.array(g.tolist()) for g in present(parameters)]
    total = math.sqrt(sum(float((a**2).sum()) for a in arrays))
    if total > max_norm:
        for a in arrays:
            a *= max_norm / total
    return total


@corpus.wrong("clip-not-in-place", "clip-missing")
def scales_copies_in_double_precision(parameters, max_norm):
    doubles = [g.to(torch.float64, copy=True) for g in present(parameters)]
    total = norm_of(doubles)
    if total > max_norm:
        for g in doubles:
            g.mul_(max_norm / total)
    return total


# ----------------------------------------------------------- clip-per-parameter


@corpus.wrong("clip-per-parameter")
def library_call_per_parameter(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    for p in parameters:
        clip_grad_norm_(p, max_norm)
    return total


@corpus.wrong("clip-per-parameter")
def each_by_its_own_norm(parameters, max_norm):
    squares = 0.0
    for p in parameters:
        if p.grad is None:
            continue
        norm = p.grad.norm().item()
        squares += norm**2
        if norm > max_norm:
            p.grad.mul_(max_norm / norm)
    return math.sqrt(squares)


@corpus.wrong("clip-per-parameter")
def each_by_its_own_norm_when_the_total_is_too_long(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / (g.norm() + 1e-6))
    return total


@corpus.wrong("clip-per-parameter")
def an_equal_share_for_each(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        share = max_norm / math.sqrt(len(grads))
        norm = g.norm().item()
        if norm > share:
            g.mul_(share / norm)
    return total


@corpus.wrong("clip-per-parameter")
def running_total(parameters, max_norm):
    squares = 0.0
    for g in present(parameters):
        squares += g.square().sum().item()
        so_far = math.sqrt(squares)
        if so_far > max_norm:
            g.mul_(max_norm / so_far)
    return math.sqrt(squares)


@corpus.wrong("clip-per-parameter", "clip-by-value")
def renorm_of_every_row(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        if g.dim() > 1:
            g.copy_(g.renorm(2, 0, max_norm))
        else:
            g.copy_(g.reshape(1, -1).renorm(2, 0, max_norm).reshape(g.shape))
    return total


@corpus.wrong("clip-per-parameter")
def one_number_of_dimensions_at_a_time(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for dim in range(5):
        group = [g for g in grads if g.dim() == dim]
        norm = norm_of(group)
        if norm > max_norm:
            for g in group:
                g.mul_(max_norm / norm)
    return total


# ---------------------------------------------------------------- clip-by-value


@corpus.wrong("clip-by-value")
def clamps_every_entry(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return total


@corpus.wrong("clip-by-value")
def clamps_only_when_too_long(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.copy_(torch.clip(g, min=-max_norm, max=max_norm))
    return total


@corpus.wrong("clip-by-value")
def value_function_of_the_library(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = get_total_norm([p.grad for p in parameters])
    if parameters:
        clip_grad_value_(parameters, max_norm)
    return total


@corpus.wrong("clip-by-value")
def numpy_clip_per_parameter(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.copy_(torch.as_tensor(np.clip(g.numpy(), -max_norm, max_norm)))
    return total


@corpus.wrong("clip-by-value")
def clamps_to_an_equal_share(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        bound = max_norm / math.sqrt(sum(g.numel() for g in grads))
        for g in grads:
            g.clamp_(-bound, bound)
    return total


@corpus.wrong("clip-by-value")
def minimum_from_above_only(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.clamp_(max=max_norm)
    return total


@corpus.wrong("clip-by-value")
def squashes_every_entry(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.copy_(max_norm * torch.tanh(g / max_norm))
    return total


# --------------------------------------------------------------- always-rescales


@corpus.wrong("always-rescales")
def no_condition(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / (total + 1e-6))
    return total


@corpus.wrong("always-rescales")
def only_asks_whether_there_is_anything(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > 0:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("always-rescales")
def clamp_result_thrown_away(parameters, max_norm):
    grads = present(parameters)
    total = torch.tensor(norm_of(grads))
    coef = max_norm / (total + 1e-6)
    coef.clamp(max=1.0)
    for g in grads:
        g.mul_(coef)
    return total


@corpus.wrong("always-rescales")
def starts_at_half_the_threshold(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm / 2:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("always-rescales")
def normalises_to_one_first(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total == 0:
        return 0.0
    for g in grads:
        g.div_(total)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm)
    return total


@corpus.wrong("always-rescales")
def shrinks_what_is_below_a_little(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    coef = max_norm / total if total > max_norm else 0.99
    for g in grads:
        g.mul_(coef)
    return total


@corpus.wrong("always-rescales")
def compares_the_size_of_the_difference(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total and abs(total - max_norm) > 1e-6:
        for g in grads:
            g.mul_(max_norm / total)
    return total


# ------------------------------------------------------------ inverted-condition


@corpus.wrong("inverted-condition")
def less_than(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if 0 < total < max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("inverted-condition")
def returns_early_when_it_is_too_long(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm or total == 0:
        return total
    for g in grads:
        g *= max_norm / total
    return total


@corpus.wrong("inverted-condition")
def maximum_instead_of_minimum(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.mul_(max(1.0, max_norm / (total + 1e-6)))
    return total


@corpus.wrong("inverted-condition")
def clamped_from_below(parameters, max_norm):
    grads = present(parameters)
    total = torch.tensor(norm_of(grads))
    coef = torch.clamp(max_norm / (total + 1e-6), min=1.0)
    for g in grads:
        g.mul_(coef)
    return total


@corpus.wrong("inverted-condition", "wrong-factor")
def fraction_upside_down(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(total / max_norm)
    return total


@corpus.wrong("inverted-condition", "always-rescales")
def fraction_upside_down_and_at_most_one(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.mul_(min(1.0, total / max_norm))
    return total


@corpus.wrong("inverted-condition", "wrong-factor")
def divides_by_the_factor(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.div_(max_norm / total)
    return total


# -------------------------------------------------------------- wrong-threshold


@corpus.wrong("wrong-threshold")
def threshold_is_one(parameters, max_norm):
    return clip_grad_norm_(parameters, 1.0)


@corpus.wrong("wrong-threshold")
def reads_the_notebook_constant(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > MAX_NORM:
        for g in grads:
            g.mul_(MAX_NORM / total)
    return total


@corpus.wrong("wrong-threshold", "mixed-up-square")
def squares_the_threshold(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm**2)


@corpus.wrong("wrong-threshold")
def root_of_the_threshold(parameters, max_norm):
    return clip_grad_norm_(parameters, math.sqrt(max_norm)).item()


@corpus.wrong("wrong-threshold")
def half_the_threshold(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm / 2)


@corpus.wrong("wrong-threshold", "wrong-norm")
def arguments_in_the_wrong_place(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    clip_grad_norm_(parameters, 2.0, max_norm)
    return total


@corpus.wrong("wrong-threshold")
def at_most_one(parameters, max_norm):
    return clip_grad_norm_(parameters, min(max_norm, 1.0))


@corpus.wrong("wrong-threshold")
def at_least_one(parameters, max_norm):
    return clip_grad_norm_(parameters, max(max_norm, 1.0))


@corpus.wrong("wrong-threshold")
def times_the_number_of_tensors(parameters, max_norm):
    parameters = list(parameters)
    return clip_grad_norm_(parameters, max_norm * len(parameters))


@corpus.wrong("wrong-threshold")
def divided_by_the_root_of_their_number(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    limit = max_norm / math.sqrt(len(grads) or 1)
    if total > limit:
        for g in grads:
            g.mul_(limit / total)
    return total


@corpus.wrong("wrong-threshold")
def rounded_up_threshold(parameters, max_norm):
    return clip_grad_norm_(parameters, math.ceil(max_norm))


@corpus.wrong("wrong-threshold", "wrong-factor")
def scales_to_one_when_it_is_too_long(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.div_(total)
    return total


# ----------------------------------------------------------------- wrong-factor


@corpus.wrong("wrong-factor")
def relative_excess(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_((total - max_norm) / total)
    return total


@corpus.wrong("wrong-factor", "mixed-up-square")
def root_of_the_fraction(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(math.sqrt(max_norm / total))
    return total


@corpus.wrong("wrong-factor")
def epsilon_of_one(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    coef = max_norm / (total + 1.0)
    if coef < 1 and total > max_norm:
        for g in grads:
            g.mul_(coef)
    return total


@corpus.wrong("wrong-factor")
def share_of_the_sum(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / (max_norm + total))
    return total


@corpus.wrong("wrong-factor", "wrong-threshold")
def halves_once(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(0.5)
    return total


@corpus.wrong("wrong-factor", "wrong-threshold")
def halves_until_it_fits(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    while norm_of(grads) > max_norm:
        for g in grads:
            g.mul_(0.5)
    return total


@corpus.wrong("wrong-factor", "wrong-threshold")
def multiplies_by_the_threshold(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm)
    return total


@corpus.wrong("wrong-factor", "clip-by-value")
def subtracts_the_difference(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.sub_(total - max_norm)
    return total


@corpus.wrong("wrong-factor")
def factor_rounded_to_one_digit(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        coef = round(max_norm / total, 1)
        for g in grads:
            g.mul_(coef)
    return total


@corpus.wrong("wrong-factor")
def factor_loses_its_sign(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(-max_norm / total)
    return total


@corpus.wrong("wrong-factor", "clip-per-parameter")
def total_changes_while_scaling(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / norm_of(grads))
    return total


# ------------------------------------------------------------------- wrong-norm


@corpus.wrong("wrong-norm")
def sum_of_the_norms(parameters, max_norm):
    grads = present(parameters)
    total = sum(g.norm().item() for g in grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def largest_entry(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm, norm_type=float("inf"))


@corpus.wrong("wrong-norm")
def one_norm(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm, 1)


@corpus.wrong("wrong-norm")
def mean_of_the_norms(parameters, max_norm):
    grads = present(parameters)
    total = sum(g.norm().item() for g in grads) / max(1, len(grads))
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def largest_of_the_norms(parameters, max_norm):
    grads = present(parameters)
    total = max((g.norm().item() for g in grads), default=0.0)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def root_mean_square(parameters, max_norm):
    grads = present(parameters)
    if not grads:
        return 0.0
    total = torch.cat([g.flatten() for g in grads]).square().mean().sqrt().item()
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def wrong_norm_for_the_factor_only(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    summed = sum(g.abs().sum().item() for g in grads)
    if summed > max_norm:
        for g in grads:
            g.mul_(max_norm / summed)
    return total


@corpus.wrong("wrong-norm")
def spectral_norm_of_matrices(parameters, max_norm):
    grads = present(parameters)
    norms = [torch.linalg.matrix_norm(g, 2).item() if g.dim() == 2 else g.norm().item() for g in grads]
    total = math.hypot(*norms)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def signed_sum_of_the_entries(parameters, max_norm):
    grads = present(parameters)
    total = abs(float(sum(g.sum().item() for g in grads)))
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def standard_deviation(parameters, max_norm):
    grads = present(parameters)
    if not grads:
        return 0.0
    flat = torch.cat([g.flatten() for g in grads])
    total = ((flat - flat.mean()) ** 2).sum().sqrt().item()
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("wrong-norm")
def negative_entries_are_not_counted(parameters, max_norm):
    grads = present(parameters)
    total = norm_of([g.clamp(min=0) for g in grads])
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


# ----------------------------------------------------------- wrong-return-value


@corpus.wrong("wrong-return-value")
def returns_the_norm_afterwards(parameters, max_norm):
    parameters = list(parameters)
    clip_grad_norm_(parameters, max_norm)
    return norm_of(present(parameters))


@corpus.wrong("wrong-return-value")
def returns_nothing(parameters, max_norm):
    clip_grad_norm_(parameters, max_norm)


@corpus.wrong("wrong-return-value")
def returns_at_most_the_threshold(parameters, max_norm):
    return min(clip_grad_norm_(parameters, max_norm).item(), max_norm)


@corpus.wrong("wrong-return-value")
def returns_the_factor(parameters, max_norm):
    total = clip_grad_norm_(parameters, max_norm).item()
    return min(1.0, max_norm / (total + 1e-6))


@corpus.wrong("wrong-return-value")
def returns_the_gradients(parameters, max_norm):
    parameters = list(parameters)
    clip_grad_norm_(parameters, max_norm)
    return present(parameters)


@corpus.wrong("wrong-return-value")
def returns_norm_and_flag(parameters, max_norm):
    total = clip_grad_norm_(parameters, max_norm).item()
    return total, total > max_norm


@corpus.wrong("wrong-return-value")
def returns_the_square(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm).item() ** 2


@corpus.wrong("wrong-return-value")
def returns_only_when_it_clips(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
        return total


@corpus.wrong("wrong-return-value")
def returns_zero_when_nothing_was_clipped(parameters, max_norm):
    total = clip_grad_norm_(parameters, max_norm).item()
    return total if total > max_norm else 0.0


@corpus.wrong("wrong-return-value")
def rounds_what_it_returns(parameters, max_norm):
    return round(clip_grad_norm_(parameters, max_norm).item())


@corpus.wrong("wrong-return-value")
def returns_the_norm_of_the_last_gradient(parameters, max_norm):
    parameters = list(parameters)
    norm = 0.0
    for p in parameters:
        if p.grad is not None:
            norm = p.grad.norm().item()
    clip_grad_norm_(parameters, max_norm)
    return norm


@corpus.wrong("wrong-return-value")
def returns_one_norm_per_gradient(parameters, max_norm):
    parameters = list(parameters)
    norms = torch.tensor([0.0] + [g.norm().item() for g in present(parameters)])
    clip_grad_norm_(parameters, max_norm)
    return norms


@corpus.wrong("wrong-return-value")
def returns_whether_it_clipped(parameters, max_norm):
    return bool(clip_grad_norm_(parameters, max_norm) > max_norm)


@corpus.wrong("wrong-return-value")
def returns_the_sum_of_the_norms(parameters, max_norm):
    parameters = list(parameters)
    reported = float(sum(g.norm().item() for g in present(parameters)))
    clip_grad_norm_(parameters, max_norm)
    return reported


# ---------------------------------------------------------------- clips-weights


@corpus.wrong("clips-weights")
def scales_the_data(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.data.mul_(max_norm / total)
    return total


@corpus.wrong("clips-weights")
def scales_the_parameters_without_gradients(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    coef = min(1.0, max_norm / (total + 1e-6))
    with torch.no_grad():
        for p in parameters:
            p *= coef
    return total


@corpus.wrong("clips-weights")
def scales_both(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / total)
                p.data = p.data * (max_norm / total)
    return total


@corpus.wrong("clips-weights")
def writes_the_vector_into_the_weights(parameters, max_norm):
    owners = [p for p in parameters if p.grad is not None]
    if not owners:
        return 0.0
    vector = parameters_to_vector([p.grad.contiguous() for p in owners])
    total = vector.norm().item()
    if total > max_norm:
        vector_to_parameters(vector * max_norm / total, owners)
    return total


@corpus.wrong("clips-weights", "measures-weights")
def clips_the_norm_of_the_weights(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of([p.detach() for p in parameters])
    if total > max_norm:
        for p in parameters:
            p.data.mul_(max_norm / total)
    return total


# ------------------------------------------------------------- measures-weights


@corpus.wrong("measures-weights")
def norm_of_the_parameters(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of([p.detach() for p in parameters])
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / total)
    return total


@corpus.wrong("measures-weights")
def get_total_norm_of_the_parameters(parameters, max_norm):
    parameters = list(parameters)
    total = get_total_norm(parameters)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@corpus.wrong("measures-weights")
def forgets_dot_grad_in_the_norm(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total = sum(p.data.norm(2).item() ** 2 for p in parameters) ** 0.5
    if total > max_norm:
        for p in parameters:
            p.grad.data.mul_(max_norm / total)
    return total


@corpus.wrong("measures-weights", "wrong-return-value")
def returns_the_norm_of_the_weights(parameters, max_norm):
    parameters = list(parameters)
    clip_grad_norm_(parameters, max_norm)
    return math.hypot(*(p.detach().norm().item() for p in parameters))


# ---------------------------------------------------------- exhausted-generator


@corpus.wrong("exhausted-generator")
def two_loops_over_the_parameters(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += p.grad.square().sum().item()
    total = math.sqrt(total)
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / total)
    return total


@corpus.wrong("exhausted-generator")
def library_in_two_halves(parameters, max_norm):
    total = get_total_norm([p.grad for p in parameters if p.grad is not None])
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@corpus.wrong("exhausted-generator", "clip-missing")
def generator_of_its_own(parameters, max_norm):
    grads = (p.grad for p in parameters if p.grad is not None)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("exhausted-generator")
def asks_first_whether_there_is_a_gradient(parameters, max_norm):
    if all(p.grad is None for p in parameters):
        return 0.0
    return clip_grad_norm_(parameters, max_norm)


@corpus.wrong("exhausted-generator")
def norm_measured_before_the_library_call(parameters, max_norm):
    before = norm_of(present(parameters))
    clip_grad_norm_(parameters, max_norm)
    return before


@corpus.wrong("exhausted-generator", "clip-missing")
def filter_object(parameters, max_norm):
    owners = filter(lambda p: p.grad is not None, parameters)
    total = sum(p.grad.norm().item() ** 2 for p in owners) ** 0.5
    for p in owners:
        p.grad.mul_(min(1.0, max_norm / total))
    return total


# ----------------------------------------------------------------- needs-a-list


@corpus.wrong("needs-a-list")
def loops_over_indices(parameters, max_norm):
    total = 0.0
    for i in range(len(parameters)):
        if parameters[i].grad is not None:
            total += parameters[i].grad.norm().item() ** 2
    total = math.sqrt(total)
    if total > max_norm:
        for i in range(len(parameters)):
            if parameters[i].grad is not None:
                parameters[i].grad.mul_(max_norm / total)
    return total


@corpus.wrong("needs-a-list")
def asks_for_the_length(parameters, max_norm):
    if len(parameters) == 0:
        return 0.0
    return clip_grad_norm_(parameters, max_norm).item()


@corpus.wrong("needs-a-list")
def slices_a_copy(parameters, max_norm):
    return clip_grad_norm_(parameters[:], max_norm)


@corpus.wrong("needs-a-list")
def insists_on_a_list(parameters, max_norm):
    if not isinstance(parameters, (list, tuple)):
        raise TypeError("parameters must be a list or a tuple")
    return clip_grad_norm_(parameters, max_norm)


@corpus.wrong("needs-a-list")
def walks_backwards(parameters, max_norm):
    grads = [p.grad for p in reversed(parameters) if p.grad is not None]
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(total, max_norm))
    return total


@corpus.wrong("needs-a-list")
def copies_the_list(parameters, max_norm):
    return clip_grad_norm_(parameters.copy(), max_norm).item()


# -------------------------------------------------------------- crashes-on-none


@corpus.wrong("crashes-on-none")
def no_check_at_all(parameters, max_norm):
    grads = [p.grad for p in parameters]
    total = math.sqrt(sum(g.norm().item() ** 2 for g in grads))
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("crashes-on-none")
def checks_in_the_first_loop_only(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            p.grad.mul_(max_norm / total)
    return total


@corpus.wrong("crashes-on-none")
def rebinds_without_a_check(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    coef = max_norm / total if total > max_norm else 1.0
    for p in parameters:
        p.grad = p.grad * coef
    return total


@corpus.wrong("crashes-on-none")
def relies_on_requires_grad(parameters, max_norm):
    grads = [p.grad for p in parameters if p.requires_grad]
    return_value = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(return_value, max_norm))
    return return_value


@corpus.wrong("crashes-on-none")
def foreach_over_everything(parameters, max_norm):
    parameters = list(parameters)
    if not parameters:
        return 0.0
    total = norm_of(torch._foreach_mul([p.grad for p in parameters], 1.0))
    clip_grads_with_norm_(parameters, max_norm, torch.tensor(total))
    return total


@corpus.wrong("crashes-on-none")
def insists_on_gradients(parameters, max_norm):
    parameters = list(parameters)
    for p in parameters:
        if p.grad is None:
            raise ValueError("call backward() first")
    return clip_grad_norm_(parameters, max_norm)


# ---------------------------------------------------------------- stops-at-none


@corpus.wrong("stops-at-none")
def breaks_at_none(parameters, max_norm):
    grads = []
    for p in parameters:
        if p.grad is None:
            break
        grads.append(p.grad)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("stops-at-none")
def breaks_while_scaling(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            if p.grad is None:
                break
            p.grad.mul_(max_norm / total)
    return total


@corpus.wrong("stops-at-none")
def takes_while_there_is_a_gradient(parameters, max_norm):
    return clip_grad_norm_(list(itertools.takewhile(lambda p: p.grad is not None, parameters)), max_norm)


@corpus.wrong("stops-at-none")
def try_around_the_loop(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    try:
        for p in parameters:
            p.grad.mul_(max_norm / max(total, max_norm))
    except AttributeError:
        pass
    return total


@corpus.wrong("stops-at-none")
def returns_at_none(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    for p in parameters:
        if p.grad is None:
            return total
        if total > max_norm:
            p.grad = p.grad * max_norm / total
    return total


@corpus.wrong("stops-at-none")
def stops_at_the_second_none(parameters, max_norm):
    missing = 0
    grads = []
    for p in parameters:
        if p.grad is None:
            missing += 1
            if missing > 1:
                break
        else:
            grads.append(p.grad)
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(total, max_norm))
    return total


@corpus.wrong("stops-at-none", "clip-missing")
def gives_up_when_one_has_none(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if any(p.grad is None for p in parameters):
        return total
    clip_grad_norm_(parameters, max_norm)
    return total


# ------------------------------------------------------------ misses-parameters


@corpus.wrong("misses-parameters")
def leaves_out_the_first(parameters, max_norm):
    _, *rest = [*parameters] or [None]
    return clip_grad_norm_(rest, max_norm)


@corpus.wrong("misses-parameters")
def leaves_out_the_last_when_scaling(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for i in range(len(grads) - 1):
            grads[i].mul_(max_norm / total)
    return total


@corpus.wrong("misses-parameters")
def matrices_only(parameters, max_norm):
    return clip_grad_norm_([p for p in parameters if p.dim() > 1], max_norm)


@corpus.wrong("misses-parameters")
def scales_no_scalars(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            if g.dim() > 0:
                g[:] = g * max_norm / total
    return total


@corpus.wrong("misses-parameters", "wrong-norm")
def measures_no_biases(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of([g for g in present(parameters) if g.ndim != 1])
    if total > max_norm:
        for g in present(parameters):
            g.mul_(max_norm / total)
    return total


@corpus.wrong("misses-parameters")
def scales_the_longest_only(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        max(grads, key=lambda g: g.norm().item()).mul_(max_norm / total)
    return total


@corpus.wrong("misses-parameters")
def return_inside_the_scaling_loop(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(total, max_norm))
        return total
    return total


@corpus.wrong("misses-parameters", "clip-per-parameter")
def scales_only_those_above_the_threshold(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            if g.norm() > max_norm:
                g.mul_(max_norm / total)
    return total


@corpus.wrong("misses-parameters")
def skips_gradients_that_sum_to_less_than_zero(parameters, max_norm):
    grads = [g for g in present(parameters) if g.sum() > 0]
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("misses-parameters")
def one_gradient_per_shape(parameters, max_norm):
    by_shape = {p.shape: p for p in parameters if p.grad is not None}
    return clip_grad_norm_(by_shape.values(), max_norm)


@corpus.wrong("misses-parameters")
def skips_single_entries(parameters, max_norm):
    grads = [g for g in present(parameters) if g.numel() > 1]
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(total, max_norm))
    return total


@corpus.wrong("misses-parameters")
def scales_every_other_one(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads[::2]:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("misses-parameters", "exhausted-generator")
def peeks_at_the_first(parameters, max_norm):
    parameters = iter(parameters)
    if next(parameters, None) is None:
        return 0.0
    return clip_grad_norm_(parameters, max_norm)


@corpus.wrong("misses-parameters", "wrong-norm")
def measures_the_last_one_only(parameters, max_norm):
    parameters = list(parameters)
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total = p.grad.norm().item()
    if total > max_norm:
        for g in present(parameters):
            g.mul_(max_norm / total)
    return total


# -------------------------------------------------------------------- zero-norm


@corpus.wrong("zero-norm")
def minimum_of_a_python_fraction(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    coef = min(1.0, max_norm / total)
    for g in grads:
        g.mul_(coef)
    return total


@corpus.wrong("zero-norm")
def direction_times_length(parameters, max_norm):
    grads = present(parameters)
    total = get_total_norm(grads)
    for g in grads:
        g.div_(total).mul_(min(total.item(), max_norm))
    return total


@corpus.wrong("zero-norm")
def concatenates_no_gradients(parameters, max_norm):
    grads = present(parameters)
    total = torch.cat([g.flatten() for g in grads]).norm()
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("zero-norm")
def stacks_no_norms(parameters, max_norm):
    parameters = list(parameters)
    total = torch.stack([p.grad.norm() for p in parameters if p.grad is not None]).norm()
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@corpus.wrong("zero-norm")
def insists_on_finite_division(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total == 0:
        raise ValueError("all gradients are zero")
    for g in grads:
        g.mul_(min(1.0, max_norm / total))
    return total


@corpus.wrong("zero-norm")
def handles_empty_but_not_zero(parameters, max_norm):
    grads = present(parameters)
    if not grads:
        return 0.0
    total = torch.stack([g.norm() for g in grads]).norm()
    for g in grads:
        g.copy_(g / total * torch.minimum(total, torch.tensor(float(max_norm))))
    return total


@corpus.wrong("zero-norm", "wrong-return-value")
def nan_when_there_is_nothing(parameters, max_norm):
    grads = present(parameters)
    if not grads:
        return float("nan")
    total = norm_of(grads)
    for g in grads:
        g.mul_(max_norm / max(total, max_norm))
    return total


# ------------------------------------------------------------ removes-gradients


@corpus.wrong("removes-gradients")
def zeroes_when_too_long(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.zero_()
    return total


@corpus.wrong("removes-gradients")
def drops_when_too_long(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            p.grad = None
    return total


@corpus.wrong("removes-gradients")
def drops_those_that_are_too_long_themselves(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    for p in parameters:
        if p.grad is not None and p.grad.norm() > max_norm:
            p.grad = None
    clip_grad_norm_(parameters, max_norm)
    return total


@corpus.wrong("removes-gradients", "clip-by-value")
def zeroes_large_entries(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    for g in grads:
        g[g.abs() > max_norm] = 0.0
    return total


@corpus.wrong("removes-gradients", "wrong-factor")
def integer_division(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm // total)
    return total


@corpus.wrong("removes-gradients")
def zero_grad_of_an_optimizer(parameters, max_norm):
    parameters = list(parameters)
    total = clip_grad_norm_(parameters, max_norm)
    if total > max_norm:
        torch.optim.SGD(parameters, lr=0.1).zero_grad()
    return total


# ------------------------------------------------------------------ clips-twice


@corpus.wrong("clips-twice", "wrong-factor")
def scales_in_place_and_again(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad = p.grad.mul_(max_norm / total) * (max_norm / total)
    return total


@corpus.wrong("clips-twice", "wrong-factor")
def library_first_and_by_hand_again(parameters, max_norm):
    parameters = list(parameters)
    total = clip_grad_norm_(parameters, max_norm)
    if total > max_norm:
        for g in present(parameters):
            g.mul_(max_norm / total)
    return total


@corpus.wrong("clips-twice", "wrong-factor")
def second_half_twice(parameters, max_norm):
    parameters = list(parameters)
    total = get_total_norm(present(parameters))
    for _ in range(2):
        clip_grads_with_norm_(parameters, max_norm, total)
    return total


@corpus.wrong("clips-twice", "wrong-factor")
def data_shares_the_memory(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    coef = max_norm / max(total, max_norm)
    for g in grads:
        g.mul_(coef)
        g.data.mul_(coef)
    return total


@corpus.wrong("clips-twice", "wrong-factor")
def once_for_every_gradient(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for _ in grads:
            for g in grads:
                g *= max_norm / total
    return total


@corpus.wrong("clips-twice", "wrong-factor", "mixed-up-square")
def squares_the_factor(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm:
        for g in grads:
            g.mul_((max_norm / total) ** 2)
    return total


# -------------------------------------------------------------- mixed-up-square


@corpus.wrong("mixed-up-square")
def forgets_the_root(parameters, max_norm):
    grads = present(parameters)
    total = float(sum(g.square().sum().item() for g in grads))
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("mixed-up-square")
def compares_the_squared_norm(parameters, max_norm):
    grads = present(parameters)
    squared = sum(g.square().sum().item() for g in grads)
    if squared > max_norm:
        for g in grads:
            g.mul_(max_norm / math.sqrt(squared))
    return math.sqrt(squared)


@corpus.wrong("mixed-up-square", "wrong-factor")
def divides_by_the_squared_norm(parameters, max_norm):
    grads = present(parameters)
    squared = sum(g.square().sum().item() for g in grads)
    if math.sqrt(squared) > max_norm:
        for g in grads:
            g.mul_(max_norm / squared)
    return math.sqrt(squared)


@corpus.wrong("mixed-up-square", "wrong-threshold")
def compares_with_the_squared_threshold(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    if total > max_norm**2:
        for g in grads:
            g.mul_(max_norm / total)
    return total


@corpus.wrong("mixed-up-square", "wrong-factor", "clips-twice")
def ratio_of_the_squares(parameters, max_norm):
    grads = present(parameters)
    squared = sum(g.square().sum().item() for g in grads)
    if squared > max_norm**2:
        for g in grads:
            g.mul_(max_norm**2 / squared)
    return math.sqrt(squared)


@corpus.wrong("mixed-up-square")
def adds_norms_that_are_not_squared(parameters, max_norm):
    grads = present(parameters)
    total = math.sqrt(sum(g.norm().item() for g in grads))
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


# ---------------------------------------------------------------- wrong-objects


@corpus.wrong("wrong-objects", "clip-missing")
def hands_over_the_gradients(parameters, max_norm):
    grads = present(parameters)
    total = norm_of(grads)
    clip_grad_norm_(grads, max_norm)
    return total


@corpus.wrong("wrong-objects")
def hands_over_the_gradients_and_returns_that(parameters, max_norm):
    return clip_grad_norm_([p.grad for p in parameters if p.grad is not None], max_norm)


@corpus.wrong("wrong-objects", "clip-missing")
def hands_over_the_gradients_to_the_second_half(parameters, max_norm):
    grads = present(parameters)
    total = get_total_norm(grads)
    clip_grads_with_norm_(grads, max_norm, total)
    return total


@corpus.wrong("wrong-objects")
def hands_over_the_data(parameters, max_norm):
    return clip_grad_norm_([p.data for p in parameters], max_norm)


@corpus.wrong("wrong-objects")
def hands_over_detached_parameters(parameters, max_norm):
    return clip_grad_norm_(list(map(torch.Tensor.detach, parameters)), max_norm).item()


@corpus.wrong("wrong-objects")
def hands_over_fresh_parameters(parameters, max_norm):
    return clip_grad_norm_([nn.Parameter(g) for g in present(parameters)], max_norm)


# -------------------------------------------------------------------- uses-hook


@corpus.wrong("uses-hook", "clip-missing")
def registers_a_scaling_hook(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    if total > max_norm:
        for p in parameters:
            if p.requires_grad:
                p.register_hook(lambda g: g * (max_norm / total))
    return total


@corpus.wrong("uses-hook", "clip-missing", "clip-per-parameter")
def registers_a_renorm_hook(parameters, max_norm):
    def limit(g):
        return g * min(1.0, max_norm / (g.norm().item() + 1e-6))

    parameters = list(parameters)
    for p in parameters:
        if p.requires_grad:
            p.register_hook(limit)
    return norm_of(present(parameters))


@corpus.wrong("uses-hook", "clip-missing")
def registers_hooks_after_accumulation(parameters, max_norm):
    parameters = list(parameters)
    total = norm_of(present(parameters))
    for p in parameters:
        if p.requires_grad:
            p.register_post_accumulate_grad_hook(lambda q: q.grad.mul_(max_norm / max(total, max_norm)))
    return total
