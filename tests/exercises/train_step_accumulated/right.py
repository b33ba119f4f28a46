"""Right spellings of `train_step_accumulated`: one clipped SGD step with the mean of the micro-batches' gradients."""
# ruff: noqa: PIE808 - students write these, and the corpus keeps their spelling

import contextlib
import copy
import functools
import math
from fractions import Fraction

import numpy as np
import torch
import torch.nn as nn
from torch.func import functional_call
from torch.nn.utils import clip_grad_norm_, clip_grads_with_norm_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()


# --- the library call, with the division in many places ----------------------------------------


@corpus.right
def canonical(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward()
    total_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total_norm


@corpus.right
def documented_and_annotated(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_fn: nn.Module,
    micro_batches: list[tuple[torch.Tensor, torch.Tensor]],
    max_norm: float,
) -> float:
    """Accumulate the gradients of all micro-batches, clip once, step once.

    Returns the norm of the accumulated gradient before clipping.
    """
    number = len(micro_batches)
    optimizer.zero_grad(set_to_none=True)
    for inputs, targets in micro_batches:
        predictions = model(inputs)
        loss = loss_fn(predictions, targets)
        # every micro-batch counts one n-th
        (loss / number).backward()
    total_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm, norm_type=2.0)
    optimizer.step()
    return total_norm.item()


@corpus.right
def steps_in_the_loop_at_the_last_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    accumulation_steps = len(micro_batches)
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        loss = loss_fn(model(x), y)
        loss = loss / accumulation_steps
        loss.backward()
        if (i + 1) % accumulation_steps == 0:
            norm = clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
    return norm


@corpus.right
def zeroed_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        loss.mul(1 / len(micro_batches)).backward()
    norm = clip_grad_norm_(list(model.parameters()), max_norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    return float(norm)


@corpus.right
def zeroed_only_for_the_first_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    for i, (x, y) in enumerate(micro_batches):
        if i == 0:
            optimizer.zero_grad()
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        if i < len(micro_batches) - 1:
            continue
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return norm.item()


@corpus.right
def gradients_divided_after_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    model.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def gradients_rebound_after_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    n = 0
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
        n += 1
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is None:
                continue
            p.grad = p.grad / n
    params = [p for group in optimizer.param_groups for p in group["params"]]
    norm = clip_grad_norm_(params, max_norm, foreach=False)
    optimizer.step()
    return norm.detach().clone().reshape(1)


@corpus.right
def one_backward_for_the_mean_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = [loss_fn(model(inputs), targets) for inputs, targets in micro_batches]
    torch.stack(losses).mean().backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def one_backward_for_a_running_total(model, optimizer, loss_fn, micro_batches, max_norm):
    total_loss = 0
    for inputs, targets in micro_batches:
        total_loss += loss_fn(model(inputs), targets)
    optimizer.zero_grad()
    (total_loss / len(micro_batches)).backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.right
def running_mean_of_the_losses(model, optimizer, loss_fn, micro_batches, max_norm):
    mean = None
    for k, (x, y) in enumerate(micro_batches, start=1):
        loss = loss_fn(model(x), y)
        mean = loss if mean is None else mean + (loss - mean) / k
    optimizer.zero_grad()
    mean.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def weight_handed_to_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        loss.backward(gradient=torch.full_like(loss, 1 / len(micro_batches)))
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def all_roots_in_one_autograd_call(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = [loss_fn(model(x), y) for x, y in micro_batches]
    torch.autograd.backward(losses, [torch.ones_like(loss) / len(losses) for loss in losses])
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def loss_function_wrapped(model, optimizer, loss_fn, micro_batches, max_norm):
    scaled_loss = lambda *args: loss_fn(*args).div(len(micro_batches))  # noqa: E731
    optimizer.zero_grad()
    [scaled_loss(model(x), y).backward() for x, y in micro_batches]
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.right
def last_micro_batch_first(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    remaining = list(micro_batches)
    while remaining:
        x, y = remaining.pop()
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def by_index_and_with_a_fraction(model, optimizer, loss_fn, micro_batches, max_norm):
    share = float(Fraction(1, len(micro_batches)))
    optimizer.zero_grad()
    for i in range(0, len(micro_batches)):
        batch = micro_batches[i]
        loss = loss_fn(model(batch[0]), batch[1])
        loss *= share
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), float(max_norm))
    optimizer.step()
    return norm.item()


@corpus.right
def iterator_until_it_stops(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    batches = iter(micro_batches)
    n = len(micro_batches)
    while True:
        try:
            x, y = next(batches)
        except StopIteration:
            break
        else:
            (loss_fn(model(x), y) / n).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def unzipped(model, optimizer, loss_fn, micro_batches, max_norm):
    all_inputs, all_targets = zip(*micro_batches, strict=True)
    outputs = map(model, all_inputs)
    losses = list(map(loss_fn, outputs, all_targets))
    optimizer.zero_grad()
    (sum(losses) / len(losses)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def recursive(model, optimizer, loss_fn, micro_batches, max_norm):
    def accumulate(rest):
        if not rest:
            return
        (x, y), *others = rest
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        accumulate(others)

    optimizer.zero_grad()
    accumulate(micro_batches)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# --- the same outcome with the sum: threshold, step and norm are scaled instead ----------------


@corpus.right
def sum_clipped_at_n_times_the_threshold(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), n * max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(n)
    optimizer.step()
    return norm / n


@corpus.right
def sum_clipped_and_learning_rate_divided(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * n)
    rates = [group["lr"] for group in optimizer.param_groups]
    try:
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] / n
        optimizer.step()
    finally:
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
    return (norm / n).item()


@corpus.right
def divided_and_clipped_by_one_factor(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = math.sqrt(sum((g.double() ** 2).sum().item() for g in grads)) / n
    factor = (max_norm / norm if norm > max_norm else 1.0) / n
    for g in grads:
        g.mul_(factor)
    optimizer.step()
    return norm


# --- gradients collected by hand -----------------------------------------------------------------


@corpus.right
def lists_of_gradients_averaged(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    per_batch = []
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        per_batch.append(torch.autograd.grad(loss, params, allow_unused=True, materialize_grads=True))
    for p, *grads in zip(params, *per_batch, strict=True):
        p.grad = torch.stack(grads).mean(dim=0)
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


@corpus.right
def buffers_by_name_filled_batch_by_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    buffers = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    for x, y in micro_batches:
        model.zero_grad()
        loss_fn(model(x), y).backward()
        for name, p in model.named_parameters():
            if p.grad is not None:
                buffers[name] += p.grad / len(micro_batches)
    for name, p in model.named_parameters():
        if p.requires_grad:
            p.grad = buffers[name]
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.right
def running_mean_of_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for k, (x, y) in enumerate(micro_batches, 1):
        optimizer.zero_grad(set_to_none=True)
        loss_fn(model(x), y).backward()
        for m, p in zip(mean, params, strict=True):
            if p.grad is not None:
                m += (p.grad - m) / k
    for p, m in zip(params, mean, strict=True):
        p.grad = m.clone()
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


@corpus.right
def running_mean_inside_grad(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k, (x, y) in enumerate(micro_batches):
        if k > 0:  # make room: what is there has to count k of k + 1 parts
            for p in model.parameters():
                if p.grad is not None:
                    p.grad *= k / (k + 1)
        (loss_fn(model(x), y) / (k + 1)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def one_copy_of_the_model_per_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    workers = [copy.deepcopy(model) for _ in micro_batches]
    for worker, (x, y) in zip(workers, micro_batches, strict=True):
        loss_fn(worker(x), y).backward()
    for p, *copies in zip(model.parameters(), *(w.parameters() for w in workers), strict=True):
        if all(c.grad is not None for c in copies):
            p.grad = sum(c.grad for c in copies) / len(copies)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def functional_with_torch_func(model, optimizer, loss_fn, micro_batches, max_norm):
    weights = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}

    def mean_loss(weights):
        return sum(loss_fn(functional_call(model, weights, (x,)), y) for x, y in micro_batches) / len(micro_batches)

    grads = torch.func.grad(mean_loss)(weights)
    for name, grad in grads.items():
        model.get_parameter(name).grad = grad
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def flat_vector_reduced(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]

    def flat_gradient(batch):
        x, y = batch
        grads = torch.autograd.grad(loss_fn(model(x), y), params, allow_unused=True)
        return torch.cat([(torch.zeros_like(p) if g is None else g).flatten() for p, g in zip(params, grads)])  # noqa: B905

    gradient = functools.reduce(torch.add, map(flat_gradient, micro_batches)) / len(micro_batches)
    norm = torch.linalg.vector_norm(gradient)
    gradient = gradient * torch.clamp(max_norm / (norm + 1e-12), max=1.0)
    for p, part in zip(params, gradient.split([p.numel() for p in params]), strict=True):
        p.grad = part.view_as(p)
    optimizer.step()
    return norm


# --- the clip and the step by hand ---------------------------------------------------------------


@corpus.right
def total_norm_then_clip_with_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        torch.div(loss_fn(model(x), y), len(micro_batches)).backward()
    total_norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grads_with_norm_(model.parameters(), max_norm, total_norm)
    optimizer.step()
    return total_norm


@corpus.right
def clipped_by_hand(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
    squares = 0.0
    for p in model.parameters():
        if p.grad is not None:
            squares += p.grad.pow(2).sum().item()
    norm = squares**0.5
    if norm > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad.data.mul_(max_norm / norm)
    optimizer.step()
    return norm


@corpus.right
def clipped_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def stepped_by_hand(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    for p in model.parameters():
        p.grad = None
    for x, y in micro_batches:
        (loss_fn(model(x), y) / n).backward()
    norm = math.hypot(*(p.grad.norm().item() for p in model.parameters() if p.grad is not None))
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * factor * p.grad
    return norm


@corpus.right
def norm_with_numpy(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    flat = np.concatenate([p.grad.numpy().ravel() for p in model.parameters() if p.grad is not None])
    norm = float(np.sqrt(np.sum(flat.astype(np.float64) ** 2)))
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def everything_in_a_closure(model, optimizer, loss_fn, micro_batches, max_norm):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss = torch.zeros(())
        for x, y in micro_batches:
            part = loss_fn(model(x), y) / len(micro_batches)
            part.backward()
            loss += part.detach()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        return loss

    optimizer.step(closure)
    return norms[0]


@corpus.right
def clipped_in_a_hook_of_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    seen = {}

    def clip_now(opt, args, kwargs):
        seen["norm"] = clip_grad_norm_(model.parameters(), max_norm)

    handle = optimizer.register_step_pre_hook(clip_now)
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    optimizer.step()
    handle.remove()
    return seen["norm"]


@corpus.right
def divided_in_hooks_of_the_parameters(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    with contextlib.ExitStack() as stack:
        for p in model.parameters():
            if p.requires_grad:
                handle = p.register_hook(lambda grad: grad / len(micro_batches))
                stack.callback(handle.remove)
        for x, y in micro_batches:
            loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


class Accumulator:
    """A student's own small class."""

    def __init__(self, model, optimizer, n):
        self.model, self.optimizer, self.n = model, optimizer, n

    def __enter__(self):
        self.optimizer.zero_grad()
        return self

    def add(self, loss):
        (loss / self.n).backward()

    def __exit__(self, *error):
        self.optimizer.zero_grad()

    def finish(self, max_norm):
        norm = clip_grad_norm_(self.model.parameters(), max_norm)
        self.optimizer.step()
        return norm


@corpus.right
def a_class_of_its_own(model, optimizer, loss_fn, micro_batches, max_norm):
    with Accumulator(model, optimizer, len(micro_batches)) as accumulator:
        for x, y in micro_batches:
            accumulator.add(loss_fn(model(x), y))
        return accumulator.finish(max_norm)


@corpus.right
def weights_tried_out_first(model, optimizer, loss_fn, micro_batches, max_norm):
    # the gradient of the mean loss with respect to copies of the weights, put back into the model
    leaves = {k: v.detach().clone().requires_grad_(v.requires_grad) for k, v in model.named_parameters()}
    for x, y in micro_batches:
        (loss_fn(functional_call(model, leaves, (x,)), y) / len(micro_batches)).backward()
    for name, p in model.named_parameters():
        p.grad = leaves[name].grad
    norm = clip_grad_norm_(list(leaves.values()), max_norm)
    optimizer.step()
    return norm.item()


@corpus.right
def special_case_for_one_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    if len(micro_batches) == 1:
        x, y = micro_batches[0]
        loss_fn(model(x), y).backward()
    else:
        for x, y in micro_batches:
            (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.right
def weights_by_share_of_examples(model, optimizer, loss_fn, micro_batches, max_norm):
    # equal sizes, so every share is 1 / n
    examples = sum(len(targets) for _, targets in micro_batches)
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) * (len(targets) / examples)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm
