"""Right spellings of `clip_by_norm`: scaled to max_norm if longer, and the norm before clipping returned."""
# ruff: noqa: C417 - students write these, and the corpus keeps their spelling

import contextlib
import copy
import functools
import itertools
import math
import operator

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils import (
    clip_grad_norm_,
    clip_grads_with_norm_,
    get_total_norm,
    parameters_to_vector,
    vector_to_parameters,
)

from tests.exercises.corpus import Corpus

corpus = Corpus()


# --- the library -------------------------------------------------------------------------------


@corpus.right
def library_call(parameters, max_norm):
    return clip_grad_norm_(parameters, max_norm)


@corpus.right
def library_call_as_a_number(parameters, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm=max_norm, norm_type=2).item()


@corpus.right
def library_call_without_foreach(parameters, max_norm):
    norm = torch.nn.utils.clip_grad_norm_(list(parameters), max_norm, norm_type=2.0, foreach=False)
    return float(norm)


@corpus.right
def deprecated_library_call(parameters, max_norm):
    return nn.utils.clip_grad_norm(parameters, max_norm)


@corpus.right
def library_in_two_halves(parameters, max_norm):
    parameters = tuple(parameters)
    total = get_total_norm(p.grad for p in parameters if p.grad is not None)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@corpus.right
def one_element_in_a_vector(parameters, max_norm):
    return clip_grad_norm_(list(dict.fromkeys(parameters)), float(max_norm)).reshape(1)


@corpus.right
def library_on_stand_ins(parameters, max_norm):
    stand_ins = []
    for p in parameters:
        if p.grad is not None:
            stand_in = nn.Parameter(torch.empty_like(p.grad))
            stand_in.grad = p.grad  # the same tensor, so it is changed in place
            stand_ins.append(stand_in)
    return clip_grad_norm_(stand_ins, max_norm).item()


@corpus.right
def library_twice_changes_nothing_more(parameters, max_norm):
    parameters = list(parameters)
    norm = clip_grad_norm_(parameters, max_norm)
    clip_grad_norm_(parameters, max_norm)
    return norm.item()


# --- loops -------------------------------------------------------------------------------------


@corpus.right
def plain_loop(parameters, max_norm):
    parameters = list(parameters)
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += p.grad.pow(2).sum().item()
    total = total**0.5
    if total > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / total)
    return total


@corpus.right
def documented_and_annotated(parameters, max_norm: float) -> float:
    """Scale the gradients in place so that their global norm is at most max_norm.

    Returns the norm before clipping.
    """
    # 1. collect the gradients: a generator can be read only once
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    # 2. the norm of all of them taken together
    squared = [torch.sum(torch.square(gradient.detach())) for gradient in gradients]
    total_norm = float(sum(squared)) ** 0.5
    # 3. one factor for all
    if total_norm > max_norm:
        factor = max_norm / total_norm
        for gradient in gradients:
            gradient *= factor
    return total_norm


@corpus.right
def clips_at_the_threshold_too(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum((g * g).sum().item() for g in grads))
    if norm >= max_norm:
        for g in grads:
            g.copy_(g * max_norm / norm)
    return norm


@corpus.right
def epsilon_and_min(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total_norm = math.sqrt(sum(g.norm(2).item() ** 2 for g in grads))
    clip_coef = min(1.0, max_norm / (total_norm + 1e-6))
    for g in grads:
        g.mul_(clip_coef)
    return total_norm


@corpus.right
def clamped_coefficient_of_a_tensor(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor([0.0])
    total = torch.stack([g.norm() for g in grads]).norm()
    coefficient = torch.clamp(max_norm / total, max=1.0)  # a norm of zero gives inf, which becomes 1
    for g in grads:
        g.mul_(coefficient)
    return total


@corpus.right
def divides_by_at_least_one(parameters, max_norm):
    parameters = list(parameters)
    total = sum(p.grad.double().square().sum().item() for p in parameters if p.grad is not None) ** 0.5
    for p in parameters:
        if p.grad is not None:
            p.grad /= max(1.0, total / max_norm)
    return total


@corpus.right
def rebinds_grad(parameters, max_norm):
    with_grad = [p for p in parameters if p.grad is not None]
    norm = torch.tensor([p.grad.norm().item() for p in with_grad]).norm().item()
    if norm > max_norm:
        for p in with_grad:
            p.grad = p.grad * (max_norm / norm)
    return norm


@corpus.right
def rebinds_to_a_detached_clone(parameters, max_norm):
    everything = [p for p in parameters]  # noqa: C416
    norm = math.hypot(*(p.grad.norm().item() for p in everything if p.grad is not None))
    scale = 1 if norm <= max_norm else max_norm / norm
    for p in everything:
        p.grad = None if p.grad is None else p.grad.detach().clone().mul(scale)
    return norm


@corpus.right
def through_data(parameters, max_norm):
    parameters = list(filter(lambda p: p.grad is not None, parameters))
    total = 0
    for p in parameters:
        total += p.grad.data.norm(2).item() ** 2
    total = total ** (1.0 / 2)
    if total > max_norm:
        for p in parameters:
            p.grad.data = p.grad.data * max_norm / total
    return total


@corpus.right
def assigns_to_all_entries(parameters, max_norm):
    kept = set()
    squares = 0.0
    for p in parameters:
        if p.grad is not None:
            kept.add(p)
            squares += torch.linalg.vector_norm(p.grad).item() ** 2
    norm = math.sqrt(squares)
    for p in kept:
        p.grad[...] = p.grad * min(1.0, max_norm / norm) if norm else 0.0
    return norm


@corpus.right
def while_loop_with_a_queue(parameters, max_norm):
    queue = list(parameters)
    seen = []
    total = 0.0
    while queue:
        g = queue.pop(0).grad
        if g is None:
            continue
        seen.append(g)
        total = math.hypot(total, g.norm().item())
    if not total > max_norm:
        return total
    while seen:
        seen.pop().mul_(max_norm).div_(total)
    return total


@corpus.right
def entry_by_entry(parameters, max_norm):
    grads = [p.grad for p in parameters if isinstance(p.grad, torch.Tensor)]
    total = math.sqrt(math.fsum(x * x for g in grads for x in g.flatten().tolist()))
    if total > max_norm:
        for g in grads:
            for index in itertools.product(*(range(n) for n in g.shape)):
                g[index] = g[index].item() * max_norm / total
    return total


@corpus.right
def subtracts_the_excess(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = get_total_norm(grads).item()
    if total > max_norm:
        excess = 1 - max_norm / total
        for g in grads:
            g.copy_(g.double() - excess * g.double())
    return total


@corpus.right
def interpolates_towards_zero(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = get_total_norm(grads).item()
    keep = max_norm / max(total, max_norm)
    for g in grads:
        g.copy_(torch.lerp(torch.zeros_like(g), g, keep))
    return total


@corpus.right
def unit_direction_times_length(parameters, max_norm):
    parameters = list(parameters)
    total = get_total_norm([p.grad for p in parameters if p.grad is not None]).item()
    if total == 0:
        return 0
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad / total * min(total, max_norm)
    return total


@corpus.right
def shrinks_until_it_fits(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    before = now = get_total_norm(grads).item()
    while now > max_norm * (1 + 1e-5):
        for g in grads:
            g *= max_norm / now
        now = get_total_norm(grads).item()
    return before


# --- one long vector ---------------------------------------------------------------------------


@corpus.right
def one_vector_written_back(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    flat = torch.cat([g.reshape(-1) for g in grads])
    norm = flat.norm()
    if norm > max_norm:
        flat = flat * (max_norm / norm)
        offset = 0
        for g in grads:
            g.copy_(flat[offset : offset + g.numel()].view(g.shape))
            offset += g.numel()
    return norm.item()


@corpus.right
def vector_to_parameters_of_the_grads(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if len(grads) == 0:
        return 0.0
    vector = parameters_to_vector([g.contiguous() for g in grads])
    norm = torch.linalg.vector_norm(vector).item()
    if norm > max_norm:
        scaled = [torch.empty_like(g, dtype=vector.dtype) for g in grads]
        vector_to_parameters(vector * max_norm / norm, scaled)
        for g, new in zip(grads, scaled, strict=True):
            g.copy_(new)
    return norm


@corpus.right
def split_back_into_pieces(parameters, max_norm):
    owners = [p for p in parameters if p.grad is not None]
    if not owners:
        return torch.zeros(())
    flat = torch.cat([p.grad.flatten() for p in owners])
    pieces = flat.renorm(2, 0, max_norm) if flat.dim() > 1 else flat[None].renorm(2, 0, max_norm)[0]
    for p, piece in zip(owners, pieces.split([p.numel() for p in owners]), strict=True):
        p.grad = piece.reshape(p.shape).to(p.dtype).clone()
    return flat.norm()


@corpus.right
def normalize_from_functional(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    flat = torch.cat([g.flatten() for g in grads])
    norm = flat.norm().item()
    if norm > max_norm:
        flat = max_norm * F.normalize(flat, dim=0)
    for g, piece in zip(grads, torch.split(flat, [g.numel() for g in grads]), strict=True):
        g.copy_(piece.reshape_as(g))
    return norm


@corpus.right
def numpy_shares_the_memory(parameters, max_norm):
    arrays = [p.grad.detach().numpy() for p in parameters if p.grad is not None]
    norm = float(np.sqrt(sum(np.sum(a.astype(np.float64) ** 2) for a in arrays)))
    if norm > max_norm:
        for a in arrays:
            np.multiply(a, max_norm / norm, out=a)
    return norm


@corpus.right
def numpy_and_back_again(parameters, max_norm):
    owners = [p for p in parameters if p.grad is not None]
    arrays = [p.grad.cpu().numpy().copy() for p in owners]
    norm = np.linalg.norm(np.concatenate([np.zeros(1), *(a.ravel() for a in arrays)]))
    factor = 1.0 if norm <= max_norm else max_norm / norm
    for p, a in zip(owners, arrays, strict=True):
        p.grad = torch.as_tensor(a * factor, dtype=p.dtype)
    return norm


# --- foreach, reduce, recursion ----------------------------------------------------------------


@corpus.right
def foreach_functions(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    total = torch.stack([n.double() for n in torch._foreach_norm(grads)]).norm().item()
    if total > max_norm:
        torch._foreach_mul_(grads, max_norm / total)
    return total


@corpus.right
def foreach_and_rebinding(parameters, max_norm):
    owners = [p for p in parameters if p.grad is not None]
    if not owners:
        return 0.0
    total = sum(n.item() ** 2 for n in torch._foreach_norm([p.grad for p in owners])) ** 0.5
    scaled = torch._foreach_div([p.grad for p in owners], max(total / max_norm, 1.0))
    for p, g in zip(owners, scaled, strict=True):
        p.grad = g
    return total


@corpus.right
def reduce_and_map(parameters, max_norm):
    grads = [*filter(torch.is_tensor, map(operator.attrgetter("grad"), parameters))]
    total = functools.reduce(math.hypot, map(lambda g: float(g.norm()), grads), 0.0)
    if total > max_norm:
        list(map(lambda g: g.mul_(max_norm / total), grads))
    return total


@corpus.right
def reads_a_copy_of_the_iterator(parameters, max_norm):
    first, second = itertools.tee(parameters)
    norm = sum(p.grad.norm().item() ** 2 for p in first if p.grad is not None) ** 0.5
    if norm > max_norm:
        for p in second:
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    return norm


@corpus.right
def recursion_that_scales_on_the_way_back(parameters, max_norm):
    iterator = iter(parameters)

    def visit(squares):
        try:
            g = next(iterator).grad
        except StopIteration:
            return math.sqrt(squares)
        if g is None:
            return visit(squares)
        norm = visit(squares + g.double().pow(2).sum().item())
        if norm > max_norm:
            g.mul_(max_norm / norm)
        return norm

    return visit(0.0)


@corpus.right
def generator_that_waits_for_the_factor(parameters, max_norm):
    def worker(g):
        factor = yield g.square().sum().item()
        g.mul_(factor)
        yield None

    workers = [worker(p.grad) for p in parameters if p.grad is not None]
    total = math.sqrt(sum([next(w) for w in workers]))
    for w in workers:
        w.send(max_norm / total if total > max_norm else 1.0)
    return total


# --- guarded, decorated, made of classes -------------------------------------------------------


@corpus.right
@torch.no_grad()
def without_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.zeros(())
    for g in grads:
        total = total + torch.einsum("i,i->", g.flatten(), g.flatten())
    total = total.sqrt()
    for g in grads:
        torch.mul(g, torch.where(total > max_norm, max_norm / total, torch.ones(())), out=g)
    return total


@corpus.right
def remembers_which_were_none(parameters, max_norm):
    parameters = list(parameters)
    missing = [p.grad is None for p in parameters]
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    norm = clip_grad_norm_(parameters, max_norm)
    for p, was_missing in zip(parameters, missing, strict=True):
        if was_missing:
            p.grad = None
    return norm


@corpus.right
def tries_and_skips_none(parameters, max_norm):
    parameters = list(parameters)
    total = 0.0
    for p in parameters:
        try:
            total += p.grad.norm().item() ** 2
        except AttributeError:
            continue
    total **= 0.5
    if total > max_norm:
        for p in parameters:
            with contextlib.suppress(AttributeError):
                p.grad.mul_(max_norm / total)
    return total


@corpus.right
def measures_a_deep_copy(parameters, max_norm):
    parameters = list(parameters)
    copies = [copy.deepcopy(p.grad) for p in parameters if p.grad is not None]
    norm = get_total_norm(copies).item()
    clip_grads_with_norm_(parameters, max_norm, torch.tensor(norm))
    return norm


@corpus.right
def extra_arguments_with_defaults(parameters, max_norm, norm_type=2.0, eps=1e-12):
    if isinstance(parameters, torch.Tensor):
        parameters = [parameters]
    grads = [p.grad for p in parameters if p.grad is not None]
    norms = [torch.linalg.vector_norm(g, norm_type).item() for g in grads]
    total = float(np.linalg.norm([0.0, *norms], norm_type))
    for g in grads:
        g.mul_(min(max_norm / (total + eps), 1.0))
    return total


def sum_squares(grads):
    return sum(torch.vdot(g.flatten(), g.flatten()).item() for g in grads)


@corpus.right
def compares_squares(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    squared = sum_squares(grads)
    if squared > max_norm**2:
        for g in grads:
            g.mul_(math.sqrt(max_norm**2 / squared))
    return math.sqrt(squared)


class NormClipper:
    def __init__(self):
        self.gradients = []

    @property
    def norm(self):
        return math.sqrt(sum(g.norm().item() ** 2 for g in self.gradients))

    def __call__(self, parameters, max_norm):
        self.gradients = [p.grad for p in parameters if p.grad is not None]
        before = self.norm
        if before > max_norm:
            for g in self.gradients:
                g.mul_(max_norm / before)
        return before


corpus.right(NormClipper(), name="instance_with_call")
corpus.right(
    functools.partial(clip_grad_norm_, norm_type=2.0, error_if_nonfinite=False), name="a_partial_of_the_library_call"
)
corpus.right(lambda parameters, max_norm: clip_grad_norm_([*parameters], max_norm).item(), name="a_lambda")
corpus.right(nn.utils.clip_grad_norm_, name="the_library_function_itself")
