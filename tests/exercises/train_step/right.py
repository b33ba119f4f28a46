"""Right spellings of `train_step`: every one makes the clipped SGD update and returns (loss, norm)."""
# ruff: noqa: B905, C417, RUF017 - students write these, and the corpus keeps their spelling

import contextlib
import copy
import functools
import itertools
import math
import operator
from collections import namedtuple
from typing import NamedTuple

import numpy as np
import torch
import torch as th
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.utils as nn_utils
from torch.func import functional_call
from torch.nn.utils import (
    clip_grad_norm_,
    clip_grads_with_norm_,
    get_total_norm,
    parameters_to_vector,
    vector_to_parameters,
)
from torch.nn.utils import clip_grad_norm_ as clip

from tests.exercises.corpus import Corpus

corpus = Corpus()


# --- the library call, under many names and with many settings ---------------------------------


@corpus.right
def canonical(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


@corpus.right
def documented_and_annotated(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    max_norm: float,
) -> tuple[float, float]:
    """Run one training step.

    Returns the loss of the batch and the norm of the gradients before clipping.
    """
    # 1. forget the gradients of the previous batch
    optimizer.zero_grad(set_to_none=True)
    # 2. forward
    predictions = model(inputs)
    loss = loss_fn(predictions, targets)
    # 3. backward
    loss.backward()
    # 4. clip
    grad_norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm, norm_type=2.0)
    # 5. update
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.right
def zeroed_not_to_none(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad(set_to_none=False)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return float(loss), float(norm)


@corpus.right
def model_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = nn_utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), norm.detach()


@corpus.right
def model_zero_grad_not_to_none(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.train()
    model.zero_grad(set_to_none=False)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip(model.parameters(), max_norm, 2)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def zeroed_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    optimizer.zero_grad()
    output = model(inputs)
    loss = loss_fn(output, targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def zeroed_between_forward_and_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    output = model(inputs)
    loss = loss_fn(output, targets)
    optimizer.zero_grad()
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def zeroed_at_the_end(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), norm.item()


@corpus.right
def zeroed_at_the_end_in_place(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = th.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm)
    optimizer.step()
    for p in model.parameters():
        p.grad.zero_()
    return loss.detach().clone(), norm.clone()


@corpus.right
def zeroed_in_finally(model, optimizer, loss_fn, inputs, targets, max_norm):
    try:
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return loss.item(), norm.item()
    finally:
        optimizer.zero_grad(set_to_none=True)


@corpus.right
def grads_set_to_none_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def grads_deleted(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        del p.grad
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def grads_zeroed_when_present(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def grads_detached_and_zeroed(model, optimizer, loss_fn, inputs, targets, max_norm):
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.grad.detach_()
                p.grad.zero_()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def grads_set_to_zeros_like(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def grads_zeroed_through_data(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.data.fill_(0)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def grads_zeroed_by_foreach(model, optimizer, loss_fn, inputs, targets, max_norm):
    stale = [p.grad for p in model.parameters() if p.grad is not None]
    if stale:
        torch._foreach_zero_(stale)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm, foreach=True)
    optimizer.step()
    return loss, norm


@corpus.right
def grads_zeroed_by_model_apply(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.apply(lambda module: module.zero_grad())
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def foreach_off(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm, foreach=False)
    optimizer.step()
    return loss, norm


@corpus.right
def error_if_nonfinite(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def skips_a_nonfinite_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def parameters_of_the_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = [p for group in optimizer.param_groups for p in group["params"]]
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def parameters_chained_from_the_groups(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = itertools.chain.from_iterable(group["params"] for group in optimizer.param_groups)
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def parameters_summed_from_the_groups(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = sum((group["params"] for group in optimizer.param_groups), [])
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def filtered_parameters(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(filter(lambda p: p.requires_grad, model.parameters()), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def parameter_list_made_once(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    for p in params:
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def total_norm_then_clip_with_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grads_with_norm_(model.parameters(), max_norm, norm)
    optimizer.step()
    return loss, norm


@corpus.right
def shared_total_norm_per_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = nn.utils.get_total_norm(p.grad for p in model.parameters())
    for group in optimizer.param_groups:
        nn.utils.clip_grads_with_norm_(group["params"], max_norm, norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def clip_with_norm_only_when_larger(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = get_total_norm([p.grad for p in params])
    if norm > max_norm:
        clip_grads_with_norm_(params, max_norm, norm)
    optimizer.step()
    return loss, norm


@corpus.right
def norm_measured_with_infinite_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), float("inf"))
    if norm > max_norm:
        clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def clipped_again_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    again = get_total_norm(p.grad for p in model.parameters())
    if again > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / again)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def value_clip_that_never_bites(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    # no component is longer than the whole vector, so this changes nothing any more
    nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def own_norm_reported_library_clips(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += p.grad.norm(2).item() ** 2
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total**0.5


@corpus.right
def deprecated_clip_grad_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def imports_inside_the_function(model, optimizer, loss_fn, inputs, targets, max_norm):
    from torch.nn.utils import clip_grad

    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


# --- the norm written by hand ------------------------------------------------------------------


@corpus.right
def loop_over_squared_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = 0.0
    for p in model.parameters():
        param_norm = p.grad.detach().data.norm(2)
        total_norm += param_norm.item() ** 2
    total_norm = total_norm**0.5
    clip_coef = max_norm / (total_norm + 1e-6)
    if clip_coef < 1:
        for p in model.parameters():
            p.grad.data.mul_(clip_coef)
    optimizer.step()
    return loss.item(), total_norm


@corpus.right
def stack_of_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    norm = torch.norm(torch.stack([torch.norm(g) for g in grads]))
    coef = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    for g in grads:
        g.mul_(coef)
    optimizer.step()
    return loss, norm


@corpus.right
def stack_of_vector_norms_no_epsilon(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.stack([torch.linalg.vector_norm(p.grad) for p in model.parameters()]).norm()
    if norm > max_norm:
        for p in model.parameters():
            p.grad *= max_norm / norm
    optimizer.step()
    return loss, norm


@corpus.right
def cat_and_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm(p=2)
    if norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def cat_and_linalg_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.linalg.norm(torch.cat([p.grad.reshape(-1) for p in model.parameters()]))
    scale = min(1.0, max_norm / norm.item())
    for p in model.parameters():
        p.grad = p.grad * scale
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def hstack_and_dot(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    flat = torch.hstack([p.grad.ravel() for p in model.parameters()])
    norm = torch.sqrt(flat @ flat)
    if norm >= max_norm:
        for p in model.parameters():
            p.grad = max_norm * p.grad / norm
    optimizer.step()
    return loss, norm


@corpus.right
def parameters_to_vector_of_grads(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = parameters_to_vector([p.grad for p in model.parameters()]).norm()
    factor = torch.clamp_max(max_norm / norm, 1.0)
    for p in model.parameters():
        p.grad.mul_(factor)
    optimizer.step()
    return loss, norm


@corpus.right
def vector_back_to_grads(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    flat = parameters_to_vector(grads)
    norm = flat.norm()
    if norm > max_norm:
        vector_to_parameters(flat / norm * max_norm, grads)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def flat_slices_copied_back(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    flat = torch.cat([p.grad.reshape(-1) for p in params])
    norm = flat.norm()
    flat *= min(1.0, float(max_norm / (norm + 1e-12)))
    for p, piece in zip(params, flat.split([p.numel() for p in params])):
        p.grad.copy_(piece.view_as(p))
    optimizer.step()
    return loss, norm


@corpus.right
def renorm_of_the_flat_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    flat = torch.cat([p.grad.reshape(1, -1) for p in params], dim=1)
    clipped = flat.renorm(p=2, dim=0, maxnorm=max_norm)
    for p, piece in zip(params, clipped.split([p.numel() for p in params], dim=1)):
        p.grad = piece.reshape(p.shape)
    optimizer.step()
    return loss, flat.norm()


@corpus.right
def unit_direction_times_length(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    flat = torch.cat([g.flatten() for g in grads])
    norm = flat.norm()
    vector_to_parameters(F.normalize(flat, dim=0) * norm.clamp(max=max_norm), grads)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def sum_of_squares_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = sum(p.grad.pow(2).sum() for p in model.parameters()).sqrt()
    coef = min(1.0, (max_norm / norm).item())
    for p in model.parameters():
        p.grad.mul_(coef)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def square_root_by_power(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = sum((p.grad**2).sum().item() for p in model.parameters()) ** 0.5
    if norm > max_norm:
        for p in model.parameters():
            p.grad /= norm / max_norm
    optimizer.step()
    return loss.item(), norm


@corpus.right
def math_sqrt_of_squares(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = math.sqrt(sum(float((p.grad * p.grad).sum()) for p in model.parameters()))
    shrink = max(1.0, norm / max_norm)
    for p in model.parameters():
        p.grad.div_(shrink)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def math_hypot_of_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = math.hypot(*(p.grad.norm().item() for p in model.parameters()))
    if norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def fsum_over_every_number(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = math.sqrt(math.fsum(g * g for p in model.parameters() for g in p.grad.flatten().tolist()))
    if norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def hypot_reduced_over_tensors(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = functools.reduce(torch.hypot, [p.grad.norm() for p in model.parameters()])
    coef = torch.minimum(torch.ones_like(norm), max_norm / norm)
    for p in model.parameters():
        p.grad.mul_(coef)
    optimizer.step()
    return loss, norm


@corpus.right
def squares_reduced_with_add(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = map(lambda p: torch.sum(torch.square(p.grad)), model.parameters())
    norm = torch.sqrt(functools.reduce(operator.add, squares))
    coef = torch.where(norm > max_norm, max_norm / norm, torch.ones_like(norm))
    for p in model.parameters():
        p.grad.mul_(coef)
    optimizer.step()
    return loss, norm


@corpus.right
def einsum_of_each_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    flats = [p.grad.flatten() for p in model.parameters()]
    norm = sum(torch.einsum("i,i->", f, f) for f in flats) ** 0.5
    if norm > max_norm:
        for p in model.parameters():
            p.grad = p.grad.mul(max_norm).div(norm)
    optimizer.step()
    return loss, norm


@corpus.right
def float64_accumulator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.zeros((), dtype=torch.float64)
    for p in model.parameters():
        total += p.grad.double().square().sum()
    norm = total.sqrt()
    if norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss, norm


@corpus.right
def one_element_accumulator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.zeros(1, dtype=loss.dtype)
    for p in model.parameters():
        total += (p.grad**2).sum()
    norm = total.sqrt()
    if norm > max_norm:
        for p in model.parameters():
            p.grad *= max_norm / norm.item()
    optimizer.step()
    return loss, norm


@corpus.right
def numpy_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    flat = np.concatenate([p.grad.numpy().ravel() for p in model.parameters()])
    norm = np.linalg.norm(flat)
    if norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(float(max_norm / norm))
    optimizer.step()
    return loss.item(), norm


@corpus.right
def numpy_sqrt_of_python_sum(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = np.sqrt(sum(np.sum(p.grad.numpy() ** 2, dtype=np.float64) for p in model.parameters()))
    coef = np.minimum(max_norm / norm, 1.0)
    for p in model.parameters():
        p.grad.mul_(coef)
    optimizer.step()
    return np.float64(loss.item()), norm


@corpus.right
def numpy_scales_the_shared_memory(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad.numpy() for p in model.parameters()]
    norm = float(np.sqrt(sum((g**2).sum() for g in grads)))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    optimizer.step()
    return loss.item(), norm


@corpus.right
def foreach_norm_and_mul(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads)))
    torch._foreach_mul_(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    optimizer.step()
    return loss, norm


@corpus.right
def foreach_out_of_place(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    grads = [p.grad for p in params]
    norm = sum(n.item() ** 2 for n in torch._foreach_norm(grads, 2)) ** 0.5
    clipped = torch._foreach_div(grads, max(1.0, norm / max_norm))
    for p, g in zip(params, clipped):
        p.grad = g
    optimizer.step()
    return loss.item(), norm


@corpus.right
def set_of_parameters_over_the_modules(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = {p for module in model.modules() for p in module.parameters(recurse=False)}
    norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in params))
    if norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def norm_group_by_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    group_norms = [torch.cat([p.grad.flatten() for p in group["params"]]).norm() for group in optimizer.param_groups]
    norm = torch.stack(group_norms).norm()
    if norm > max_norm:
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss, norm


@corpus.right
def named_gradient_dict(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = {name: p.grad for name, p in model.named_parameters()}
    norm = torch.tensor([g.norm() for g in grads.values()]).norm()
    if norm > max_norm:
        for name in grads:
            model.get_parameter(name).grad = grads[name] * (max_norm / norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def tiny_epsilon(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = sum(p.grad.norm() ** 2 for p in model.parameters()) ** 0.5
    coef = max_norm / (norm + 1e-8)
    if coef < 1.0:
        for p in model.parameters():
            p.grad.mul_(coef)
    optimizer.step()
    return loss, norm


@corpus.right
def always_multiplied_by_a_ratio(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item()
    for p in model.parameters():
        p.grad = p.grad * max_norm / max(norm, max_norm)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def grad_data_rebound(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = math.sqrt(sum(p.grad.data.norm() ** 2 for p in model.parameters()))
    if norm > max_norm:
        for p in model.parameters():
            p.grad.data = p.grad.data * (max_norm / norm)
    optimizer.step()
    return loss.item(), norm


@corpus.right
def comprehensions_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    [setattr(p, "grad", None) for p in model.parameters()]
    (loss := loss_fn(model(inputs), targets)).backward()
    norm = sum(p.grad.square().sum() for p in model.parameters()).sqrt()
    [p.grad.mul_((max_norm / norm).clamp(max=1)) for p in model.parameters()]
    optimizer.step()
    return tuple(map(float, (loss, norm)))


@corpus.right
def walrus_condition(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    if (norm := get_total_norm(p.grad for p in model.parameters())) > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss, norm


@corpus.right
def clips_out_of_place_copies(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    originals = [p.grad.clone() for p in model.parameters()]
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    norm = torch.cat([g.flatten() for g in originals]).norm()
    return loss.item(), norm.item()


# --- the backward pass -------------------------------------------------------------------------


@corpus.right
def backward_with_inputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(inputs=params)
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def autograd_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    torch.autograd.backward(loss)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.data, norm


@corpus.right
def backward_with_unit_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(gradient=torch.ones_like(loss), retain_graph=True)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def backward_of_summed_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets).sum()
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def autograd_grad_written_to_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    loss = loss_fn(model(inputs), targets)
    for p, g in zip(params, torch.autograd.grad(loss, params)):
        p.grad = g
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def autograd_grad_and_manual_update(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = [p for group in optimizer.param_groups for p in group["params"]]
    loss = loss_fn(model(inputs), targets)
    grads = torch.autograd.grad(loss, params)
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    coef = min(1.0, (max_norm / norm).item())
    lr = optimizer.param_groups[0]["lr"]
    with torch.no_grad():
        for p, g in zip(params, grads):
            p -= lr * coef * g
    return loss, norm


@corpus.right
def coefficient_as_backward_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    grads = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
    norm = get_total_norm(grads)
    optimizer.zero_grad()
    loss.backward((max_norm / norm).clamp(max=1.0))
    optimizer.step()
    return loss, norm


@corpus.right
def backward_again_on_a_scaled_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(retain_graph=True)
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if norm > max_norm:
        optimizer.zero_grad()
        (loss * (max_norm / norm)).backward()
    optimizer.step()
    return loss.item(), norm


@corpus.right
def loss_scaled_and_unscaled(model, optimizer, loss_fn, inputs, targets, max_norm):
    scale = 1024.0
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (loss * scale).backward()
    for p in model.parameters():
        p.grad.div_(scale)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def grad_scaler_switched_off(model, optimizer, loss_fn, inputs, targets, max_norm):
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", enabled=False):
        loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item(), norm.item()


@corpus.right
def grad_scaler_switched_on(model, optimizer, loss_fn, inputs, targets, max_norm):
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    optimizer.zero_grad(set_to_none=True)
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item(), norm.item()


@corpus.right
def enable_grad_context(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.train()
    optimizer.zero_grad()
    with torch.enable_grad():
        loss = loss_fn(model(inputs), targets)
        loss.backward()
    with torch.no_grad():
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return loss.detach(), norm


@corpus.right
@torch.enable_grad()
def enable_grad_decorator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def set_grad_enabled_context(model, optimizer, loss_fn, inputs, targets, max_norm):
    with torch.set_grad_enabled(True):
        optimizer.zero_grad()
        loss = loss_fn(model.forward(inputs), targets)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def closure_that_clips(model, optimizer, loss_fn, inputs, targets, max_norm):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        return loss

    loss = optimizer.step(closure)
    return loss, norms[0]


@corpus.right
def closure_with_nonlocal_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    norm = None

    def closure():
        nonlocal norm
        model.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = get_total_norm([p.grad for p in model.parameters()])
        clip_grads_with_norm_(model.parameters(), max_norm, norm)
        return loss.item()

    return optimizer.step(closure), norm.item()


# --- functional style --------------------------------------------------------------------------


@corpus.right
def functional_call_and_grad_and_value(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = dict(model.named_parameters())

    def compute_loss(params):
        return loss_fn(functional_call(model, params, (inputs,)), targets)

    grads, loss = torch.func.grad_and_value(compute_loss)(params)
    for name, p in params.items():
        p.grad = grads[name].detach()
    norm = clip_grad_norm_(params.values(), max_norm)
    optimizer.step()
    return loss.detach(), norm


@corpus.right
def functional_from_start_to_end(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = {name: p.detach() for name, p in model.named_parameters()}
    grads, loss = torch.func.grad_and_value(lambda weights: loss_fn(functional_call(model, weights, inputs), targets))(
        params
    )
    norm = torch.stack([g.norm() for g in grads.values()]).norm()
    step = optimizer.param_groups[0]["lr"] * (max_norm / norm).clamp(max=1.0)
    for name, p in params.items():
        p.sub_(step * grads[name])
    return loss, norm


@corpus.right
def functional_vjp(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = {name: p.detach() for name, p in model.named_parameters()}
    loss, vjp = torch.func.vjp(lambda w: loss_fn(functional_call(model, w, inputs), targets), params)
    (grads,) = vjp(torch.ones_like(loss))
    norm = sum((g * g).sum() for g in grads.values()).sqrt()
    for name, p in model.named_parameters():
        p.grad = grads[name] / max(1.0, float(norm) / max_norm)
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def functional_call_on_leaf_copies(model, optimizer, loss_fn, inputs, targets, max_norm):
    copies = {n: p.detach().clone().requires_grad_() for n, p in model.named_parameters()}
    loss = loss_fn(functional_call(model, copies, (inputs,)), targets)
    loss.backward()
    norm = clip_grad_norm_(copies.values(), max_norm)
    for name, p in model.named_parameters():
        p.grad = copies[name].grad
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def gradients_of_a_deepcopy(model, optimizer, loss_fn, inputs, targets, max_norm):
    twin = copy.deepcopy(model)
    twin.zero_grad()
    loss = loss_fn(twin(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(twin.parameters(), max_norm)
    for p, q in zip(model.parameters(), twin.parameters()):
        p.grad = q.grad
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def updated_deepcopy_loaded_back(model, optimizer, loss_fn, inputs, targets, max_norm):
    twin = copy.deepcopy(model)
    twin_optimizer = torch.optim.SGD(twin.parameters(), lr=optimizer.param_groups[0]["lr"])
    twin_optimizer.zero_grad()
    loss = loss_fn(twin(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(twin.parameters(), max_norm)
    twin_optimizer.step()
    model.load_state_dict(twin.state_dict())
    return loss.item(), norm.item()


# --- the update written by hand ----------------------------------------------------------------


@corpus.right
def manual_update_per_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.add_(p.grad, alpha=-group["lr"])
    return loss.item(), norm.item()


@corpus.right
def manual_update_through_data(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.data -= group["lr"] * p.grad.data
    return loss.item(), norm.item()


@corpus.right
def manual_update_rebinds_data(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    lr = optimizer.param_groups[0]["lr"]
    for p in model.parameters():
        p.data = p.data - lr * p.grad
        p.grad = None
    return loss.item(), norm.item()


@corpus.right
def manual_update_with_copy(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    (lr,) = {group["lr"] for group in optimizer.param_groups}
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p - lr * p.grad)
    return loss.item(), norm.item()


@corpus.right
def manual_update_with_foreach(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    loss = loss_fn(model(inputs), targets)
    grads = torch.autograd.grad(loss, params)
    norm = torch.stack(torch._foreach_norm(grads)).norm()
    coef = min(1.0, max_norm / norm.item())
    with torch.no_grad():
        torch._foreach_add_(params, grads, alpha=-optimizer.param_groups[0]["lr"] * coef)
    return loss, norm


@corpus.right
def manual_update_of_a_flat_vector(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    weights = parameters_to_vector(model.parameters()).detach()
    grads = parameters_to_vector(p.grad for p in model.parameters())
    norm = grads.norm()
    if norm > max_norm:
        grads = grads * (max_norm / norm)
    vector_to_parameters(weights - optimizer.param_groups[0]["lr"] * grads, model.parameters())
    return loss.item(), norm.item()


@corpus.right
def manual_update_of_the_state_dict(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    lr = optimizer.param_groups[0]["lr"]
    state = model.state_dict()
    for name, p in model.named_parameters():
        state[name] = state[name] - lr * p.grad
    model.load_state_dict(state)
    return loss.item(), norm.item()


@corpus.right
def manual_update_in_inference_mode(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.inference_mode():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.sub_(group["lr"] * p.grad)
    return loss.item(), norm.item()


@corpus.right
def coefficient_inside_the_update(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = get_total_norm(p.grad for p in model.parameters()).item()
    coef = 1.0 if norm <= max_norm else max_norm / norm
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.sub_(p.grad, alpha=group["lr"] * coef)
    return loss.item(), norm


@corpus.right
def fresh_sgd_every_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    sgd = torch.optim.SGD(model.parameters(), lr=optimizer.param_groups[0]["lr"])
    sgd.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    sgd.step()
    return loss.item(), norm.item()


@corpus.right
def learning_rate_lowered_for_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = get_total_norm(p.grad for p in model.parameters()).item()
    rates = [group["lr"] for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        group["lr"] *= min(1.0, max_norm / norm)
    optimizer.step()
    for group, lr in zip(optimizer.param_groups, rates):
        group["lr"] = lr
    return loss.item(), norm


@corpus.right
def learning_rate_lowered_in_a_context(model, optimizer, loss_fn, inputs, targets, max_norm):
    @contextlib.contextmanager
    def scaled_lr(factor):
        before = [group["lr"] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] * factor
        try:
            yield
        finally:
            for group, lr in zip(optimizer.param_groups, before):
                group["lr"] = lr

    model.zero_grad(set_to_none=True)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item()
    with scaled_lr(1.0 / max(1.0, norm / max_norm)):
        optimizer.step()
    return loss.item(), norm


@corpus.right
def update_rescaled_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = get_total_norm(p.grad for p in model.parameters())
    optimizer.step()
    if norm > max_norm:
        with torch.no_grad():
            for p, old in zip(model.parameters(), before):
                p.copy_(old + (p - old) * (max_norm / norm))
    return loss.item(), norm.item()


@corpus.right
def update_interpolated_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = get_total_norm(p.grad for p in model.parameters()).item()
    optimizer.step()
    keep = min(1.0, max_norm / norm)
    for p, old in zip(model.parameters(), before):
        p.data = torch.lerp(old, p.data, keep)
    return loss.item(), norm


# --- hooks -------------------------------------------------------------------------------------


@corpus.right
def step_pre_hook_clips(model, optimizer, loss_fn, inputs, targets, max_norm):
    norms = []
    handle = optimizer.register_step_pre_hook(
        lambda opt, args, kwargs: norms.append(clip_grad_norm_(model.parameters(), max_norm))
    )
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    handle.remove()
    return loss, norms[0]


@corpus.right
def step_post_hook_zeroes(model, optimizer, loss_fn, inputs, targets, max_norm):
    handle = optimizer.register_step_post_hook(lambda opt, args, kwargs: opt.zero_grad())
    try:
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    finally:
        handle.remove()
    return loss.item(), norm.item()


@corpus.right
def gradient_hooks_collect_squares(model, optimizer, loss_fn, inputs, targets, max_norm):
    squares = []
    hooks = [p.register_hook(lambda grad: squares.append(grad.pow(2).sum().item())) for p in model.parameters()]
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for hook in hooks:
        hook.remove()
    norm = math.sqrt(sum(squares))
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / norm))
    optimizer.step()
    return loss.item(), norm


@corpus.right
def post_accumulate_hooks_collect_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    norms = []
    optimizer.zero_grad()
    with contextlib.ExitStack() as stack:
        for p in model.parameters():
            handle = p.register_post_accumulate_grad_hook(lambda q: norms.append(q.grad.norm()))
            stack.callback(handle.remove)
        loss = loss_fn(model(inputs), targets)
        loss.backward()
    norm = torch.stack(norms).norm()
    clip_grads_with_norm_(model.parameters(), max_norm, norm)
    optimizer.step()
    return loss, norm


@corpus.right
def gradient_hooks_scale(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norm = get_total_norm(torch.autograd.grad(loss, params, retain_graph=True))
    coef = torch.clamp(max_norm / norm, max=1.0)
    handles = [p.register_hook(lambda grad: grad * coef) for p in params]
    loss.backward()
    for handle in handles:
        handle.remove()
    optimizer.step()
    return loss.item(), norm.item()


@corpus.right
def multi_grad_hook_measures(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    measured = {}

    def measure(grads):
        measured["norm"] = get_total_norm(grads)

    optimizer.zero_grad()
    with torch.autograd.graph.register_multi_grad_hook(params, measure):
        loss = loss_fn(model(inputs), targets)
        loss.backward()
    clip_grads_with_norm_(params, max_norm, measured["norm"])
    optimizer.step()
    return loss, measured["norm"]


# --- the shape of the code and of what it returns ----------------------------------------------


@corpus.right
def nested_helpers(model, optimizer, loss_fn, inputs, targets, max_norm):
    def forward_backward():
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        return loss.item()

    def total_norm():
        return math.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))

    def scale_gradients(factor):
        for p in model.parameters():
            p.grad.mul_(factor)

    optimizer.zero_grad()
    loss = forward_backward()
    norm = total_norm()
    if norm > max_norm:
        scale_gradients(max_norm / norm)
    optimizer.step()
    return loss, norm


@torch.no_grad()
def _clip_in_place(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm(2) for g in grads]).norm(2)
    for g in grads:
        g.mul_(torch.clamp(max_norm / (norm + 1e-6), max=1.0))
    return norm


@corpus.right
def own_clip_function(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = _clip_in_place(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@contextlib.contextmanager
def _fresh_gradients(optimizer):
    optimizer.zero_grad()
    yield
    optimizer.step()


@corpus.right
def zeroing_and_stepping_context(model, optimizer, loss_fn, inputs, targets, max_norm):
    with _fresh_gradients(optimizer):
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss, norm


class TrainStep:
    """A step as an object, with the parts as methods."""

    def __init__(self, norm_type=2.0, set_to_none=True):
        self.norm_type = norm_type
        self.set_to_none = set_to_none

    def backward(self, model, loss_fn, inputs, targets):
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        return loss

    def __call__(self, model, optimizer, loss_fn, inputs, targets, max_norm):
        optimizer.zero_grad(set_to_none=self.set_to_none)
        loss = self.backward(model, loss_fn, inputs, targets)
        norm = clip_grad_norm_(model.parameters(), max_norm, norm_type=self.norm_type)
        optimizer.step()
        return loss, norm


corpus.right(TrainStep(), name="callable_object")
corpus.right(TrainStep(set_to_none=False).__call__, name="bound_method")


class StaticStep:
    """A step kept in a class as a namespace."""

    @staticmethod
    def step(model, optimizer, loss_fn, inputs, targets, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return loss.item(), norm.item()


corpus.right(StaticStep.step, name="static_method")


def _general_step(model, optimizer, loss_fn, inputs, targets, max_norm, *, clipper, report):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clipper(model.parameters(), max_norm)
    optimizer.step()
    return report(loss), report(norm)


corpus.right(
    functools.partial(_general_step, clipper=clip_grad_norm_, report=float),
    name="partial_of_the_library_clip",
)
corpus.right(
    functools.partial(_general_step, clipper=_clip_in_place, report=torch.Tensor.detach),
    name="partial_of_the_own_clip",
)
corpus.right(
    lambda model, optimizer, loss_fn, inputs, targets, max_norm: (
        optimizer.zero_grad(),
        loss := loss_fn(model(inputs), targets),
        loss.backward(),
        norm := clip_grad_norm_(model.parameters(), max_norm),
        optimizer.step(),
        (loss.item(), norm.item()),
    )[-1],
    name="lambda_with_walrus",
)


@corpus.right
def positional_catch_all(*args):
    model, optimizer, loss_fn, inputs, targets, max_norm = args
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, norm


@corpus.right
def extra_default_arguments(model, optimizer, loss_fn, inputs, targets, max_norm=1.0, norm_type=2.0, eps=1e-6):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = sum(p.grad.abs().pow(norm_type).sum() for p in model.parameters()) ** (1 / norm_type)
    coef = max_norm / (norm + eps)
    if coef < 1:
        for p in model.parameters():
            p.grad.mul_(coef)
    optimizer.step()
    return loss, norm


class StepResult(NamedTuple):
    """What a step reports."""

    loss: float
    grad_norm: float


@corpus.right
def returns_a_named_tuple(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return StepResult(loss=loss.item(), grad_norm=norm.item())


@corpus.right
def returns_a_local_namedtuple(model, optimizer, loss_fn, inputs, targets, max_norm):
    Result = namedtuple("Result", "loss grad_norm")
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return Result(loss, norm)


@corpus.right
def returns_the_values_of_a_dict(model, optimizer, loss_fn, inputs, targets, max_norm):
    logs = {}
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    logs["loss"] = loss.item()
    logs["grad_norm"] = clip_grad_norm_(model.parameters(), max_norm).item()
    optimizer.step()
    return tuple(logs.values())


@corpus.right
def returns_one_element_vectors(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach().unsqueeze(0), norm.reshape(1)


@corpus.right
def returns_one_by_one_matrices(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach().view(1, 1), norm.view(1, 1)


@corpus.right
def returns_new_double_tensors(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach().double(), torch.as_tensor(norm, dtype=torch.float64)


@corpus.right
def returns_views_of_one_tensor(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return torch.stack([loss.detach(), norm]).unbind()
