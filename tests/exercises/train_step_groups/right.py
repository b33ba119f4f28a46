"""Right spellings of `train_step_groups`: each group clipped by its own norm to its own threshold, then one step."""
# ruff: noqa: B905 - students write these, and the corpus keeps their spelling

import math

import torch
from torch.nn.utils import clip_grad_norm_, clip_grads_with_norm_, get_total_norm, parameters_to_vector

from tests.exercises.corpus import Corpus

corpus = Corpus()


@corpus.right
def canonical(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        norms.append(clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@corpus.right
def a_comprehension(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norms = [clip_grad_norm_(g["params"], m).item() for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


@corpus.right
def two_lines(model, optimizer, loss_fn, inputs, targets, max_norms):
    model.zero_grad()
    loss_fn(model(inputs), targets).backward()
    first = clip_grad_norm_(optimizer.param_groups[0]["params"], max_norms[0])
    second = clip_grad_norm_(optimizer.param_groups[1]["params"], max_norms[1])
    optimizer.step()
    return first, second


@corpus.right
def by_index_and_cleared_at_the_end(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss_fn(model(inputs), targets).backward()
    norms = [0.0] * len(max_norms)
    for k in range(len(max_norms)):
        norms[k] = float(clip_grad_norm_(optimizer.param_groups[k]["params"], max_norms[k]))
    optimizer.step()
    optimizer.zero_grad()
    return tuple(norms)


@corpus.right
def by_hand(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        grads = [p.grad for p in group["params"] if p.grad is not None]
        norm = math.sqrt(sum(g.pow(2).sum().item() for g in grads))
        if norm > max_norm:
            for g in grads:
                g.mul_(max_norm / norm)
        norms.append(norm)
    optimizer.step()
    return norms


@corpus.right
def measures_all_then_clips_all(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    groups = [group["params"] for group in optimizer.param_groups]
    norms = [get_total_norm([p.grad for p in params if p.grad is not None]) for params in groups]
    for params, max_norm, norm in zip(groups, max_norms, norms):
        clip_grads_with_norm_(params, max_norm, norm)
    optimizer.step()
    return torch.stack(norms)


@corpus.right
def in_reverse_order(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in reversed(list(zip(optimizer.param_groups, max_norms))):
        norms.insert(0, clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@corpus.right
def rebinds_the_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        params = [p for p in group["params"] if p.grad is not None]
        norm = parameters_to_vector([p.grad for p in params]).norm()
        for p in params:
            p.grad = p.grad * torch.clamp(max_norm / (norm + 1e-6), max=1.0)
        norms.append(norm.item())
    optimizer.step()
    return norms


@corpus.right
def with_a_dictionary(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = {}
    for number, group in enumerate(optimizer.param_groups):
        norms[number] = clip_grad_norm_(group["params"], max_norm=max_norms[number], norm_type=2.0)
    optimizer.step()
    return list(norms.values())


@corpus.right
def without_the_optimizers_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    with torch.no_grad():
        for group, max_norm in zip(optimizer.param_groups, max_norms):
            params = [p for p in group["params"] if p.grad is not None]
            norm = torch.cat([p.grad.flatten() for p in params]).norm()
            for p in params:
                p -= group["lr"] * min(1.0, max_norm / norm.item()) * p.grad
            norms.append(norm)
    return norms


@corpus.right
def with_autograd_grad(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss = loss_fn(model(inputs), targets)
    groups = [[p for p in group["params"] if p.requires_grad] for group in optimizer.param_groups]
    grads = [torch.autograd.grad(loss, params, retain_graph=True) for params in groups]
    norms = []
    for params, its, max_norm in zip(groups, grads, max_norms):
        norm = torch.stack([g.norm() for g in its]).norm().item()
        norms.append(norm)
        for p, g in zip(params, its):
            p.grad = g / max(1.0, norm / max_norm)
    optimizer.step()
    return norms


@corpus.right
def with_a_closure(model, optimizer, loss_fn, inputs, targets, max_norms):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        for group, max_norm in zip(optimizer.param_groups, max_norms):
            norms.append(clip_grad_norm_(group["params"], max_norm).item())
        return loss

    optimizer.step(closure)
    return norms


@corpus.right
def a_generator_made_afresh(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad(set_to_none=True)
    loss_fn(model(inputs), targets).backward()
    thresholds = iter(max_norms)
    norms = [clip_grad_norm_((p for p in group["params"]), next(thresholds)) for group in optimizer.param_groups]
    optimizer.step()
    return [norm.item() for norm in norms]


@corpus.right
def a_hook_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    norms = []

    def clip(*_):
        norms.extend(clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms))

    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    handle = optimizer.register_step_pre_hook(clip)
    optimizer.step()
    handle.remove()
    return norms
