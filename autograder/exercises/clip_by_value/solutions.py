"""The reference for clipping by value, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


# -- right in another spelling ---------------------------------------------------------------------------------------


@answers.right
def with_the_library(parameters, clip_value):
    torch.nn.utils.clip_grad_value_(parameters, clip_value)


@answers.right
def rebinds_the_gradients(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.clamp(p.grad, min=-clip_value, max=clip_value)
    return True


@answers.right
def one_bound_after_the_other(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    torch._foreach_clamp_min_(grads, -clip_value)
    torch._foreach_clamp_max_(grads, clip_value)
    return grads


@answers.right
def with_masks(parameters, clip_value):
    for p in list(parameters):
        if p.grad is None:
            continue
        p.grad[p.grad > clip_value] = clip_value
        p.grad[p.grad < -clip_value] = -clip_value


@answers.right
def with_where(parameters, clip_value):
    for p in (p for p in parameters if p.grad is not None):
        g = p.grad.detach()
        p.grad = torch.where(g.abs() > clip_value, clip_value * g.sign(), g)


@answers.right
def sign_and_size(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.copy_(p.grad.sign() * p.grad.abs().clamp(max=clip_value))


@answers.right
def minimum_and_maximum(parameters, clip_value):
    bound = torch.tensor(float(clip_value))
    for p in parameters:
        if p.grad is not None:
            p.grad.data = torch.maximum(torch.minimum(p.grad.data, bound), -bound)


@answers.right
def entry_by_entry(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            continue
        values = [min(max(x, -clip_value), clip_value) for x in p.grad.reshape(-1).tolist()]
        p.grad = torch.tensor(values).reshape(p.grad.shape)


@answers.right
def with_numpy(parameters, clip_value):
    import numpy as np

    for p in parameters:
        if p.grad is not None:
            array = p.grad.numpy()
            np.clip(array, -clip_value, clip_value, out=array)


@answers.right
def only_where_needed(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > clip_value:
            torch.nn.functional.hardtanh_(p.grad, -clip_value, clip_value)


# -- nothing is clamped ----------------------------------------------------------------------------------------------


@answers.wrong("clip-missing")
def only_counts(parameters, clip_value):
    return sum(int((p.grad.abs() > clip_value).sum()) for p in parameters if p.grad is not None)


@answers.wrong("clip-missing")
def clamps_at_infinity(parameters, clip_value):
    torch.nn.utils.clip_grad_value_(parameters, float("inf"))


@answers.wrong("clip-not-in-place")
def forgets_the_underscore(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp(-clip_value, clip_value)


@answers.wrong("clip-not-in-place")
def rebinds_the_loop_variable(parameters, clip_value):
    for p in parameters:
        grad = p.grad
        if grad is not None:
            grad = torch.clamp(grad, -clip_value, clip_value)


@answers.wrong("clip-not-in-place")
def clamps_clones(parameters, clip_value):
    grads = [p.grad.clone() for p in parameters if p.grad is not None]
    for g in grads:
        g.clamp_(-clip_value, clip_value)
    return grads


@answers.wrong("clip-not-in-place")
def returns_clamped_copies(parameters, clip_value):
    return [p.grad.clamp(-clip_value, clip_value) for p in parameters if p.grad is not None]


@answers.wrong("uses-hook")
def registers_a_hook(parameters, clip_value):
    for p in parameters:
        if p.requires_grad:
            p.register_hook(lambda grad: grad.clamp(-clip_value, clip_value))


@answers.wrong("uses-hook")
def registers_a_later_hook(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.register_post_accumulate_grad_hook(lambda p: p.grad.clamp_(-clip_value, clip_value))


@answers.wrong("wrong-objects")
def hands_gradients_to_the_library(parameters, clip_value):
    torch.nn.utils.clip_grad_value_([p.grad for p in parameters if p.grad is not None], clip_value)


@answers.wrong("wrong-objects")
def hands_one_gradient_at_a_time(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            torch.nn.utils.clip_grad_value_(p.grad, clip_value)


@answers.wrong("wrong-objects")
def hands_every_gradient_without_looping_back(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.nn.utils.get_total_norm(grads, float("inf"))
    torch.nn.utils.clip_grads_with_norm_(grads, clip_value, total)


# -- scaled instead of clamped ---------------------------------------------------------------------------------------


@answers.wrong("clip-by-norm")
def clips_the_norm(parameters, clip_value):
    torch.nn.utils.clip_grad_norm_(parameters, clip_value)


@answers.wrong("clip-by-norm")
def clips_the_norm_of_each(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.norm() > clip_value:
            p.grad.mul_(clip_value / p.grad.norm())


@answers.wrong("clip-by-norm")
def scales_each_to_the_norm(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.mul_(clip_value / (p.grad.norm() + 1e-6))


@answers.wrong("clip-by-norm")
def clips_the_norm_of_each_row(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            rows = p.grad.reshape(p.grad.shape[0] if p.grad.dim() else 1, -1)
            shorter = (
                torch.renorm(rows, 2, 0, clip_value) if p.grad.dim() > 1 else torch.renorm(rows.T, 2, 1, clip_value)
            )
            p.grad = shorter.reshape(p.grad.shape).clone()


@answers.wrong("scales-instead-of-clamps")
def scales_until_the_largest_fits(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > clip_value:
            p.grad.mul_(clip_value / p.grad.abs().max())


@answers.wrong("scales-instead-of-clamps")
def scales_all_until_the_largest_fits(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    largest = max(float(g.abs().max()) for g in grads)
    for g in grads:
        g.mul_(min(1.0, clip_value / largest))


@answers.wrong("scales-instead-of-clamps")
def clips_the_largest_entry_with_the_library(parameters, clip_value):
    torch.nn.utils.clip_grad_norm_(parameters, clip_value, norm_type=float("inf"))


@answers.wrong("scales-instead-of-clamps")
def always_scales_to_the_largest(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.div_(p.grad.abs().max()).mul_(clip_value)


# -- the range -------------------------------------------------------------------------------------------------------


@answers.wrong("one-sided")
def upper_bound_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(max=clip_value)


@answers.wrong("one-sided")
def lower_bound_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(min=-clip_value)


@answers.wrong("one-sided")
def masks_the_upper_side_only(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad > clip_value] = clip_value


@answers.wrong("wrong-range")
def from_zero(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(0, clip_value)


@answers.wrong("wrong-range")
def from_minus_one_to_one(parameters, clip_value):
    torch.nn.utils.clip_grad_value_(parameters, 1.0)


@answers.wrong("wrong-range")
def half_the_range(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value / 2, clip_value / 2)


@answers.wrong("wrong-range")
def bounds_swapped(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(clip_value, -clip_value)


@answers.wrong("wrong-range")
def squares_the_bound(parameters, clip_value):
    torch.nn.utils.clip_grad_value_(parameters, clip_value**2)


@answers.wrong("wrong-range")
def shifted_range(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(1 - clip_value, 1 + clip_value)


@answers.wrong("wrong-range")
def puts_one_in_place_of_the_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            large = p.grad.abs() > clip_value
            p.grad[large] = p.grad[large].sign()


@answers.wrong("loses-sign")
def clamps_absolute_values(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad.abs().clamp(max=clip_value)


@answers.wrong("loses-sign")
def sets_all_beyond_to_the_upper_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad.abs() > clip_value] = clip_value


@answers.wrong("loses-sign")
def turns_the_signs(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = -p.grad.clamp(-clip_value, clip_value)


@answers.wrong("loses-sign")
def takes_the_sign_of_the_sum(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad.abs() > clip_value] = clip_value * p.grad.sum().sign()


@answers.wrong("loses-sign")
def gives_every_entry_the_sign_of_the_sum(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad.abs().clamp(max=clip_value) * p.grad.sum().sign()


@answers.wrong("removes-large-elements")
def keeps_only_the_entries_within(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.data = p.grad[p.grad.abs() <= clip_value]


@answers.wrong("clips-weights")
def flattens_the_weights(parameters, clip_value):
    for p in parameters:
        p.data = p.data.flatten()
        if p.grad is not None:
            p.grad.data = p.grad.data.flatten().clamp_(-clip_value, clip_value)


@answers.wrong("removes-large-elements")
def zeroes_what_is_beyond(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[p.grad.abs() > clip_value] = 0


@answers.wrong("removes-large-elements")
def multiplies_by_a_mask(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.mul_(p.grad.abs() <= clip_value)


@answers.wrong("removes-large-elements")
def zeroes_gradients_with_large_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > clip_value:
            p.grad.zero_()


@answers.wrong("removes-large-elements")
def drops_gradients_with_large_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > clip_value:
            p.grad = None


@answers.wrong("changes-small-elements")
def only_signs(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad.sign() * clip_value


@answers.wrong("changes-small-elements")
def squashes(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = clip_value * torch.tanh(p.grad / clip_value)


@answers.wrong("changes-small-elements")
def zeroes_what_is_within(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            beyond = p.grad.abs() > clip_value
            p.grad = p.grad.clamp(-clip_value, clip_value) * beyond


@answers.wrong("changes-small-elements")
def divides_by_the_bound_and_clamps(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = (p.grad / (2 * clip_value)).clamp(-1, 1) * clip_value


# -- what is left out ------------------------------------------------------------------------------------------------


@answers.wrong("misses-parameters")
def only_matrices(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.dim() > 1:
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("misses-parameters")
def leaves_out_the_first(parameters, clip_value):
    for p in list(parameters)[1:]:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("misses-parameters")
def leaves_out_the_last(parameters, clip_value):
    for p in list(parameters)[:-1]:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("misses-parameters")
def returns_in_the_loop(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)
            return p.grad


@answers.wrong("misses-parameters")
def only_where_the_largest_is_beyond(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.max() > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("misses-elements")
def only_the_first_row(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            (p.grad[0] if p.grad.dim() else p.grad).clamp_(-clip_value, clip_value)


@answers.wrong("misses-elements")
def only_the_first_column(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            (p.grad[..., 0] if p.grad.dim() else p.grad).clamp_(-clip_value, clip_value)


@answers.wrong("misses-elements")
def only_the_largest(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            flat = p.grad.detach().clone().reshape(-1)
            k = flat.abs().argmax()
            flat[k] = flat[k].clamp(-clip_value, clip_value)
            p.grad = flat.reshape(p.grad.shape)


@answers.wrong("misses-elements")
def all_but_the_last_entry(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            flat = p.grad.detach().clone().reshape(-1)
            flat[:-1].clamp_(-clip_value, clip_value)
            p.grad = flat.reshape(p.grad.shape)


@answers.wrong("all-or-nothing")
def where_the_mean_is_beyond(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().mean() > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("all-or-nothing")
def where_the_signed_mean_is_beyond(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.mean().abs() > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("all-or-nothing")
def where_all_entries_are_beyond(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and (p.grad.abs() > clip_value).all():
            p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("all-or-nothing")
def where_the_mean_of_all_is_beyond(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    if torch.cat([g.reshape(-1) for g in grads]).abs().mean() > clip_value:
        for g in grads:
            g.clamp_(-clip_value, clip_value)


@answers.wrong("stops-at-none")
def breaks_at_none(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            break
        p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("stops-at-none")
def gives_up_if_any_is_none(parameters, clip_value):
    parameters = list(parameters)
    if all(p.grad is not None for p in parameters):
        torch.nn.utils.clip_grad_value_(parameters, clip_value)


# -- what some inputs do ---------------------------------------------------------------------------------------------


@answers.wrong("clips-weights")
def clamps_the_weights(parameters, clip_value):
    for p in parameters:
        p.data.clamp_(-clip_value, clip_value)


@answers.wrong("clips-weights")
def clamps_weights_and_gradients(parameters, clip_value):
    with torch.no_grad():
        for p in parameters:
            p.clamp_(-clip_value, clip_value)
            if p.grad is not None:
                p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("crashes-on-none")
def takes_every_gradient(parameters, clip_value):
    for p in parameters:
        p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("crashes-on-none")
def asks_for_requires_grad(parameters, clip_value):
    for p in parameters:
        if p.requires_grad:
            p.grad = torch.clamp(p.grad, -clip_value, clip_value)


@answers.wrong("none-gets-gradient")
def fills_in_zeros(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
        p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("none-gets-gradient")
def copies_the_weights(parameters, clip_value):
    for p in parameters:
        grad = p.grad if p.grad is not None else p.detach().clone()
        p.grad = grad.clamp(-clip_value, clip_value)


@answers.wrong("exhausted-generator")
def looks_first(parameters, clip_value):
    largest = max(float(p.grad.abs().max()) for p in parameters if p.grad is not None)
    if largest > clip_value:
        for p in parameters:
            if p.grad is not None:
                p.grad.clamp_(-clip_value, clip_value)


@answers.wrong("exhausted-generator")
def one_walk_for_each_bound(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(max=clip_value)
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(min=-clip_value)


@answers.wrong("exhausted-generator")
def keeps_a_generator_of_its_own(parameters, clip_value):
    grads = (p.grad for p in parameters if p.grad is not None)
    count = sum(1 for _ in grads)
    for g in grads:
        g.clamp_(-clip_value, clip_value)
    return count


@answers.wrong("needs-a-list")
def indexes(parameters, clip_value):
    for k in range(len(parameters)):
        if parameters[k].grad is not None:
            parameters[k].grad.clamp_(-clip_value, clip_value)


@answers.wrong("needs-a-list")
def takes_slices(parameters, clip_value):
    torch.nn.utils.clip_grad_value_(parameters[:], clip_value)


@answers.wrong("crashes-on-scalars")
def row_by_row(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            for row in p.grad:
                row.clamp_(-clip_value, clip_value)


@answers.wrong("crashes-on-scalars")
def assigns_to_a_slice(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[:] = p.grad.clamp(-clip_value, clip_value)


@answers.wrong("raises")
def needs_contiguous_memory(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.view(-1).clamp_(-clip_value, clip_value)


@answers.wrong("clip-not-in-place")
def flattens_into_a_copy(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.reshape(-1).clamp_(-clip_value, clip_value)


# -- not an answer yet -----------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(parameters, clip_value):
    raise NotImplementedError()


@answers.wrong("clip-missing")
def empty(parameters, clip_value):
    pass


@answers.wrong("raises")
def misspells_a_name(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_valu)  # noqa: F821 (the mistake itself)


@answers.wrong("raises")
def clamps_the_list(parameters, clip_value):
    torch.clamp([p.grad for p in parameters if p.grad is not None], -clip_value, clip_value)


@answers.wrong("wrong-signature")
def forgets_the_bound(parameters):
    torch.nn.utils.clip_grad_value_(parameters, 1.0)


@answers.wrong("wrong-signature")
def swaps_the_arguments(clip_value, parameters):
    torch.nn.utils.clip_grad_value_(parameters, clip_value)
