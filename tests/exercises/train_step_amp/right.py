"""Right spellings of `train_step_amp`: one clipped SGD step through the gradient scaler that is handed in."""
# ruff: noqa: B905, SIM105 - students write these, and the corpus keeps their spelling

import contextlib
import math

import torch
import torch.nn as nn
from torch.amp import GradScaler
from torch.func import functional_call
from torch.nn.utils import clip_grad_norm_, clip_grads_with_norm_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()


# --- unscale_ first, in many guises --------------------------------------------------------------


@corpus.right
def canonical(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    total_norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return total_norm


@corpus.right
def documented_and_annotated(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scaler: GradScaler,
    loss_fn: nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    max_norm: float,
) -> float:
    """One training step with a scaled loss; returns the norm of the true gradient before clipping."""
    optimizer.zero_grad(set_to_none=True)
    # forward
    predictions = model(inputs)
    loss = loss_fn(predictions, targets)
    # backward through the scaled loss
    scaled_loss = scaler.scale(loss)
    scaled_loss.backward()
    # back to true units, so that max_norm means what it says
    scaler.unscale_(optimizer)
    total_norm = torch.nn.utils.clip_grad_norm_(
        model.parameters(), max_norm=max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=False
    )
    # the scaler skips the step on overflow
    scaler.step(optimizer)
    scaler.update()
    return total_norm.item()


@corpus.right
def zeroed_at_the_end(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad(set_to_none=False)
    return float(norm)


@corpus.right
def zeroed_in_a_context(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    with contextlib.ExitStack() as stack:
        stack.callback(model.zero_grad)
        stack.callback(scaler.update)
        scaler.scale(loss_fn(model(inputs), targets)).backward()
        scaler.unscale_(optimizer)
        norm = clip_grad_norm_(model.parameters(), max_norm)
        scaler.step(optimizer)
        return norm


@corpus.right
def zeroed_between_forward_and_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    for p in model.parameters():
        p.grad = None
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    params = [p for group in optimizer.param_groups for p in group["params"]]
    norm = clip_grad_norm_(params, max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.right
def autocast_that_is_switched_off(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    with torch.autocast(device_type="cpu", enabled=False):
        output = model(inputs)
        loss = loss_fn(output, targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def clipped_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    squares = 0.0
    for p in model.parameters():
        if p.grad is not None:
            squares += p.grad.double().pow(2).sum().item()
    norm = math.sqrt(squares)
    if norm > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def total_norm_then_clip_with_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grads_with_norm_(model.parameters(), max_norm, norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def clipped_twice(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def gradient_rebound(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    owners = [p for p in model.parameters() if p.grad is not None]
    flat = torch.cat([p.grad.reshape(-1) for p in owners])
    norm = torch.linalg.vector_norm(flat)
    flat = torch.where(norm > max_norm, flat * (max_norm / norm), flat)
    for p, part in zip(owners, flat.split([p.numel() for p in owners])):
        p.grad = part.reshape(p.shape)
    scaler.step(optimizer)
    scaler.update()
    return norm.reshape(1)


@corpus.right
def gradients_from_autograd_grad(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    scaled = scaler.scale(loss_fn(model(inputs), targets))
    grads = torch.autograd.grad(scaled, params, allow_unused=True)
    for p, g in zip(params, grads):
        p.grad = g
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(params, max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def functional_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    weights = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    scaler.scale(torch.zeros(()))  # makes the scaler set up its scale
    scale = scaler.get_scale()
    grads = torch.func.grad(lambda w: scale * loss_fn(functional_call(model, w, (inputs,)), targets))(weights)
    for name, grad in grads.items():
        model.get_parameter(name).grad = grad
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def scale_handed_to_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(gradient=scaler.scale(torch.ones_like(loss)))
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def scaled_in_a_list(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    (loss,) = scaler.scale([loss_fn(model(inputs), targets)])
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(list(model.parameters()), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.right
def clipped_in_a_hook_of_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    # scaler.step unscales first and calls optimizer.step only if nothing overflowed
    norms = [float("nan")]

    def clip_now(opt, args, kwargs):
        norms[0] = clip_grad_norm_(model.parameters(), max_norm).item()

    handle = optimizer.register_step_pre_hook(clip_now)
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.step(optimizer)
    scaler.update()
    handle.remove()
    return norms[0]


@corpus.right
def with_local_helpers(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    def backward():
        optimizer.zero_grad()
        scaler.scale(loss_fn(model(inputs), targets)).backward()

    def clip():
        scaler.unscale_(optimizer)
        return clip_grad_norm_(model.parameters(), max_norm)

    def update():
        scaler.step(optimizer)
        scaler.update()

    backward()
    norm = clip()
    update()
    return norm


# --- clipping while still scaled, with a threshold that is scaled as well --------------------------


@corpus.right
def scaled_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    scaled_norm = clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return scaled_norm / scale


@corpus.right
def scaled_threshold_by_state_dict(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scale = scaler.state_dict()["scale"]
    model.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), scale * max_norm).item() / scale
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def threshold_put_through_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss, limit, one = scaler.scale((loss_fn(model(inputs), targets), torch.tensor(float(max_norm)), torch.ones(())))
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), limit.item()) / one
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def one_factor_on_the_scaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.stack([(g.double() / scaler.get_scale()).norm() for g in grads]).norm().item()
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def unscaled_clipped_and_scaled_again(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= scale
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= scale
    scaler.step(optimizer)
    scaler.update()
    return norm


# --- overflow treated openly -----------------------------------------------------------------------


@corpus.right
def steps_itself_if_the_norm_is_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    scaler.update()
    return norm


@corpus.right
def steps_by_hand_if_all_is_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    finite = all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if finite:
        with torch.no_grad():
            for group in optimizer.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.sub_(group["lr"] * p.grad)
    scaler.update()
    return norm.item()


@corpus.right
def no_clipping_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]).item()
    if not math.isfinite(norm):
        scaler.step(optimizer)  # skips
        scaler.update()
        return None
    clip_grads_with_norm_(model.parameters(), max_norm, torch.tensor(norm))
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def returns_early_but_after_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm.isnan() or norm.isinf():
        scaler.update()
        return float("inf")
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def cleans_the_gradients_after_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    # the scaler has noted the overflow already, and skips the step all the same
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    for p in model.parameters():
        if p.grad is not None:
            torch.nan_to_num_(p.grad, nan=0.0, posinf=0.0, neginf=0.0)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def drops_the_gradients_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        optimizer.zero_grad()
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def catches_the_error_of_the_clip(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = torch.tensor(torch.inf)
    try:
        norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    except RuntimeError:
        pass
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.right
def update_in_finally(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    try:
        scaler.scale(loss_fn(model(inputs), targets)).backward()
        scaler.unscale_(optimizer)
        norm = clip_grad_norm_(model.parameters(), max_norm)
        scaler.step(optimizer)
    finally:
        scaler.update()
    return norm.detach().clone()


@corpus.right
def compares_the_scale_before_and_after(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    before = scaler.get_scale()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm).item()
    scaler.step(optimizer)
    scaler.update()
    skipped = scaler.get_scale() < before
    return "skipped" if skipped else norm


@corpus.right
def clips_only_what_is_too_large(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = sum(p.grad.norm() ** 2 for p in model.parameters() if p.grad is not None) ** 0.5
    if norm > max_norm:
        clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.right
def weights_put_back_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if not norm.isfinite():
        with torch.no_grad():
            for p, old in zip(model.parameters(), before):
                p.copy_(old)
    scaler.update()
    return norm
