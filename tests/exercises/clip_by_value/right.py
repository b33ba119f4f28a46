"""Right spellings of `clip_by_value`: every entry of every gradient ends in [-clip_value, clip_value]."""
# ruff: noqa: C417 - students write these, and the corpus keeps their spelling

import collections
import contextlib
import functools
import itertools
import operator

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils import clip_grad_value_, parameters_to_vector, vector_to_parameters

from tests.exercises.corpus import Corpus

corpus = Corpus()


# --- the library -------------------------------------------------------------------------------


@corpus.right
def library_call(parameters, clip_value):
    torch.nn.utils.clip_grad_value_(parameters, clip_value)


@corpus.right
def library_call_on_a_list(parameters, clip_value):
    return clip_grad_value_(list(parameters), clip_value=clip_value)


@corpus.right
def library_call_without_foreach(parameters, clip_value):
    nn.utils.clip_grad_value_([p for p in parameters if p.grad is not None], float(clip_value), foreach=False)


@corpus.right
def library_call_per_parameter(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            clip_grad_value_(p, clip_value)


@corpus.right
def library_on_stand_ins(parameters, clip_value):
    stand_ins = []
    for p in parameters:
        if p.grad is not None:
            stand_in = nn.Parameter(torch.empty_like(p.grad))
            stand_in.grad = p.grad
            stand_ins.append(stand_in)
    clip_grad_value_(stand_ins, clip_value)


# --- clamp, clip, minimum and maximum ----------------------------------------------------------


@corpus.right
def plain_loop(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.right
def documented_and_annotated(parameters, clip_value: float) -> None:
    """Clamp every entry of every gradient into [-clip_value, clip_value], in place."""
    for parameter in parameters:
        gradient = parameter.grad
        # a frozen or unused parameter has no gradient
        if gradient is None:
            continue
        gradient.clamp_(min=-clip_value, max=clip_value)
    return None


@corpus.right
def rebinds_grad(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.clamp(p.grad, -clip_value, clip_value)


@corpus.right
def rebinds_data_of_grad(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            continue
        p.grad.data = p.grad.data.clip(-clip_value, clip_value)


@corpus.right
def upper_then_lower(parameters, clip_value):
    for g in [p.grad for p in parameters if p.grad is not None]:
        g.clamp_max_(clip_value)
        g.clamp_min_(-clip_value)


@corpus.right
def minimum_and_maximum(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            bound = torch.full_like(p.grad, clip_value)
            p.grad.copy_(torch.maximum(torch.minimum(p.grad, bound), -bound))


@corpus.right
def out_argument(parameters, clip_value):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                torch.clamp(p.grad, min=-clip_value, max=clip_value, out=p.grad)


@corpus.right
def hardtanh(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            F.hardtanh_(p.grad, -clip_value, clip_value)


@corpus.right
def clamps_in_units_of_the_threshold(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = (p.grad / clip_value).clamp(-1, 1) * clip_value


@corpus.right
def median_of_three(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            upper = torch.full_like(p.grad, clip_value)
            p.grad = torch.stack([-upper, p.grad, upper]).median(dim=0).values


@corpus.right
def clamps_again_and_again(parameters, clip_value):
    parameters = list(parameters)
    for _ in range(3):
        for p in parameters:
            if p.grad is not None:
                p.grad.clip_(-abs(clip_value), abs(clip_value))


@corpus.right
def assigns_to_all_entries(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad[...] = p.grad.detach().clone().clamp(-clip_value, clip_value)


@corpus.right
def bounds_are_tensors(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            bound = torch.tensor(clip_value, dtype=p.grad.dtype)
            p.grad.clamp_(-bound, bound)


# --- masks, signs, arithmetic ------------------------------------------------------------------


@corpus.right
def boolean_masks(parameters, clip_value):
    for p in parameters:
        g = p.grad
        if g is None:
            continue
        g[g > clip_value] = clip_value
        g[g < -clip_value] = -clip_value


@corpus.right
def masked_fill(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.masked_fill_(p.grad >= clip_value, clip_value).masked_fill_(p.grad <= -clip_value, -clip_value)


@corpus.right
def nested_where(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad
            p.grad = torch.where(g > clip_value, clip_value, torch.where(g < -clip_value, -clip_value, g)).to(g.dtype)


@corpus.right
def sign_times_the_smaller_size(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad.sign() * p.grad.abs().clamp(max=clip_value)


@corpus.right
def copysign_of_the_smaller_size(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.copy_(torch.copysign(p.grad.abs().clamp_max(clip_value), p.grad))


@corpus.right
def subtracts_what_sticks_out(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad.double()
            above = F.relu(g - clip_value)
            below = F.relu(-g - clip_value)
            p.grad = (g - above + below).to(p.grad.dtype)


@corpus.right
def soft_shrink_is_what_sticks_out(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad.double()
            p.grad.copy_(g - F.softshrink(g, clip_value))


@corpus.right
def absolute_value_identity(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            g = p.grad.double()
            p.grad = (((g + clip_value).abs() - (g - clip_value).abs()) / 2).to(p.grad.dtype)


@corpus.right
def one_factor_per_entry(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.div_(torch.clamp(p.grad.abs() / clip_value, min=1.0))


@corpus.right
def looks_before_it_clamps(parameters, clip_value):
    for p in parameters:
        if p.grad is not None and p.grad.abs().max() > clip_value:
            p.grad.clamp_(-clip_value, clip_value)


@corpus.right
def nan_to_num_of_infinities(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            marked = p.grad.masked_fill(p.grad > clip_value, float("inf"))
            marked = marked.masked_fill(p.grad < -clip_value, float("-inf"))
            p.grad = marked.nan_to_num(posinf=clip_value, neginf=-clip_value)


# --- entry by entry, numpy ---------------------------------------------------------------------


@corpus.right
def entry_by_entry(parameters, clip_value):
    for p in parameters:
        if p.grad is None:
            continue
        for index in itertools.product(*(range(n) for n in p.grad.shape)):
            p.grad[index] = max(-clip_value, min(clip_value, p.grad[index].item()))


@corpus.right
def list_of_numbers_and_back(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            numbers = [sorted([-clip_value, x, clip_value])[1] for x in p.grad.flatten().tolist()]
            p.grad = torch.tensor(numbers, dtype=p.grad.dtype).reshape(p.grad.shape)


@corpus.right
def apply_a_python_function(parameters, clip_value):
    def limit(x):
        if x > clip_value:
            return clip_value
        if x < -clip_value:
            return -clip_value
        return x

    for p in parameters:
        if p.grad is not None:
            p.grad.apply_(limit)


@corpus.right
def nested_lists_recursively(parameters, clip_value):
    def limit(thing):
        if isinstance(thing, list):
            return [limit(part) for part in thing]
        return float(np.clip(thing, -clip_value, clip_value))

    for p in parameters:
        if p.grad is not None:
            p.grad = torch.tensor(limit(p.grad.tolist()), dtype=p.dtype)


@corpus.right
def numpy_shares_the_memory(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            array = p.grad.numpy()
            np.clip(array, -clip_value, clip_value, out=array)


@corpus.right
def numpy_and_back_again(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            array = np.asarray(np.clip(p.grad.detach().cpu().numpy(), -clip_value, clip_value))
            p.grad = torch.from_numpy(array.copy()).to(p.device, p.dtype)


@corpus.right
def row_by_row_with_scalars_apart(parameters, clip_value):
    def clamp(g):
        if g.dim() == 0:
            g.clamp_(-clip_value, clip_value)
        else:
            for part in g:
                clamp(part)

    for p in parameters:
        if p.grad is not None:
            clamp(p.grad)


# --- all at once -------------------------------------------------------------------------------


@corpus.right
def foreach_functions(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    torch._foreach_clamp_min_(grads, -clip_value)
    torch._foreach_clamp_max_(grads, clip_value)


@corpus.right
def foreach_minimum_and_rebinding(parameters, clip_value):
    owners = [p for p in parameters if p.grad is not None]
    clamped = torch._foreach_maximum(torch._foreach_minimum([p.grad for p in owners], clip_value), -clip_value)
    for p, g in zip(owners, clamped, strict=True):
        p.grad = g


@corpus.right
def one_vector_written_back(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([g.reshape(-1) for g in grads]).clamp(-clip_value, clip_value)
    for g, piece in zip(grads, flat.split([g.numel() for g in grads]), strict=True):
        g.copy_(piece.view(g.shape))


@corpus.right
def vector_to_parameters_and_back(parameters, clip_value):
    grads = [p.grad for p in parameters if p.grad is not None]
    vector = parameters_to_vector([g.contiguous() for g in grads]).clamp(-clip_value, clip_value)
    clamped = [torch.empty(g.shape, dtype=vector.dtype) for g in grads]
    vector_to_parameters(vector, clamped)
    for g, c in zip(grads, clamped, strict=True):
        g.copy_(c)


@corpus.right
def map_and_filter(parameters, clip_value):
    grads = filter(torch.is_tensor, map(operator.attrgetter("grad"), parameters))
    collections.deque(map(lambda g: g.clamp_(-clip_value, clip_value), grads), maxlen=0)


@corpus.right
def list_comprehension_for_its_effect(parameters, clip_value):
    return [p.grad.clamp_(-clip_value, clip_value) for p in parameters if p.grad is not None]


@corpus.right
def reduce_for_its_effect(parameters, clip_value):
    def step(count, p):
        if p.grad is None:
            return count
        p.grad = p.grad.clamp(min=-clip_value).clamp(max=clip_value)
        return count + 1

    return functools.reduce(step, parameters, 0)


@corpus.right
def recursion_over_the_iterator(parameters, clip_value):
    iterator = iter(parameters)
    p = next(iterator, None)
    if p is None:
        return
    if p.grad is not None:
        p.grad.clamp_(-clip_value, clip_value)
    recursion_over_the_iterator(iterator, clip_value)


@corpus.right
def tries_and_skips_none(parameters, clip_value):
    for p in parameters:
        with contextlib.suppress(AttributeError):
            p.grad.clamp_(-clip_value, clip_value)


@corpus.right
def last_one_first(parameters, clip_value):
    stack = [*parameters]
    while stack:
        match stack.pop().grad:
            case None:
                pass
            case g:
                g.clamp_(-clip_value, clip_value)


@corpus.right
@torch.inference_mode()
def in_inference_mode(parameters, clip_value):
    for p in parameters:
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)


class ValueClipper:
    def __init__(self, clamp=torch.Tensor.clamp_):
        self.clamp = clamp

    def __call__(self, parameters, clip_value):
        for p in parameters:
            if p.grad is not None:
                self.clamp(p.grad, -clip_value, clip_value)


def for_each_gradient(function):
    @functools.wraps(function)
    def wrapper(parameters, clip_value):
        for gradient in [p.grad for p in parameters if p.grad is not None]:
            function(gradient, clip_value)

    return wrapper


@corpus.right
@for_each_gradient
def decorated(gradient, clip_value):
    gradient.copy_(gradient.clamp(-clip_value, clip_value))


corpus.right(ValueClipper(), name="instance_with_call")
corpus.right(functools.partial(clip_grad_value_, foreach=None), name="a_partial_of_the_library_call")
corpus.right(lambda parameters, clip_value: clip_grad_value_([*parameters], clip_value), name="a_lambda")
corpus.right(nn.utils.clip_grad_value_, name="the_library_function_itself")
