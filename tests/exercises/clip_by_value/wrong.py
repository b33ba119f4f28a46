"""Wrong answers to `clip_by_value`, each labelled with the misconception a fair teacher would name."""

import copy
import itertools
import math

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters

from tests.exercises.corpus import Corpus

corpus = Corpus()

# What a student's notebook has lying around when the cell runs.
CLIP_VALUE = 0.5


# ----------------------------------------------------------------- clip-missing


@corpus.wrong("clip-missing")
def does_nothing(parameters, clip_value):
    pass


@corpus.wrong("clip-missing")
def only_counts_what_is_too_large(parameters, clip_value):
    count = 0
    for p in parameters:
        if p.grad is not None:
            count += int((p.grad.abs() > clip_value).sum())
    return count


@corpus.wrong("clip-missing")
def clamps_to_infinity(parameters, clip_value):
    clip_grad_value_(parameters, float("inf"))


@corpus.wrong("clip-missing")
def condition_never_holds(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and (p.grad > clip_value).all() and (p.grad < -clip_value).all():
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("clip-missing", "misses-parameters")
def clamps_at_ten_times_the_value(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > 10 * clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("clip-missing")
def generator_that_nobody_reads(parameters, clip_value):
    return (p.grad.clamp_(-clip_value, clip_value) for p in parameters if p.grad is not None)


@corpus.wrong("clip-missing")
def lazy_map_that_nobody_reads(parameters, clip_value):
    grads = filter(lambda g: g is not None, (p.grad for p in parameters))
    map(lambda g: g.clamp_(-clip_value, clip_value), grads)  # noqa: C417


# ------------------------------------------------------------ clip-not-in-place


@corpus.wrong("clip-not-in-place", "clip-missing")
def clamp_without_underscore(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def rebinds_the_loop_variable(parameters, clip_value):
    for g in [p.grad for p in parameters if p.grad is not None]:
        g = torch.clamp(g, -clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def returns_the_clamped_gradients(parameters, clip_value):
    return [p.grad.clamp(-clip_value, clip_value) for p in parameters if p.grad is not None]


@corpus.wrong("clip-not-in-place", "clip-missing")
def clamps_clones(parameters, clip_value):
    grads = [p.grad.clone() for p in parameters if p.grad is not None]
    for g in grads:
        g.clamp_(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def clamps_the_concatenated_vector(parameters, clip_value):
    flat = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
    flat.clamp_(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def clamps_the_copies_of_a_deep_copy(parameters, clip_value):
    grads = copy.deepcopy([p.grad for p in parameters])
    for g in grads:
        if g is not None:
            g.clamp_(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def sets_another_attribute(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.gradient = p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def numpy_copy_is_clipped(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            array = p.grad.numpy().astype(np.float64, copy=True)
            np.clip(array, -clip_value, clip_value, out=array)


@corpus.wrong("clip-not-in-place", "misses-parameters")
def reshape_copies_what_is_not_contiguous(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.reshape(-1).clamp_(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def advanced_indexing_copies(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad.abs() > clip_value].clamp_(-clip_value, clip_value)


@corpus.wrong("clip-not-in-place", "clip-missing")
def clamps_in_a_dictionary(parameters, clip_value):
    gradients = {i: p.grad for i, p in enumerate(parameters) if p.grad is not None}
    for i in gradients:
        gradients[i] = gradients[i].clamp(-clip_value, clip_value)


# ----------------------------------------------------------------- clip-by-norm


@corpus.wrong("clip-by-norm")
def library_norm_function(parameters, clip_value):
    clip_grad_norm_(parameters, clip_value)


@corpus.wrong("clip-by-norm")
def norm_per_parameter(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            norm = p.grad.norm()
            if norm > clip_value:
                p.grad.mul_(clip_value / norm)


@corpus.wrong("clip-by-norm")
def total_norm_by_hand(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = math.sqrt(sum(g.square().sum().item() for g in grads))
    for g in grads:
        g.mul_(clip_value / max(total, clip_value))


@corpus.wrong("clip-by-norm")
def norm_first_and_value_after(parameters, clip_value):
    parameters = list(parameters)
    clip_grad_norm_(parameters, clip_value)
    clip_grad_value_(parameters, clip_value)


@corpus.wrong("clip-by-norm")
def norm_of_every_row(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad.reshape(-1, p.grad.shape[-1]) if p.grad.dim() else p.grad.reshape(1, 1)
            p.grad = g.renorm(2, 0, clip_value).reshape(p.grad.shape)


@corpus.wrong("clip-by-norm", "scales-instead-of-clamps")
def library_with_the_inf_norm(parameters, clip_value):
    clip_grad_norm_(parameters, clip_value, norm_type=float("inf"))


# ----------------------------------------------------- scales-instead-of-clamps


@corpus.wrong("scales-instead-of-clamps")
def largest_entry_becomes_the_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            largest = p.grad.abs().max()
            if largest > clip_value:
                p.grad.mul_(clip_value / largest)


@corpus.wrong("scales-instead-of-clamps")
def largest_entry_of_all(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    largest = max(g.abs().max().item() for g in grads)
    for g in grads:
        g.div_(max(1.0, largest / clip_value))


@corpus.wrong("scales-instead-of-clamps")
def halves_until_everything_fits(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            while p.grad.abs().max() > clip_value:
                p.grad.mul_(0.5)


@corpus.wrong("scales-instead-of-clamps", "changes-small-elements")
def largest_entry_always_becomes_the_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.any():
            p.grad = p.grad / p.grad.abs().max() * clip_value


@corpus.wrong("scales-instead-of-clamps")
def scales_every_row_to_its_largest(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            largest = p.grad.abs().amax(dim=-1, keepdim=True) if p.grad.dim() else p.grad.abs()
            p.grad = p.grad * (clip_value / largest.clamp(min=clip_value))


# -------------------------------------------------------------------- one-sided


@corpus.wrong("one-sided")
def upper_bound_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(max=clip_value)


@corpus.wrong("one-sided")
def lower_bound_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value)


@corpus.wrong("one-sided")
def mask_for_positive_ones_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad > clip_value] = clip_value


@corpus.wrong("one-sided")
def foreach_minimum_only(parameters, clip_value):
    torch._foreach_clamp_max_([p.grad for p in parameters if p.grad is not None], clip_value)


@corpus.wrong("one-sided")
def second_copy_starts_from_the_original(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            original = p.grad.clone()
            p.grad.copy_(original.clamp(max=clip_value))
            p.grad.copy_(original.clamp(min=-clip_value))


@corpus.wrong("one-sided", "misses-parameters", "all-or-nothing")
def if_the_largest_is_too_large(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.max() > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("one-sided")
def where_with_one_condition(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.where(p.grad < -clip_value, torch.full_like(p.grad, -clip_value), p.grad)


# ------------------------------------------------------------------ wrong-range


@corpus.wrong("wrong-range")
def from_zero_to_the_value(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(0, clip_value)


@corpus.wrong("wrong-range")
def half_the_range(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value / 2, clip_value / 2)


@corpus.wrong("wrong-range")
def bounds_swapped(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(clip_value, -clip_value)


@corpus.wrong("wrong-range")
def from_minus_one_to_one(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-1, 1)


@corpus.wrong("wrong-range")
def reads_the_notebook_constant(parameters, clip_value):
    clip_grad_value_(parameters, CLIP_VALUE)


@corpus.wrong("wrong-range")
def squares_the_value(parameters, clip_value):
    clip_grad_value_(parameters, clip_value**2)


@corpus.wrong("wrong-range")
def lower_bound_is_minus_one(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-1.0, clip_value)


@corpus.wrong("wrong-range")
def whole_numbers_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(math.floor(-clip_value), math.ceil(clip_value))


@corpus.wrong("wrong-range")
def at_most_one(parameters, clip_value):
    clip_grad_value_(parameters, min(1.0, clip_value))


@corpus.wrong("wrong-range")
def centred_on_the_mean(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            mean = p.grad.mean().item()
            p.grad.clamp_(mean - clip_value, mean + clip_value)


@corpus.wrong("wrong-range")
def relative_to_the_largest_entry(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            bound = clip_value * p.grad.abs().max().item()
            p.grad.clamp_(-bound, bound)


@corpus.wrong("wrong-range")
def shared_among_the_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            bound = clip_value / p.grad.numel()
            p.grad.clamp_(-bound, bound)


@corpus.wrong("wrong-range")
def large_entries_become_one(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.where(p.grad.abs() > clip_value, p.grad.sign(), p.grad)


# ------------------------------------------------------------------- loses-sign


@corpus.wrong("loses-sign")
def minimum_of_the_absolute_value(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad.abs().clamp(max=clip_value)


@corpus.wrong("loses-sign")
def large_entries_become_the_positive_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad.abs() > clip_value] = clip_value


@corpus.wrong("loses-sign")
def where_of_the_absolute_value(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.copy_(torch.where(p.grad.abs() > clip_value, torch.full_like(p.grad, clip_value), p.grad))


@corpus.wrong("loses-sign")
def minus_for_all_large_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.masked_fill_(p.grad.abs() > clip_value, -clip_value)


@corpus.wrong("loses-sign")
def sign_of_the_sum(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            large = p.grad.abs() > clip_value
            p.grad[large] = clip_value * p.grad.sum().sign()


@corpus.wrong("loses-sign")
def signs_turned_around(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.where(p.grad.abs() > clip_value, -clip_value * p.grad.sign(), p.grad)


@corpus.wrong("loses-sign")
def square_root_of_the_square(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.sqrt(torch.clamp(p.grad**2, max=clip_value**2))


# ------------------------------------------------------- removes-large-elements


@corpus.wrong("removes-large-elements")
def zeroes_large_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad.abs() > clip_value] = 0.0


@corpus.wrong("removes-large-elements")
def multiplies_with_the_mask(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad *= (p.grad >= -clip_value) & (p.grad <= clip_value)


@corpus.wrong("removes-large-elements")
def hardshrink_the_wrong_way_round(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.sub_(nn.functional.hardshrink(p.grad, clip_value))


@corpus.wrong("removes-large-elements")
def zeroes_the_whole_gradient(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > clip_value:
            p.grad.zero_()


@corpus.wrong("removes-large-elements")
def drops_the_whole_gradient(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and (p.grad.abs() > clip_value).any():
            p.grad = None


@corpus.wrong("removes-large-elements")
def large_entries_become_nan(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.masked_fill_(p.grad.abs() > clip_value, float("nan"))


@corpus.wrong("removes-large-elements", "loses-sign")
def remainder_of_the_division(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.copy_(torch.fmod(p.grad, clip_value))


# ------------------------------------------------------- changes-small-elements


@corpus.wrong("changes-small-elements", "loses-sign")
def every_entry_becomes_the_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = clip_value * torch.sign(p.grad)


@corpus.wrong("changes-small-elements")
def squashes_with_tanh(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = clip_value * torch.tanh(p.grad / clip_value)


@corpus.wrong("changes-small-elements")
def small_entries_become_zero_too(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad.clamp(-clip_value, clip_value)
            p.grad = torch.where(p.grad.abs() < 0.1 * clip_value, torch.zeros_like(g), g)


@corpus.wrong("changes-small-elements")
def small_entries_are_raised_to_the_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            size = p.grad.abs().clamp(min=clip_value)
            p.grad = torch.where(p.grad.abs() > clip_value, p.grad.clamp(-clip_value, clip_value), p.grad.sign() * size)


@corpus.wrong("changes-small-elements")
def truncates_small_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad.clamp(-clip_value, clip_value)
            p.grad = torch.where(g.abs() < clip_value, torch.trunc(g / clip_value * 10) / 10 * clip_value, g)


@corpus.wrong("changes-small-elements")
def clamps_and_divides_by_the_value(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value).div_(clip_value)


@corpus.wrong("changes-small-elements", "removes-large-elements")
def soft_threshold(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = nn.functional.softshrink(p.grad, clip_value)


@corpus.wrong("changes-small-elements", "removes-large-elements")
def mask_the_wrong_way_round(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)
            p.grad[p.grad.abs() < clip_value] = 0.0


@corpus.wrong("changes-small-elements")
def forgets_which_entry_was_meant(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.copy_(p.grad.clamp(-clip_value, clip_value).flatten().sort().values.reshape(p.grad.shape))


# ---------------------------------------------------------------- clips-weights


@corpus.wrong("clips-weights")
def clamps_the_data(parameters, clip_value):
    for p in parameters:
        p.data.clamp_(-clip_value, clip_value)


@corpus.wrong("clips-weights")
def clamps_the_parameters_without_gradients(parameters, clip_value):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p.clamp_(-clip_value, clip_value)


@corpus.wrong("clips-weights")
def clamps_both(parameters, clip_value):
    for p in parameters:
        p.data = p.data.clamp(-clip_value, clip_value)
        if p.grad is not None:
            p.grad = p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("clips-weights")
def writes_the_clamped_gradient_into_the_weights(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.data = p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("clips-weights")
def vector_back_into_the_parameters(parameters, clip_value):
    owners = [p for p in parameters if p.grad is not None]
    vector = parameters_to_vector([p.grad.contiguous() for p in owners])
    vector_to_parameters(vector.clamp(-clip_value, clip_value), owners)


# -------------------------------------------------------------- crashes-on-none


@corpus.wrong("crashes-on-none")
def no_check(parameters, clip_value):
    for p in parameters:
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("crashes-on-none")
def rebinds_without_a_check(parameters, clip_value):
    for p in parameters:
        p.grad = torch.clamp(p.grad, -clip_value, clip_value)


@corpus.wrong("crashes-on-none")
def relies_on_requires_grad(parameters, clip_value):
    for p in parameters:
        if p.requires_grad:
            p.grad.data.clamp_(-clip_value, clip_value)


@corpus.wrong("crashes-on-none")
def foreach_over_everything(parameters, clip_value):
    grads = [p.grad for p in parameters]
    torch._foreach_clamp_min_(grads, -clip_value)
    torch._foreach_clamp_max_(grads, clip_value)


@corpus.wrong("crashes-on-none")
def asks_for_the_maximum_first(parameters, clip_value):
    for p in parameters:
        if p.grad.abs().max() > clip_value and p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("crashes-on-none")
def expects_at_most_one_none(parameters, clip_value):
    grads = [p.grad for p in parameters]
    for i, g in enumerate(grads):
        if g is None:
            del grads[i]
            break
    for g in grads:
        g.clamp_(-clip_value, clip_value)


@corpus.wrong("crashes-on-none")
def insists_on_gradients(parameters, clip_value):
    for p in list(parameters):
        if p.grad is None:
            raise RuntimeError("call backward() first")
        p.grad.clamp_(-clip_value, clip_value)


# ----------------------------------------------------------- none-gets-gradient


@corpus.wrong("none-gets-gradient")
def none_becomes_zeros(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("none-gets-gradient")
def none_becomes_the_clamped_weight(parameters, clip_value):
    for p in parameters:
        source = p.detach() if p.grad is None else p.grad
        p.grad = source.clamp(-clip_value, clip_value)


@corpus.wrong("none-gets-gradient")
def trainable_ones_get_zeros(parameters, clip_value):
    for p in parameters:
        if p.requires_grad and p.grad is None:
            p.grad = torch.zeros(p.shape, dtype=p.dtype)
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("none-gets-gradient")
def runs_backward_to_be_sure(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            p.requires_grad_(True)
            (0.0 * p).sum().backward()
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("none-gets-gradient")
def none_becomes_the_bound(parameters, clip_value):
    for p in parameters:
        g = p.grad
        if g is None:
            g = torch.full_like(p.detach(), clip_value)
        p.grad = g.clamp(-clip_value, clip_value)


# ---------------------------------------------------------------- stops-at-none


@corpus.wrong("stops-at-none")
def breaks_at_none(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            break
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("stops-at-none")
def returns_at_none(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            return
        p.grad = p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("stops-at-none")
def try_around_the_loop(parameters, clip_value):
    try:
        for p in parameters:
            p.grad.clamp_(-clip_value, clip_value)
    except AttributeError:
        pass


@corpus.wrong("stops-at-none")
def takes_while_there_is_a_gradient(parameters, clip_value):
    for p in itertools.takewhile(lambda q: q.grad is not None, parameters):
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("stops-at-none")
def stops_at_the_second_none(parameters, clip_value):
    missing = 0
    for p in parameters:
        if p.grad is None:
            missing += 1
            if missing == 2:
                break
        else:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("stops-at-none", "clip-missing")
def gives_up_when_one_has_none(parameters, clip_value):
    parameters = list(parameters)
    if all(p.grad is not None for p in parameters):
        clip_grad_value_(parameters, clip_value)


# ---------------------------------------------------------- exhausted-generator


@corpus.wrong("exhausted-generator")
def looks_for_something_to_do_first(parameters, clip_value):
    largest = max(p.grad.abs().max().item() for p in parameters if p.grad is not None)
    if largest > clip_value:
        for p in parameters:
            if p.grad is not None:
                p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("exhausted-generator", "one-sided")
def one_loop_for_each_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(max=clip_value)
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(min=-clip_value)


@corpus.wrong("exhausted-generator")
def counts_the_parameters_first(parameters, clip_value):
    if sum(1 for _ in parameters) == 0:
        return
    clip_grad_value_(parameters, clip_value)


@corpus.wrong("exhausted-generator", "clip-missing")
def generator_of_its_own(parameters, clip_value):
    grads = (p.grad for p in parameters if p.grad is not None)
    if not any(bool((g.abs() > clip_value).any()) for g in list(grads)):
        return
    for g in grads:
        g.clamp_(-clip_value, clip_value)


@corpus.wrong("exhausted-generator")
def asks_whether_all_are_none(parameters, clip_value):
    if all(p.grad is None for p in parameters):
        raise ValueError("no gradients")
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("exhausted-generator", "clip-missing")
def prints_the_filter_object_first(parameters, clip_value):
    owners = filter(lambda p: p.grad is not None, parameters)
    print("clipping", len(list(owners)), "gradients")
    for p in owners:
        p.grad.clamp_(-clip_value, clip_value)


# ----------------------------------------------------------------- needs-a-list


@corpus.wrong("needs-a-list")
def loops_over_indices(parameters, clip_value):
    for i in range(len(parameters)):
        if parameters[i].grad is not None:
            parameters[i].grad.clamp_(-clip_value, clip_value)


@corpus.wrong("needs-a-list")
def asks_for_the_length(parameters, clip_value):
    if len(parameters) > 0:
        clip_grad_value_(parameters, clip_value)


@corpus.wrong("needs-a-list")
def looks_at_the_first_one(parameters, clip_value):
    device = parameters[0].device
    bound = torch.tensor(float(clip_value), device=device)
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad.clamp(-bound, bound).to(p.dtype)


@corpus.wrong("needs-a-list")
def insists_on_a_list(parameters, clip_value):
    if not isinstance(parameters, (list, tuple)):
        raise TypeError("expected a list of parameters")
    clip_grad_value_(parameters, clip_value)


@corpus.wrong("needs-a-list")
def walks_backwards(parameters, clip_value):
    for p in reversed(parameters):
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("needs-a-list")
def adds_lists(parameters, clip_value):
    for p in [] + parameters:  # noqa: RUF005
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


# ------------------------------------------------------------ misses-parameters


@corpus.wrong("misses-parameters")
def leaves_out_the_first(parameters, clip_value):
    for p in list(parameters)[1:]:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def leaves_out_the_last(parameters, clip_value):
    parameters = list(parameters)
    for i in range(len(parameters) - 1):
        if parameters[i].grad is not None:
            parameters[i].grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def returns_inside_the_loop(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            return p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def statement_after_the_loop(parameters, clip_value):
    grad = None
    for p in parameters:
        if p.grad is not None:
            grad = p.grad
    if grad is not None:
        grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def matrices_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.dim() >= 2:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def leaves_out_scalars(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.dim():
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def leaves_out_non_contiguous(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.is_contiguous():
            p.grad.view(-1).clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters", "all-or-nothing")
def leaves_out_those_with_a_negative_sum(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.sum() > 0:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def one_gradient_per_shape(parameters, clip_value):
    by_shape = {p.shape: p.grad for p in parameters if p.grad is not None}
    for g in by_shape.values():
        g.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def stops_after_the_first_that_fits(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            continue
        if p.grad.abs().max() <= clip_value:
            break
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def pairs_instead_of_one_by_one(parameters, clip_value):
    iterator = iter(parameters)
    for weight, bias in zip(iterator, iterator, strict=False):
        for p in (weight, bias):
            if p.grad is not None:
                p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def consumes_one_too_many(parameters, clip_value):
    iterator = iter(parameters)
    for p in iterator:
        if p.grad is None:
            next(iterator, None)
            continue
        p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters", "clip-missing")
def only_those_in_double_precision(parameters, clip_value):
    for p in parameters:
        if isinstance(p.grad, torch.DoubleTensor):
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-parameters")
def leaves_out_single_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.numel() > 1:
            p.grad.clamp_(-clip_value, clip_value)


# -------------------------------------------------------------- misses-elements


@corpus.wrong("misses-elements")
def first_row_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            row = p.grad if p.grad.dim() == 0 else p.grad[0]
            row.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-elements")
def first_column_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            part = p.grad[..., 0] if p.grad.dim() > 1 else p.grad
            part.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-elements")
def largest_entry_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            index = np.unravel_index(int(p.grad.abs().argmax()), tuple(p.grad.shape))
            p.grad[index] = max(-clip_value, min(clip_value, p.grad[index].item()))


@corpus.wrong("misses-elements")
def largest_and_smallest_entry(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            low, high = p.grad.min(), p.grad.max()
            if high > clip_value:
                p.grad[p.grad == high] = clip_value
            if low < -clip_value:
                p.grad[p.grad == low] = -clip_value


@corpus.wrong("misses-elements")
def range_is_one_too_short(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            numbers = p.grad.flatten().tolist()
            for i in range(len(numbers) - 1):
                numbers[i] = max(-clip_value, min(clip_value, numbers[i]))
            p.grad = torch.tensor(numbers, dtype=p.grad.dtype).reshape(p.grad.shape)


@corpus.wrong("misses-elements")
def diagonal_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            part = p.grad.diagonal(dim1=-2, dim2=-1) if p.grad.dim() > 1 else p.grad
            part.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-elements")
def every_other_row(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            part = p.grad[::2] if p.grad.dim() else p.grad
            part.clamp_(-clip_value, clip_value)


@corpus.wrong("misses-elements")
def leaves_entries_far_beyond(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            near = p.grad.abs() < 2 * clip_value
            p.grad = torch.where(near, p.grad.clamp(-clip_value, clip_value), p.grad)


# -------------------------------------------------------------------- uses-hook


@corpus.wrong("uses-hook", "clip-missing")
def registers_a_clamping_hook(parameters, clip_value):
    for p in parameters:
        if p.requires_grad:
            p.register_hook(lambda g: g.clamp(-clip_value, clip_value))


@corpus.wrong("uses-hook", "clip-missing")
def registers_hooks_where_there_is_a_gradient(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.register_hook(lambda g: torch.clamp(g, min=-clip_value, max=clip_value))


@corpus.wrong("uses-hook", "clip-missing")
def registers_hooks_after_accumulation(parameters, clip_value):
    def clamp(p):
        p.grad.clamp_(-clip_value, clip_value)

    for p in parameters:
        if p.requires_grad:
            p.register_post_accumulate_grad_hook(clamp)


# --------------------------------------------------------------- all-or-nothing


@corpus.wrong("all-or-nothing", "misses-parameters")
def by_the_mean(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().mean() > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("all-or-nothing", "misses-parameters")
def by_the_mean_with_its_sign(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and abs(p.grad.mean().item()) > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("all-or-nothing", "misses-parameters")
def only_if_all_entries_are_large(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and (p.grad.abs() > clip_value).all():
            p.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("all-or-nothing", "misses-parameters")
def by_the_median(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().median() > clip_value:
            p.grad = p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("all-or-nothing")
def by_the_mean_of_all(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    if torch.cat([g.abs().flatten() for g in grads]).mean() > clip_value:
        for g in grads:
            g.clamp_(-clip_value, clip_value)


@corpus.wrong("all-or-nothing", "misses-parameters")
def by_the_root_mean_square(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.norm() / math.sqrt(p.grad.numel()) > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


# ----------------------------------------------------------- crashes-on-scalars


@corpus.wrong("crashes-on-scalars")
def loops_over_rows(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            for row in p.grad:
                row.clamp_(-clip_value, clip_value)


@corpus.wrong("crashes-on-scalars")
def slices_with_a_colon(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[:] = p.grad.clamp(-clip_value, clip_value)


@corpus.wrong("crashes-on-scalars")
def asks_for_the_number_of_rows(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            for i in range(len(p.grad)):
                p.grad[i] = p.grad[i].clamp(-clip_value, clip_value)


@corpus.wrong("crashes-on-scalars")
def numpy_clip_of_a_scalar(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.from_numpy(np.clip(p.grad.numpy(), -clip_value, clip_value)).to(p.dtype)


@corpus.wrong("crashes-on-scalars")
def unpacks_the_shape(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            first, *_ = p.grad.shape
            for i in range(first):
                p.grad[i].clamp_(-clip_value, clip_value)


@corpus.wrong("crashes-on-scalars")
def unbinds_the_rows(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.stack([row.clamp(-clip_value, clip_value) for row in p.grad.unbind()])


# ---------------------------------------------------------------- wrong-objects


@corpus.wrong("wrong-objects")
def hands_over_the_gradients(parameters, clip_value):
    clip_grad_value_([p.grad for p in parameters if p.grad is not None], clip_value)


@corpus.wrong("wrong-objects")
def hands_over_each_gradient(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            clip_grad_value_(p.grad, clip_value)


@corpus.wrong("wrong-objects")
def hands_over_the_data(parameters, clip_value):
    clip_grad_value_([p.data for p in parameters], clip_value)


@corpus.wrong("wrong-objects")
def hands_over_fresh_parameters(parameters, clip_value):
    clip_grad_value_([nn.Parameter(p.grad) for p in parameters if p.grad is not None], clip_value)


@corpus.wrong("wrong-objects", "clip-missing")
def looks_for_the_grad_of_the_grad(parameters, clip_value):
    for g in [p.grad for p in parameters if p.grad is not None]:
        if g.grad is not None:
            g.grad.clamp_(-clip_value, clip_value)


@corpus.wrong("changes-small-elements", "wrong-range")
def shrinks_a_little_after_clamping(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value).mul_(0.999)
