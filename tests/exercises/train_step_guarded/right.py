"""Right spellings of `train_step_guarded`: clipped SGD that leaves out a step whose gradient norm is not finite."""
# ruff: noqa: B905 - students write these, and the corpus keeps their spelling

import copy
import math

import numpy as np
import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_, clip_grads_with_norm_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()


@corpus.right
def canonical(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    return norm


@corpus.right
def lets_pytorch_complain_and_catches_it(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    try:
        norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    except RuntimeError:
        return float("inf")
    optimizer.step()
    return norm.item()


@corpus.right
def returns_early_with_nan(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total = math.sqrt(sum(g.pow(2).sum().item() for g in grads))
    if math.isnan(total) or math.isinf(total):
        return math.nan
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    optimizer.step()
    return total


@corpus.right
def takes_the_step_back(model, optimizer, loss_fn, inputs, targets, max_norm):
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if not torch.isfinite(norm):
        with torch.no_grad():
            for p, old in zip(model.parameters(), before):
                p.copy_(old)
    return norm.item()


@corpus.right
def loads_the_old_state(model, optimizer, loss_fn, inputs, targets, max_norm):
    state = copy.deepcopy(model.state_dict())
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(list(model.parameters()), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    if not all(torch.isfinite(value).all() for value in model.state_dict().values()):
        model.load_state_dict(state)
    return norm


@corpus.right
def empties_the_gradients_and_steps_all_the_same(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not norm.isfinite():
        optimizer.zero_grad()
    optimizer.step()
    return float(norm)


@corpus.right
def measures_first_and_clips_then(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad(set_to_none=False)
    loss_fn(model(inputs), targets).backward()
    params = [p for p in model.parameters() if p.grad is not None]
    total = get_total_norm([p.grad for p in params])
    if total < float("inf"):  # nan is not smaller than anything
        clip_grads_with_norm_(params, max_norm, total)
        optimizer.step()
    return total


@corpus.right
def without_the_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    grads = torch.autograd.grad(loss_fn(model(inputs), targets), params)
    total = torch.cat([g.flatten() for g in grads]).norm()
    if not torch.isfinite(total):
        return total
    factor = min(1.0, max_norm / total.item())
    with torch.no_grad():
        for p, g in zip(params, grads):
            p -= optimizer.param_groups[0]["lr"] * factor * g
    return total


@corpus.right
def looks_at_every_entry(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    fine = all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
    if not fine:
        optimizer.zero_grad()
        return np.inf
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def with_a_closure(model, optimizer, loss_fn, inputs, targets, max_norm):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm).item())
        if not np.isfinite(norms[-1]):
            optimizer.zero_grad()
        return loss

    optimizer.step(closure)
    return norms[0]


@corpus.right
def clears_in_finally(model, optimizer, loss_fn, inputs, targets, max_norm):
    try:
        loss_fn(model(inputs), targets).backward()
        norm = clip_grad_norm_(model.parameters(), max_norm).item()
        if norm - norm == 0:  # inf - inf and nan - nan are nan
            optimizer.step()
        return norm
    finally:
        for p in model.parameters():
            p.grad = None


@corpus.right
def a_factor_of_zero_with_where(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    params = [p for p in model.parameters() if p.grad is not None]
    total = torch.stack([p.grad.norm() for p in params]).norm()
    for p in params:
        clipped = p.grad * torch.clamp(max_norm / (total + 1e-6), max=1.0)
        p.grad = torch.where(total.isfinite(), clipped, torch.zeros_like(clipped))
    optimizer.step()
    return total


@corpus.right
def a_hook_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []

    def guard(optimizer, args, kwargs):
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        if not torch.isfinite(norms[0]):
            optimizer.zero_grad(set_to_none=True)

    handle = optimizer.register_step_pre_hook(guard)
    optimizer.step()
    handle.remove()
    return norms[0]


@corpus.right
def a_learning_rate_of_nothing(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    params = [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    norm = clip_grad_norm_(params, max_norm)
    for p in params:
        p.grad = p.grad if norm.isfinite() else torch.zeros_like(p)
    optimizer.step()
    return norm


@corpus.right
def functional_style(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}

    def loss_of(values):
        return loss_fn(torch.func.functional_call(model, values, (inputs,)), targets)

    grads = torch.func.grad(loss_of)(params)
    total = torch.linalg.vector_norm(torch.stack([g.norm() for g in grads.values()]))
    if math.isfinite(total):
        for name, p in model.named_parameters():
            if name in grads:
                p.data.sub_(grads[name], alpha=optimizer.param_groups[0]["lr"] * min(1.0, max_norm / total.item()))
    return total
