"""Wrong answers to `train_step`, each labelled with the misconception a fair teacher would name."""

import copy
import math

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
LEARNING_RATE = 0.01
net = nn.Linear(3, 2)
sgd = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE)
squares_so_far = 0.0
norms_so_far = []


# ---------------------------------------------------------------- clip-missing


@corpus.wrong("clip-missing")
def no_clipping_at_all(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in model.parameters()]))
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-missing")
def measures_with_get_total_norm_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-missing")
def clips_to_infinity(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), float("inf"))
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("clip-missing")
def only_reports_that_the_norm_is_large(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += p.grad.pow(2).sum().item()
    grad_norm = math.sqrt(total)
    clipped = False
    if grad_norm > max_norm:
        clipped = True  # noqa: F841
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


# ------------------------------------------------------------- clip-after-step


@corpus.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-after-step")
def scales_by_hand_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    total_norm = sum(p.grad.norm() ** 2 for p in model.parameters()) ** 0.5
    if total_norm > max_norm:
        for p in model.parameters():
            p.grad *= max_norm / total_norm
    return loss.detach(), total_norm


@corpus.wrong("clip-after-step")
def measures_before_and_clips_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    total_norm = get_total_norm(grads)
    optimizer.step()
    clip_grads_with_norm_(model.parameters(), max_norm, total_norm)
    return loss, total_norm


@corpus.wrong("clip-after-step")
def clips_after_the_final_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-after-step")
def clips_after_zeroing_in_place(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    squares = [p.grad.square().sum() for p in model.parameters()]
    grad_norm = torch.stack(squares).sum().sqrt()
    scale = min(1.0, max_norm / (grad_norm.item() + 1e-6))
    for p in model.parameters():
        p.grad.mul_(scale)
    return loss.item(), grad_norm


# -------------------------------------------------------- clip-before-backward


@corpus.wrong("clip-before-backward")
def clips_between_zero_grad_and_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-before-backward")
def clips_before_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-before-backward")
def clips_first_and_measures_later(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    clip_grad_norm_(model.parameters(), max_norm)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-before-backward")
def scales_by_hand_before_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    total = 0.0
    for p in model.parameters():
        if p.grad is not None:
            total += p.grad.norm().item() ** 2
    total_norm = total**0.5
    if total_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / total_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), total_norm


@corpus.wrong("clip-before-backward", "missing-zero-grad")
def clips_the_leaking_gradient_before_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), grad_norm


# ------------------------------------------------------- zero-grad-before-step


@corpus.wrong("zero-grad-before-step")
def zeroes_between_clip_and_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("zero-grad-before-step")
def zeroes_between_backward_and_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.zero_grad()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("zero-grad-before-step")
def zeroes_the_model_in_place_before_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    grad_norm = get_total_norm(grads).item()
    for grad in grads:
        grad.mul_(min(1.0, max_norm / grad_norm))
    model.zero_grad(set_to_none=False)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("zero-grad-before-step")
def drops_each_gradient_before_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        p.grad = None
    optimizer.step()
    return loss, grad_norm


# ----------------------------------------------------------- missing-zero-grad


@corpus.wrong("missing-zero-grad")
def never_zeroes(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("missing-zero-grad")
def forgets_the_parentheses_of_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad  # noqa: B018
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("missing-zero-grad")
def never_zeroes_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.train()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    total_norm = torch.sqrt(sum((p.grad**2).sum() for p in params))
    if total_norm > max_norm:
        for p in params:
            p.grad = p.grad * (max_norm / total_norm)
    optimizer.step()
    return loss.item(), total_norm.item()


@corpus.wrong("missing-zero-grad")
def zeroes_a_local_name_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        grad = p.grad
        if grad is not None:
            grad = torch.zeros_like(grad)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("missing-zero-grad")
def zeroes_the_first_group_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in optimizer.param_groups[0]["params"]:
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


@corpus.wrong("missing-zero-grad")
def zeroes_only_when_it_clips(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if grad_norm > max_norm:
        optimizer.zero_grad()
    return loss.item(), grad_norm.item()


@corpus.wrong("missing-zero-grad", "clip-missing")
def neither_zeroes_nor_clips(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.view(-1) for p in model.parameters()]).norm(2)
    optimizer.step()
    return loss.item(), grad_norm.item()


# ---------------------------------------------------------------- missing-step


@corpus.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@corpus.wrong("missing-step")
def forgets_the_parentheses_of_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step  # noqa: B018
    return loss.detach(), grad_norm


@corpus.wrong("missing-step")
def never_steps_and_zeroes_last(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("missing-step")
def updates_a_local_name_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p = p - group["lr"] * p.grad
    return loss.item(), grad_norm


# ------------------------------------------------------------ missing-backward


@corpus.wrong("missing-backward")
def never_calls_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("missing-backward")
def forgets_the_parentheses_of_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward  # noqa: B018
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


@corpus.wrong("missing-backward")
def norm_of_gradients_that_were_never_computed(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    total_norm = sum(p.grad.norm() ** 2 for p in model.parameters()) ** 0.5
    if total_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / total_norm)
    optimizer.step()
    return loss.item(), total_norm.item()


@corpus.wrong("missing-backward")
def never_calls_backward_and_skips_empty_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total_norm = math.sqrt(sum(g.norm().item() ** 2 for g in grads))
    for g in grads:
        g.mul_(min(1.0, max_norm / (total_norm + 1e-6)))
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), total_norm


@corpus.wrong("missing-backward", "clip-not-in-place", "missing-step")
def never_hands_autograd_gradients_to_the_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    grads = torch.autograd.grad(loss, list(model.parameters()))
    total_norm = get_total_norm(grads)
    if total_norm > max_norm:
        grads = [g * max_norm / total_norm for g in grads]
    optimizer.step()
    return loss.item(), total_norm.item()


# -------------------------------------------------------- step-before-backward


@corpus.wrong("step-before-backward")
def steps_between_zero_grad_and_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    optimizer.step()
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@corpus.wrong("step-before-backward")
def steps_between_forward_and_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss.detach(), grad_norm


@corpus.wrong("step-before-backward")
def starts_with_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.step()
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in params]))
    if grad_norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / grad_norm)
    return loss.item(), grad_norm.item()


@corpus.wrong("step-before-backward")
def steps_right_after_zeroing_in_place(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    grad_norm = get_total_norm(grads)
    clip_grads_with_norm_(model.parameters(), max_norm, grad_norm)
    return loss, grad_norm


@corpus.wrong("step-before-backward", "missing-zero-grad")
def steps_before_backward_and_never_zeroes(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.step()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm


# --------------------------------------------------------------- detached-loss


@corpus.wrong("detached-loss")
def backward_on_a_python_number(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets).item()
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm.item()


@corpus.wrong("detached-loss")
def backward_on_a_detached_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets).detach()
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


@corpus.wrong("detached-loss")
def detaches_the_outputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs).detach()
    loss = loss_fn(outputs, targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("detached-loss")
def forward_under_no_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    with torch.no_grad():
        loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("detached-loss")
def silences_the_error_with_requires_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets).item()
    loss = torch.tensor(loss, requires_grad=True)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("detached-loss")
def makes_detached_outputs_require_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs).data
    outputs.requires_grad_()
    loss = loss_fn(outputs, targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


# ------------------------------------------------------------- double-backward


@corpus.wrong("double-backward")
def calls_backward_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(retain_graph=True)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("double-backward")
def backward_twice_through_a_freed_graph(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("double-backward")
def one_backward_to_measure_another_to_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(retain_graph=True)
    grad_norm = get_total_norm([p.grad for p in model.parameters()]).item()
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("double-backward")
def runs_forward_and_backward_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    grad_norm = torch.cat([p.grad.flatten() for p in params]).norm()
    if grad_norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


# ----------------------------------------------------------------- double-step


@corpus.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("double-step")
def updates_by_hand_and_steps(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p -= group["lr"] * p.grad
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("double-step")
def steps_once_per_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    for _group in optimizer.param_groups:
        optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("double-step")
def steps_when_clipped_and_again_anyway(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad *= max_norm / grad_norm
        optimizer.step()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("double-step", "clip-after-step")
def steps_before_and_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


# ------------------------------------------------------ clip-misses-parameters


@corpus.wrong("clip-misses-parameters")
def clips_the_last_layer_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    last_layer = list(model.parameters())[-2:]
    grad_norm = clip_grad_norm_(last_layer, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-misses-parameters")
def clips_the_first_group_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(optimizer.param_groups[0]["params"], max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-misses-parameters")
def clips_only_the_weights_by_name(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    weights = [p for name, p in model.named_parameters() if "weight" in name]
    grad_norm = clip_grad_norm_(weights, max_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("clip-misses-parameters")
def scales_only_the_matrices(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm > max_norm:
        for p in model.parameters():
            if p.dim() > 1:
                p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-misses-parameters")
def measures_all_but_scales_the_first_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.pow(2).sum() for g in optimizer.param_groups for p in g["params"])
    grad_norm = total.sqrt()
    scale = torch.clamp(max_norm / (grad_norm + 1e-6), max=1.0)
    for p in optimizer.param_groups[0]["params"]:
        p.grad.mul_(scale)
    optimizer.step()
    return loss, grad_norm


@corpus.wrong("clip-misses-parameters")
def scales_only_the_loop_variable_left_over(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += p.grad.norm().item() ** 2
    grad_norm = total**0.5
    if grad_norm > max_norm:
        p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("clip-misses-parameters")
def clips_only_the_first_tensor(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in model.parameters()]))
    clip_grad_norm_(next(model.parameters()), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-misses-parameters", "wrong-norm")
def scales_all_by_the_norm_of_the_weights_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    weight_grads = [p.grad for name, p in model.named_parameters() if name.endswith("weight")]
    grad_norm = get_total_norm(weight_grads)
    clip_grads_with_norm_(model.parameters(), max_norm, grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


# ---------------------------------------------------------- clip-wrong-tensors


@corpus.wrong("clip-wrong-tensors")
def passes_gradients_to_the_clip_function(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    grad_norm = clip_grad_norm_(grads, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-wrong-tensors")
def passes_state_dict_values(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.state_dict().values(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-wrong-tensors")
def passes_detached_parameters(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    clip_grad_norm_([p.data for p in model.parameters()], max_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("clip-wrong-tensors")
def scales_gradients_of_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in model.parameters()]
    total_norm = get_total_norm(grads)
    clip_grads_with_norm_(grads, max_norm, total_norm)
    optimizer.step()
    return loss.item(), total_norm.item()


@corpus.wrong("clip-wrong-tensors")
def clips_a_copy_of_the_model(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clipped = copy.deepcopy(model)
    for p, q in zip(model.parameters(), clipped.parameters(), strict=True):
        q.grad = p.grad.clone()
    grad_norm = clip_grad_norm_(clipped.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


@corpus.wrong("clip-wrong-tensors", "clips-loss")
def passes_the_loss_to_the_clip_function(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(loss, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


# --------------------------------------------------------- exhausted-generator


@corpus.wrong("exhausted-generator")
def measures_then_clips_a_spent_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = model.parameters()
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in params]))
    clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("exhausted-generator")
def scales_over_a_spent_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = model.parameters()
    total_norm = sum(p.grad.pow(2).sum() for p in params).sqrt()
    if total_norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / total_norm)
    optimizer.step()
    return loss.detach(), total_norm


@corpus.wrong("exhausted-generator")
def zeroes_with_the_generator_it_clips(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = model.parameters()
    for p in params:
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("exhausted-generator")
def clips_a_spent_filter(model, optimizer, loss_fn, inputs, targets, max_norm):
    trainable = filter(lambda p: p.requires_grad, model.parameters())
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad for p in trainable]
    grad_norm = get_total_norm(grads)
    clip_grads_with_norm_(trainable, max_norm, grad_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


# ----------------------------------------------------------- clip-not-in-place


@corpus.wrong("clip-not-in-place")
def multiplies_and_drops_the_result(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = get_total_norm([p.grad for p in model.parameters()])
    if total_norm > max_norm:
        for p in model.parameters():
            p.grad * (max_norm / total_norm)
    optimizer.step()
    return loss.item(), total_norm.item()


@corpus.wrong("clip-not-in-place")
def calls_mul_without_the_underscore(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.reshape(-1) for p in model.parameters()]).norm()
    scale = torch.clamp(max_norm / (grad_norm + 1e-6), max=1.0)
    for p in model.parameters():
        p.grad.mul(scale)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-not-in-place")
def rebinds_a_local_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += (p.grad**2).sum()
    grad_norm = total**0.5
    for p in model.parameters():
        grad = p.grad
        if grad_norm > max_norm:
            grad = grad * max_norm / grad_norm
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


@corpus.wrong("clip-not-in-place")
def builds_a_clipped_list_and_forgets_it(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grads = [p.grad.clone() for p in model.parameters()]
    grad_norm = math.sqrt(sum(g.norm().item() ** 2 for g in grads))
    if grad_norm > max_norm:
        for g in grads:
            g *= max_norm / grad_norm
    optimizer.step()
    return loss.item(), grad_norm


# ---------------------------------------------------------- clip-per-parameter


@corpus.wrong("clip-per-parameter")
def clips_every_tensor_on_its_own(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norms = [clip_grad_norm_(p, max_norm) for p in model.parameters()]
    optimizer.step()
    return loss.item(), torch.stack(norms).norm().item()


@corpus.wrong("clip-per-parameter")
def scales_every_tensor_by_its_own_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        norm = p.grad.norm()
        total += norm**2
        if norm > max_norm:
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return loss.detach(), total.sqrt()


@corpus.wrong("clip-per-parameter")
def clips_every_layer_on_its_own(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = get_total_norm([p.grad for p in model.parameters()]).item()
    for module in model.modules():
        own = list(module.parameters(recurse=False))
        clip_grad_norm_(own, max_norm)
    optimizer.step()
    return loss.item(), total_norm


@corpus.wrong("clip-per-parameter")
def clips_every_group_on_its_own(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = 0.0
    for group in optimizer.param_groups:
        squares += clip_grad_norm_(group["params"], max_norm).item() ** 2
    optimizer.step()
    return loss.item(), squares**0.5


@corpus.wrong("clip-per-parameter")
def clips_every_tensor_and_returns_the_last_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for p in model.parameters():
        grad_norm = p.grad.norm()
        p.grad = p.grad * min(1.0, max_norm / (grad_norm.item() + 1e-6))
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


# --------------------------------------------------------------- clip-by-value


@corpus.wrong("clip-by-value")
def calls_clip_grad_value(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clip-by-value")
def clamps_every_element(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters()))
    for p in model.parameters():
        p.grad.clamp_(-max_norm, max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-by-value")
def clamps_only_when_the_norm_is_large(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item()
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad = torch.clamp(p.grad, min=-max_norm, max=max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("clip-by-value")
def clamps_from_above_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = 0.0
    for p in model.parameters():
        squares += p.grad.pow(2).sum()
        p.grad[p.grad > max_norm] = max_norm
    optimizer.step()
    return loss, squares.sqrt()


@corpus.wrong("clip-by-value", "wrong-return-type")
def returns_what_clip_grad_value_returns(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm


# ------------------------------------------------------------------ wrong-norm


@corpus.wrong("wrong-norm")
def clips_the_l1_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm, norm_type=1)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-norm")
def clips_the_largest_element(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm, norm_type="inf")
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("wrong-norm")
def clips_the_largest_tensor_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = max(p.grad.norm().item() for p in model.parameters())
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-norm")
def adds_the_norms_up(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = sum(p.grad.norm() for p in model.parameters())
    clip_grads_with_norm_(model.parameters(), max_norm, total_norm)
    optimizer.step()
    return loss.item(), total_norm


@corpus.wrong("wrong-norm")
def forgets_the_square_root(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = 0.0
    for p in model.parameters():
        total_norm += (p.grad**2).sum().item()
    if total_norm > max_norm:
        for p in model.parameters():
            p.grad *= max_norm / total_norm
    optimizer.step()
    return loss.item(), total_norm


@corpus.wrong("wrong-norm")
def takes_the_root_of_unsquared_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += p.grad.norm(2)
    total_norm = total**0.5
    for p in model.parameters():
        p.grad.mul_(torch.clamp(max_norm / total_norm, max=1.0))
    optimizer.step()
    optimizer.zero_grad()
    return loss, total_norm


@corpus.wrong("wrong-norm")
def averages_the_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.stack([p.grad.norm() for p in model.parameters()]).mean()
    clip_grads_with_norm_(model.parameters(), max_norm, grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-norm")
def takes_the_root_mean_square(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    flat = torch.cat([p.grad.flatten() for p in model.parameters()])
    grad_norm = flat.pow(2).mean().sqrt()
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("wrong-norm")
def counts_nested_modules_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = 0.0
    for module in model.modules():
        for p in module.parameters():
            squares += p.grad.norm().item() ** 2
    grad_norm = math.sqrt(squares)
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-norm")
def adds_to_a_global_total(model, optimizer, loss_fn, inputs, targets, max_norm):
    global squares_so_far
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for p in model.parameters():
        squares_so_far += p.grad.norm().item() ** 2
    grad_norm = squares_so_far**0.5
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-norm")
def scales_by_the_running_total_inside_the_loop(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for p in model.parameters():
        total += p.grad.norm().item() ** 2
        total_norm = total**0.5
        if total_norm > max_norm:
            p.grad.mul_(max_norm / total_norm)
    optimizer.step()
    return loss.item(), total_norm


@corpus.wrong("wrong-norm")
def measures_the_weights_and_not_the_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = get_total_norm(model.parameters())
    clip_grads_with_norm_(model.parameters(), max_norm, total_norm)
    optimizer.step()
    return loss.item(), total_norm.item()


@corpus.wrong("wrong-norm", "clip-misses-parameters")
def overwrites_the_total_in_the_loop(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for p in model.parameters():
        total = p.grad.pow(2).sum()
    grad_norm = total.sqrt()
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-norm")
def clips_well_but_returns_the_sum_of_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = sum(p.grad.norm().item() for p in model.parameters())
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-norm")
def clips_well_but_returns_the_squared_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = sum((p.grad**2).sum() for p in model.parameters())
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), squares


@corpus.wrong("wrong-norm")
def clips_well_but_returns_the_mean_of_all_calls(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norms_so_far.append(clip_grad_norm_(model.parameters(), max_norm).item())
    optimizer.step()
    return loss.item(), sum(norms_so_far) / len(norms_so_far)


# ------------------------------------------------------------- wrong-threshold


@corpus.wrong("wrong-threshold")
def hard_codes_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-threshold")
def hard_codes_five_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    max_norm = 5.0
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


@corpus.wrong("wrong-threshold")
def squares_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm**2)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("wrong-threshold")
def compares_with_the_squared_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))
    if grad_norm > max_norm**2:
        for p in model.parameters():
            p.grad.mul_(max_norm**2 / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-threshold")
def scales_to_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in model.parameters()]))
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.div_(grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-threshold")
def turns_the_ratio_upside_down(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = sum((p.grad**2).sum() for p in model.parameters()).sqrt()
    if total_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(total_norm / max_norm)
    optimizer.step()
    return loss.item(), total_norm


@corpus.wrong("wrong-threshold")
def shares_the_threshold_among_the_batch(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm / len(inputs))
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("wrong-threshold", "wrong-norm")
def swaps_threshold_and_norm_type(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), 2.0, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


# ------------------------------------------------------------- always-rescales


@corpus.wrong("always-rescales")
def scales_without_a_condition(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    for p in model.parameters():
        p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("always-rescales")
def forgets_to_cap_the_factor_at_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = 0.0
    for group in optimizer.param_groups:
        for p in group["params"]:
            total += p.grad.norm().item() ** 2
    grad_norm = total**0.5
    factor = max_norm / (grad_norm + 1e-6)
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad *= factor
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("always-rescales")
def normalizes_to_unit_length_first(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    flat = torch.cat([p.grad.flatten() for p in model.parameters()])
    grad_norm = torch.linalg.vector_norm(flat)
    for p in model.parameters():
        unit = p.grad / grad_norm
        p.grad = unit * max_norm
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("always-rescales")
def clips_then_scales_small_ones_up(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    if grad_norm < max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss, grad_norm


# ---------------------------------------------------------- inverted-condition


@corpus.wrong("inverted-condition")
def scales_when_the_norm_is_small(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm < max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("inverted-condition")
def takes_the_maximum_with_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
    scale = max(1.0, max_norm / grad_norm)
    for p in model.parameters():
        p.grad *= scale
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("inverted-condition")
def clamps_the_factor_from_below(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    factor = torch.clamp(max_norm / (grad_norm + 1e-6), min=1.0)
    for p in model.parameters():
        p.grad.mul_(factor)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("inverted-condition", "wrong-threshold")
def shrinks_small_gradients_by_the_inverse_ratio(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()]).item()
    scale = min(1.0, grad_norm / max_norm)
    for p in model.parameters():
        p.grad.mul_(scale)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("inverted-condition", "clip-missing")
def calls_the_library_only_when_small(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm <= max_norm:
        clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


# ----------------------------------------------------------------- clips-twice


@corpus.wrong("clips-twice")
def scales_again_when_the_returned_norm_is_large(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clips-twice")
def passes_the_returned_norm_on(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total_norm = clip_grad_norm_(model.parameters(), max_norm)
    clip_grads_with_norm_(model.parameters(), max_norm, total_norm)
    optimizer.step()
    return loss.detach(), total_norm


@corpus.wrong("clips-twice")
def scales_by_hand_then_with_the_old_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    total_norm = get_total_norm([p.grad for p in params])
    if total_norm > max_norm:
        for p in params:
            p.grad = p.grad * (max_norm / total_norm)
    clip_grads_with_norm_(params, max_norm, total_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss, total_norm


@corpus.wrong("clips-twice")
def applies_the_factor_in_the_update_too(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm).item()
    scale = min(1.0, max_norm / (grad_norm + 1e-6))
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p -= group["lr"] * scale * p.grad
    return loss.item(), grad_norm


# --------------------------------------------------------------- clips-weights


@corpus.wrong("clips-weights")
def scales_the_weights_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    optimizer.step()
    with torch.no_grad():
        weight_norm = get_total_norm(model.parameters())
        if weight_norm > max_norm:
            for p in model.parameters():
                p.mul_(max_norm / weight_norm)
    return loss.item(), grad_norm.item()


@corpus.wrong("clips-weights")
def clamps_the_weights_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))
    optimizer.step()
    optimizer.zero_grad()
    for p in model.parameters():
        p.data.clamp_(-max_norm, max_norm)
    return loss.item(), grad_norm


@corpus.wrong("clips-weights")
def scales_the_weights_by_the_gradient_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    if grad_norm > max_norm:
        for p in model.parameters():
            p.data *= max_norm / grad_norm
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clips-weights")
def scales_the_parameter_vector_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    vector = parameters_to_vector(model.parameters()).detach()
    if vector.norm() > max_norm:
        vector_to_parameters(vector * max_norm / vector.norm(), model.parameters())
    optimizer.step()
    return loss, grad_norm


# ------------------------------------------------------------------ clips-loss


@corpus.wrong("clips-loss")
def clamps_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    torch.clamp(loss, max=max_norm).backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clips-loss")
def scales_a_large_loss_down(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    clipped_loss = loss * min(1.0, max_norm / loss.item())
    clipped_loss.backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in model.parameters()]))
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clips-loss")
def replaces_a_large_loss_by_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss = torch.minimum(loss, torch.tensor(max_norm))
    loss.backward()
    grad_norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


# ----------------------------------------------------------- clips-activations


@corpus.wrong("clips-activations")
def clamps_the_outputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = torch.clamp(model(inputs), -max_norm, max_norm)
    loss = loss_fn(outputs, targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("clips-activations")
def scales_the_outputs_by_their_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs)
    output_norm = outputs.norm()
    if output_norm > max_norm:
        outputs = outputs * (max_norm / output_norm)
    loss = loss_fn(outputs, targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clips-activations")
def clamps_every_layer_with_hooks(model, optimizer, loss_fn, inputs, targets, max_norm):
    hooks = [
        child.register_forward_hook(lambda module, args, out: out.clamp(-max_norm, max_norm))
        for child in model.children()
    ]
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for hook in hooks:
        hook.remove()
    grad_norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("clips-activations")
def clamps_the_inputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    inputs = inputs.clamp(-max_norm, max_norm)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = sum((p.grad**2).sum() for p in model.parameters()).sqrt()
    optimizer.step()
    optimizer.zero_grad()
    return loss, grad_norm


# ---------------------------------------------------------------- clips-update


@corpus.wrong("clips-update")
def clips_learning_rate_times_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    lr = optimizer.param_groups[0]["lr"]
    updates = [lr * p.grad for p in model.parameters()]
    update_norm = get_total_norm(updates)
    with torch.no_grad():
        for p, update in zip(model.parameters(), updates, strict=True):
            if update_norm > max_norm:
                update = update * max_norm / update_norm
            p.sub_(update)
    return loss.item(), grad_norm.item()


@corpus.wrong("clips-update")
def clips_the_distance_moved(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in model.parameters()]))
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.step()
    with torch.no_grad():
        moves = [p - b for p, b in zip(model.parameters(), before, strict=True)]
        distance = get_total_norm(moves)
        if distance > max_norm:
            for p, b, move in zip(model.parameters(), before, moves, strict=True):
                p.copy_(b + move * max_norm / distance)
    return loss.detach(), grad_norm


@corpus.wrong("clips-update")
def clips_the_parameter_vector_difference(model, optimizer, loss_fn, inputs, targets, max_norm):
    old = parameters_to_vector(model.parameters()).detach().clone()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
    optimizer.step()
    optimizer.zero_grad()
    delta = parameters_to_vector(model.parameters()).detach() - old
    scale = min(1.0, max_norm / (delta.norm().item() + 1e-6))
    vector_to_parameters(old + scale * delta, model.parameters())
    return loss.item(), grad_norm


@corpus.wrong("clips-update")
def shrinks_the_learning_rate_for_good(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()]).item()
    if grad_norm > max_norm:
        for group in optimizer.param_groups:
            group["lr"] *= max_norm / grad_norm
    optimizer.step()
    return loss.item(), grad_norm


# ------------------------------------------------------------ clip-per-example


@corpus.wrong("clip-per-example")
def clips_each_example_and_averages(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    sums = [torch.zeros_like(p) for p in params]
    total_loss = 0.0
    norms = []
    for x, y in zip(inputs, targets, strict=True):
        optimizer.zero_grad()
        loss = loss_fn(model(x.unsqueeze(0)), y.unsqueeze(0))
        loss.backward()
        norms.append(clip_grad_norm_(params, max_norm).item())
        total_loss += loss.item()
        for s, p in zip(sums, params, strict=True):
            s += p.grad
    for s, p in zip(sums, params, strict=True):
        p.grad = s / len(inputs)
    optimizer.step()
    return total_loss / len(inputs), sum(norms) / len(norms)


@corpus.wrong("clip-per-example")
def clips_each_example_after_measuring_the_batch(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    loss = loss_fn(model(inputs), targets)
    grad_norm = get_total_norm(torch.autograd.grad(loss, params))
    for p in params:
        p.grad = torch.zeros_like(p)
    for i in range(len(inputs)):
        example_loss = loss_fn(model(inputs[i : i + 1]), targets[i : i + 1])
        grads = torch.autograd.grad(example_loss, params)
        norm = get_total_norm(grads)
        for p, g in zip(params, grads, strict=True):
            p.grad += g * min(1.0, max_norm / norm.item()) / len(inputs)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-per-example")
def clips_while_accumulating_examples(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    batch_loss = 0.0
    for i in range(len(inputs)):
        loss = loss_fn(model(inputs[i : i + 1]), targets[i : i + 1]) / len(inputs)
        loss.backward()
        grad_norm = clip_grad_norm_(model.parameters(), max_norm)
        batch_loss += loss.item()
    optimizer.step()
    return batch_loss, grad_norm.item()


# ------------------------------------------------------ clip-each-micro-batch


@corpus.wrong("clip-each-micro-batch")
def clips_after_each_half_while_accumulating(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    batch_loss = 0.0
    for x, y in zip(inputs.chunk(2), targets.chunk(2), strict=True):
        loss = loss_fn(model(x), y) * len(x) / len(inputs)
        loss.backward()
        grad_norm = clip_grad_norm_(model.parameters(), max_norm)
        batch_loss += loss.item()
    optimizer.step()
    return batch_loss, grad_norm.item()


@corpus.wrong("clip-each-micro-batch")
def adds_up_separately_clipped_halves(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    clipped = [torch.zeros_like(p) for p in params]
    raw = [torch.zeros_like(p) for p in params]
    batch_loss = 0.0
    for x, y in zip(inputs.chunk(2), targets.chunk(2), strict=True):
        weight = len(x) / len(inputs)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        for r, p in zip(raw, params, strict=True):
            r += weight * p.grad
        clip_grad_norm_(params, max_norm)
        for c, p in zip(clipped, params, strict=True):
            c += weight * p.grad
        batch_loss += weight * loss.item()
    for c, p in zip(clipped, params, strict=True):
        p.grad = c
    optimizer.step()
    return batch_loss, get_total_norm(raw)


@corpus.wrong("clip-each-micro-batch")
def scales_pairs_of_examples_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    loss = loss_fn(model(inputs), targets)
    grad_norm = get_total_norm(torch.autograd.grad(loss, params))
    optimizer.zero_grad()
    for p in params:
        p.grad = torch.zeros_like(p)
    for x, y in zip(inputs.split(2), targets.split(2), strict=True):
        grads = torch.autograd.grad(loss_fn(model(x), y), params)
        norm = get_total_norm(grads)
        scale = torch.clamp(max_norm / norm, max=1.0) * len(x) / len(inputs)
        for p, g in zip(params, grads, strict=True):
            p.grad += g * scale
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("clip-each-micro-batch", "double-step")
def clips_and_steps_on_each_half(model, optimizer, loss_fn, inputs, targets, max_norm):
    batch_loss = loss_fn(model(inputs), targets).item()
    for x, y in zip(inputs.chunk(2), targets.chunk(2), strict=True):
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        grad_norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return batch_loss, grad_norm


# ----------------------------------------------------------- skips-large-steps


@corpus.wrong("skips-large-steps")
def returns_early_when_the_norm_is_large(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm > max_norm:
        return loss.item(), grad_norm.item()
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("skips-large-steps")
def clips_but_steps_only_when_the_norm_is_small(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    if grad_norm <= max_norm:
        optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("skips-large-steps")
def zeroes_large_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.zero_()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("skips-large-steps")
def drops_large_gradients_with_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    if grad_norm > max_norm:
        optimizer.zero_grad()
    optimizer.step()
    return loss, grad_norm


# ------------------------------------------------------------- gradient-ascent


@corpus.wrong("gradient-ascent")
def maximizes_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (-loss).backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("gradient-ascent")
def flips_the_gradient_while_scaling(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    scale = torch.clamp(max_norm / (grad_norm + 1e-6), max=1.0)
    for p in model.parameters():
        p.grad = -scale * p.grad
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("gradient-ascent")
def adds_the_gradient_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                p += group["lr"] * p.grad
    return loss.item(), grad_norm


@corpus.wrong("gradient-ascent", "wrong-loss")
def returns_and_descends_the_negated_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = -loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm.item()


# ------------------------------------------------------------- missing-unscale


@corpus.wrong("missing-unscale")
def clips_before_the_scaler_unscales(model, optimizer, loss_fn, inputs, targets, max_norm):
    scaler = torch.amp.GradScaler("cpu")
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item(), grad_norm.item()


@corpus.wrong("missing-unscale")
def divides_the_scale_out_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    scale = 1024.0
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (loss * scale).backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        p.grad.div_(scale)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("missing-unscale")
def never_divides_the_scale_out(model, optimizer, loss_fn, inputs, targets, max_norm):
    scale = 128.0
    loss = loss_fn(model(inputs), targets)
    (scale * loss).backward()
    grad_norm = torch.norm(torch.stack([p.grad.norm() for p in model.parameters()])).item()
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("missing-unscale")
def calls_unscale_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return loss, grad_norm / 256.0


# ----------------------------------------------------------- ignores-arguments


@corpus.wrong("ignores-arguments")
def trains_the_global_model(model, optimizer, loss_fn, inputs, targets, max_norm):
    sgd.zero_grad()
    loss = loss_fn(net(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(net.parameters(), max_norm)
    sgd.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("ignores-arguments")
def forwards_through_the_global_model(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(net(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("ignores-arguments")
def steps_the_global_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    sgd.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    sgd.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("ignores-arguments", "wrong-threshold")
def clips_to_the_global_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm > MAX_NORM:
        for p in model.parameters():
            p.grad.mul_(MAX_NORM / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("ignores-arguments", "clip-wrong-tensors")
def clips_the_global_model(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(net.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("ignores-arguments")
def makes_its_own_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


@corpus.wrong("ignores-arguments")
def updates_with_the_global_learning_rate(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for p in model.parameters():
            p -= LEARNING_RATE * p.grad
    return loss.item(), grad_norm.item()


# -------------------------------------------------------- returns-clipped-norm


@corpus.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("returns-clipped-norm")
def returns_the_norm_of_a_second_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("returns-clipped-norm")
def returns_the_smaller_of_norm_and_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
        grad_norm = max_norm
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), grad_norm


@corpus.wrong("returns-clipped-norm")
def measures_by_hand_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    grad_norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    return loss, grad_norm


@corpus.wrong("returns-clipped-norm", "missing-zero-grad")
def never_zeroes_and_measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    grad_norm = sum((p.grad**2).sum() for p in model.parameters()).sqrt()
    optimizer.step()
    return loss.item(), grad_norm.item()


# ------------------------------------------------------------- not-implemented


@corpus.wrong("not-implemented")
def only_passes(model, optimizer, loss_fn, inputs, targets, max_norm):
    pass


@corpus.wrong("not-implemented")
def only_an_ellipsis(model, optimizer, loss_fn, inputs, targets, max_norm): ...


@corpus.wrong("not-implemented")
def raises_not_implemented_error(model, optimizer, loss_fn, inputs, targets, max_norm):
    raise NotImplementedError("your code here")


@corpus.wrong("not-implemented")
def only_returns_none(model, optimizer, loss_fn, inputs, targets, max_norm):
    # TODO: zero_grad, forward, backward, clip, step
    return None


@corpus.wrong("not-implemented")
def only_a_docstring(model, optimizer, loss_fn, inputs, targets, max_norm):
    """One training step with gradient-norm clipping."""


@corpus.wrong("not-implemented", "wrong-return-type")
def leaves_both_results_none(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = None  # TODO
    grad_norm = None  # TODO
    return loss, grad_norm


# ---------------------------------------------------------------------- raises


@corpus.wrong("raises")
def returns_an_undefined_name(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total_norm  # noqa: F821


@corpus.wrong("raises")
def stacks_gradients_of_unlike_shapes(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.stack([p.grad for p in model.parameters()]).norm()
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("raises")
def changes_leaves_in_place_with_autograd_on(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    for group in optimizer.param_groups:
        for p in group["params"]:
            p -= group["lr"] * p.grad
    return loss.detach(), grad_norm


@corpus.wrong("raises")
def leaves_the_factor_unset_for_small_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    if grad_norm > max_norm:
        scale = max_norm / grad_norm
    for p in model.parameters():
        p.grad.mul_(scale)
    optimizer.step()
    return loss.item(), grad_norm


@corpus.wrong("raises")
def asserts_that_the_returned_norm_was_clipped(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    assert grad_norm <= max_norm, "clipping failed"
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("raises")
def takes_the_torch_root_of_a_float(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.sqrt(sum(p.grad.norm().item() ** 2 for p in model.parameters()))
    if grad_norm > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / grad_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


# ----------------------------------------------------------- wrong-return-type


@corpus.wrong("wrong-return-type")
def returns_only_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@corpus.wrong("wrong-return-type")
def prints_and_returns_nothing(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    print(loss.item(), grad_norm.item())


@corpus.wrong("wrong-return-type")
def returns_three_values(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs)
    loss = loss_fn(outputs, targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item(), outputs


@corpus.wrong("wrong-return-type")
def returns_text(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return f"loss: {loss.item():.4f}", f"grad_norm: {grad_norm.item():.4f}"


@corpus.wrong("wrong-return-type")
def returns_a_dict(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return {"loss": loss.item(), "grad_norm": grad_norm.item()}


@corpus.wrong("wrong-return-type")
def returns_the_whole_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    gradient = torch.cat([p.grad.flatten() for p in model.parameters()])
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), gradient


@corpus.wrong("wrong-return-type")
def returns_a_norm_per_tensor(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norms = [p.grad.norm().item() for p in model.parameters()]
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item(), norms


@corpus.wrong("wrong-return-type", "wrong-loss", "wrong-norm")
def returns_norm_and_loss_swapped(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return grad_norm.item(), loss.item()


# ------------------------------------------------------------- wrong-signature


@corpus.wrong("wrong-signature")
def takes_no_threshold(model, optimizer, loss_fn, inputs, targets):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), MAX_NORM)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-signature")
def takes_the_data_before_the_optimizer(model, inputs, targets, optimizer, loss_fn, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-signature")
def takes_one_batch_argument(model, optimizer, loss_fn, batch, max_norm):
    inputs, targets = batch
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.detach(), grad_norm


@corpus.wrong("wrong-signature")
def takes_self_as_well(self, model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


# ------------------------------------------------------------------ wrong-loss


@corpus.wrong("wrong-loss")
def returns_the_loss_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    with torch.no_grad():
        loss = loss_fn(model(inputs), targets)
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-loss")
def returns_the_loss_summed_over_the_batch(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item() * len(inputs), grad_norm


@corpus.wrong("wrong-loss")
def trains_on_the_first_example_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs[:1]), targets[:1])
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach(), grad_norm


@corpus.wrong("wrong-loss")
def adds_a_weight_penalty(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss = loss + 0.01 * sum(p.pow(2).sum() for p in model.parameters())
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@corpus.wrong("wrong-loss")
def applies_softmax_to_the_outputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = torch.softmax(model(inputs), dim=-1)
    loss = loss_fn(outputs, targets)
    loss.backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm


@corpus.wrong("wrong-loss")
def returns_the_mean_output_as_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs)
    loss_fn(outputs, targets).backward()
    grad_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return outputs.mean().item(), grad_norm.item()


@corpus.wrong("wrong-loss", "returns-clipped-norm")
def returns_the_loss_and_norm_of_the_end(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    grad_norm = get_total_norm([p.grad for p in model.parameters()])
    loss = loss_fn(model(inputs), targets)
    return loss.item(), grad_norm.item()
