"""Wrong answers to `train_step_amp`, each labelled with the misconception a fair teacher would name."""

import copy
import math

import torch
from torch.amp import GradScaler
from torch.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)

from tests.exercises.corpus import Corpus

corpus = Corpus()

# What a student's notebook has lying around when the cell runs.
MAX_NORM = 1.0
grad_scaler = GradScaler("cpu")
calls_so_far = {}


# ------------------------------------------------------------- missing-unscale


@corpus.wrong("missing-unscale")
def clips_scaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    total_norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return total_norm


@corpus.wrong("missing-unscale")
def clips_scaled_gradients_and_unscales_the_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm) / scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("missing-unscale")
def forgets_the_call_of_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_  # noqa: B018
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-unscale")
def unscales_copies(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    unscaled = [p.grad / scaler.get_scale() for p in model.parameters() if p.grad is not None]
    norm = get_total_norm(unscaled)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-unscale")
def unscales_in_the_first_call_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    first = id(optimizer) not in calls_so_far
    calls_so_far[id(optimizer)] = optimizer
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    if first:
        scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-unscale")
def unscales_the_first_group_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    first_group = [p for p in optimizer.param_groups[0]["params"] if p.grad is not None]
    for p in first_group:
        p.grad /= scale
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for p in first_group:
        p.grad *= scale
    scaler.step(optimizer)
    scaler.update()
    return norm


# ----------------------------------------------------------- unscale-after-clip


@corpus.wrong("unscale-after-clip")
def unscales_between_clip_and_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("unscale-after-clip")
def clips_unscales_and_divides_the_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm).item()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm / scale


@corpus.wrong("unscale-after-clip")
def clips_first_and_measures_after_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("unscale-after-clip")
def decides_before_and_unscales_after(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    scaled_norm = torch.cat([g.flatten() for g in grads]).norm()
    factor = torch.clamp(max_norm / (scaled_norm + 1e-6), max=1.0)
    scaler.unscale_(optimizer)
    norm = get_total_norm(grads)
    for g in grads:
        g.mul_(factor)
    scaler.step(optimizer)
    scaler.update()
    return norm


# --------------------------------------------------------------- double-unscale


@corpus.wrong("double-unscale")
def calls_unscale_twice(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("double-unscale")
def divides_by_hand_and_lets_step_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("double-unscale")
def unscales_and_divides(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(scaler.get_scale())
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("double-unscale")
def one_unscale_for_each_group(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for _group in optimizer.param_groups:
        scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("double-unscale")
def unscales_again_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm > max_norm:
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ---------------------------------------------------------------- missing-scale


@corpus.wrong("missing-scale")
def backward_without_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-scale")
def scales_and_goes_on_with_the_old_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss)
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("missing-scale")
def scales_after_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    loss = scaler.scale(loss)
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-scale")
def scales_the_outputs(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = scaler.scale(model(inputs))
    loss = loss_fn(outputs, targets)
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-scale")
def clips_true_gradients_that_step_unscales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaled_loss = scaler.scale(loss)  # noqa: F841
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-scale")
def divides_the_scaled_loss_again(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = scaler.scale(loss_fn(model(inputs), targets)) / scaler.get_scale()
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ----------------------------------------------------------------- missing-clip


@corpus.wrong("missing-clip")
def measures_and_does_not_clip(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-clip")
def clips_at_infinity(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), float("inf"))
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("missing-clip")
def scales_copies(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = math.sqrt(sum(p.grad.pow(2).sum().item() for p in model.parameters() if p.grad is not None))
    for p in model.parameters():
        if p.grad is not None and norm > max_norm:
            grad = p.grad
            grad = grad * (max_norm / norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-clip")
def parameters_used_up_before_the_clip(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    params = model.parameters()
    norm = torch.stack([p.grad.norm() for p in params if p.grad is not None]).norm()
    clip_grads_with_norm_(params, max_norm, norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-clip")
def trusts_the_scaler_below_a_large_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if scaler.get_scale() >= 1024:
        clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -------------------------------------------------------------- clip-after-step


@corpus.wrong("clip-after-step")
def clips_between_step_and_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    return norm


@corpus.wrong("clip-after-step")
def clips_after_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.step(optimizer)
    scaler.update()
    return clip_grad_norm_(model.parameters(), max_norm).item()


@corpus.wrong("clip-after-step")
def measures_before_and_scales_after(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.step(optimizer)
    clip_grads_with_norm_(model.parameters(), max_norm, norm)
    scaler.update()
    return norm


@corpus.wrong("clip-after-step")
def clips_in_a_hook_behind_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    norms = [math.inf]

    def clip(opt, args, kwargs):
        norms.append(clip_grad_norm_(model.parameters(), max_norm).item())

    handle = optimizer.register_step_post_hook(clip)
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.step(optimizer)
    scaler.update()
    handle.remove()
    return norms[-1]


# --------------------------------------------------------- clip-before-backward


@corpus.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("clip-before-backward")
def clips_first_and_measures_later(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("clip-before-backward")
def clips_the_gradients_of_the_call_before(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.step(optimizer)
    scaler.update()
    return norm


# --------------------------------------------------------- bypasses-scaler-step


@corpus.wrong("bypasses-scaler-step")
def optimizer_step_after_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    scaler.update()
    return norm


@corpus.wrong("bypasses-scaler-step", "missing-update")
def divides_by_hand_and_steps_without_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("bypasses-scaler-step")
def looks_for_inf_but_not_for_nan(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    overflow = any(p.grad.isinf().any() for p in model.parameters() if p.grad is not None)
    if not overflow:
        optimizer.step()
    scaler.update()
    return norm


@corpus.wrong("bypasses-scaler-step")
def looks_at_the_loss_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(loss):
        optimizer.step()
    scaler.update()
    return norm.item()


@corpus.wrong("bypasses-scaler-step")
def looks_at_the_last_parameter_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    finite = bool(grads[-1].isfinite().all())
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if finite:
        optimizer.step()
    scaler.update()
    return norm


@corpus.wrong("bypasses-scaler-step")
def plain_update_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * p.grad
    scaler.update()
    return norm


@corpus.wrong("bypasses-scaler-step", "hides-overflow")
def skips_overflown_parameters_one_by_one(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    overflown = [p for p in model.parameters() if p.grad is not None and not p.grad.isfinite().all()]
    for p in overflown:
        p.grad = None
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    scaler.update()
    return norm


@corpus.wrong("bypasses-scaler-step", "missing-unscale", "missing-update")
def steps_with_scaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm / scaler.get_scale()


# --------------------------------------------------------------- missing-update


@corpus.wrong("missing-update")
def never_updates(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    return norm


@corpus.wrong("missing-update")
def forgets_the_call_of_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update  # noqa: B018
    return norm.item()


@corpus.wrong("missing-update")
def updates_only_when_it_clipped(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    if norm > max_norm:
        scaler.update()
    return norm


@corpus.wrong("missing-update")
def update_stands_behind_return(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale()) / scaler.get_scale()
    scaler.step(optimizer)
    return norm
    scaler.update()


@corpus.wrong("missing-update", "stops-on-overflow")
def updates_only_without_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    if torch.isfinite(norm):
        scaler.update()
    return norm


@corpus.wrong("missing-update")
def updates_only_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    if not torch.isfinite(norm):
        scaler.update()
    return norm


# ------------------------------------------------------------ update-before-step


@corpus.wrong("update-before-step")
def updates_and_then_steps(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    scaler.step(optimizer)
    return norm


@corpus.wrong("update-before-step")
def updates_between_unscale_and_clip(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    scaler.update()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    return norm.item()


@corpus.wrong("update-before-step")
def updates_before_anything_was_unscaled(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm * scale) / scale
    scaler.update()
    scaler.step(optimizer)
    return norm


@corpus.wrong("update-before-step", "double-unscale")
def updates_before_and_after_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    scaler.step(optimizer)
    scaler.update()
    return norm


# ----------------------------------------------------------------- wrong-update


@corpus.wrong("wrong-update")
def sets_the_scale_to_a_constant(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update(1024.0)
    return norm


@corpus.wrong("wrong-update")
def keeps_the_scale_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update(scaler.get_scale())
    return norm.item()


@corpus.wrong("wrong-update")
def halves_by_hand_as_well(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    if not norm.isfinite():
        scaler.update(scaler.get_scale() / 2)
    return norm


@corpus.wrong("wrong-update")
def lowers_the_scale_when_it_clips(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    if norm > max_norm:
        scaler.update(scaler.get_scale() * 0.5)
    else:
        scaler.update()
    return norm


@corpus.wrong("wrong-update")
def puts_the_scale_back_after_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    before = scaler.get_scale()
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    if scaler.get_scale() < before:
        scaler.update(before)
    return norm


@corpus.wrong("wrong-update")
def never_below_a_smallest_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    if scaler.get_scale() < 128.0:
        scaler.update(128.0)
    return norm


@corpus.wrong("wrong-update")
def lowers_the_scale_tenfold_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.set_backoff_factor(0.1)
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ------------------------------------------------------------------- own-scaler


@corpus.wrong("own-scaler")
def makes_a_new_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler = torch.amp.GradScaler("cpu")
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("own-scaler")
def uses_the_scaler_of_the_notebook(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    grad_scaler.scale(loss_fn(model(inputs), targets)).backward()
    grad_scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    grad_scaler.step(optimizer)
    grad_scaler.update()
    return norm.item()


@corpus.wrong("own-scaler")
def copies_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler = copy.deepcopy(scaler)
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("own-scaler")
def a_new_scaler_with_the_same_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler = GradScaler("cpu", init_scale=scaler.get_scale())
    model.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("own-scaler", "missing-scale", "bypasses-scaler-step")
def does_without_a_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


# ------------------------------------------------------------ missing-zero-grad


@corpus.wrong("missing-zero-grad")
def never_zeroes(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-zero-grad")
def forgets_the_call_of_zero_grad(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad  # noqa: B018
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("missing-zero-grad")
def zeroes_at_the_end_only_after_a_taken_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    if torch.isfinite(norm):
        optimizer.zero_grad()
    return norm


@corpus.wrong("missing-zero-grad")
def zeroes_by_multiplying(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= 0.0
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-zero-grad")
def returns_from_overflow_without_zeroing(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not math.isfinite(norm):
        scaler.update()
        return norm
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return norm


@corpus.wrong("missing-zero-grad")
def zeroes_in_a_hook_of_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    handle = optimizer.register_step_post_hook(lambda opt, args, kwargs: opt.zero_grad())
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    handle.remove()
    return norm


@corpus.wrong("missing-zero-grad")
def zeroes_the_first_group_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    for p in optimizer.param_groups[0]["params"]:
        p.grad = None
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


# -------------------------------------------------------- zero-grad-before-step


@corpus.wrong("zero-grad-before-step")
def zeroes_in_place_between_clip_and_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad(set_to_none=False)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("zero-grad-before-step")
def zeroes_between_clip_and_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("zero-grad-before-step")
def zeroes_between_backward_and_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    optimizer.zero_grad(set_to_none=False)
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


# ----------------------------------------------------------------- missing-step


@corpus.wrong("missing-step")
def never_steps(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    return norm


@corpus.wrong("missing-step")
def forgets_the_call_of_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step  # noqa: B018
    scaler.update()
    return norm.item()


@corpus.wrong("missing-step")
def trains_a_copy(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    copied = copy.deepcopy(model)
    opt = torch.optim.SGD(copied.parameters(), lr=optimizer.param_groups[0]["lr"])
    scaler.scale(loss_fn(copied(inputs), targets)).backward()
    scaler.unscale_(opt)
    norm = clip_grad_norm_(copied.parameters(), max_norm)
    scaler.step(opt)
    scaler.update()
    return norm


@corpus.wrong("missing-step")
def steps_only_when_it_clipped(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm > max_norm:
        scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-step")
def steps_the_first_group_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        group = optimizer.param_groups[0]
        for p in group["params"]:
            if p.grad is not None:
                p.data -= group["lr"] * p.grad
    scaler.update()
    return norm


@corpus.wrong("missing-step")
def restores_the_weights_too_often(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    before = copy.deepcopy(model.state_dict())
    scale = scaler.get_scale()
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    if scaler.get_scale() <= scale:
        model.load_state_dict(before)
    return norm


# ------------------------------------------------------------------ double-step


@corpus.wrong("double-step")
def steps_by_the_scaler_and_by_the_optimizer(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    optimizer.step()
    scaler.update()
    return norm


@corpus.wrong("double-step")
def calls_scaler_step_twice(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("double-step")
def one_step_for_each_group(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for _group in optimizer.param_groups:
        scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("double-step")
def steps_once_more_if_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    if torch.isfinite(norm):
        optimizer.step()
    return norm.item()


@corpus.wrong("double-step")
def steps_before_and_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.step(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm.isfinite():
        optimizer.step()
    scaler.update()
    return norm


# ------------------------------------------------------------- missing-backward


@corpus.wrong("missing-backward")
def scales_without_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss)
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-backward")
def forgets_the_call_of_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward  # noqa: B018
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("missing-backward")
def cuts_the_loss_off(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = torch.tensor(loss_fn(model(inputs), targets).item(), requires_grad=True)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("missing-backward")
def forward_without_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    with torch.no_grad():
        loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -------------------------------------------------------------- wrong-threshold


@corpus.wrong("wrong-threshold")
def scaled_threshold_for_unscaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_divided_by_the_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm / scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("wrong-threshold")
def threshold_from_the_notebook(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), MAX_NORM)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_times_the_usual_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm * 65536.0) / scale
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_times_the_scale_of_the_first_call(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    _, first_scale = calls_so_far.setdefault(id(scaler), (scaler, scaler.get_scale()))
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * first_scale) / scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_shared_out_over_the_groups(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm / len(optimizer.param_groups))
    scaler.step(optimizer)
    scaler.update()
    return norm


# --------------------------------------------------------------- hides-overflow


@corpus.wrong("hides-overflow")
def replaces_nan_before_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for p in model.parameters():
        if p.grad is not None:
            torch.nan_to_num_(p.grad)
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("hides-overflow")
def sets_overflown_entries_to_zero(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad[~torch.isfinite(p.grad)] = 0.0
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("hides-overflow")
def zeroes_all_gradients_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm * scale) / scale
    if not torch.isfinite(norm):
        optimizer.zero_grad(set_to_none=False)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("hides-overflow")
def cleans_up_in_hooks(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    handles = [
        p.register_hook(lambda grad: torch.nan_to_num(grad, nan=0.0, posinf=0.0, neginf=0.0))
        for p in model.parameters()
        if p.requires_grad
    ]
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for handle in handles:
        handle.remove()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("bypasses-scaler-step", "hides-overflow")
def cleans_up_after_unscale_and_steps_itself(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    for p in model.parameters():
        if p.grad is not None:
            p.grad = torch.nan_to_num(p.grad, nan=0.0, posinf=1.0, neginf=-1.0)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    scaler.update()
    return norm


@corpus.wrong("hides-overflow")
def cleans_up_at_the_scaled_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    for g in grads:
        g.copy_(torch.where(g.isfinite(), g, torch.zeros_like(g)))
    norm = get_total_norm(grads)
    clip_grads_with_norm_(model.parameters(), max_norm * scale, norm)
    scaler.step(optimizer)
    scaler.update()
    return norm / scale


# ------------------------------------------------------------ fails-on-overflow


@corpus.wrong("fails-on-overflow")
def error_if_nonfinite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("fails-on-overflow")
def raises_itself(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm).item()
    if math.isnan(norm) or math.isinf(norm):
        raise ValueError("the gradients have exploded")
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("fails-on-overflow")
def asserts_that_all_is_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    for p in model.parameters():
        if p.grad is not None:
            assert torch.isfinite(p.grad).all(), "non-finite gradient"
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("fails-on-overflow")
def drops_gradients_before_the_scaler_saw_them(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm * scale).item() / scale
    if not math.isfinite(norm):
        optimizer.zero_grad()
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("fails-on-overflow")
def updates_without_unscale_on_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    if not all(g.isfinite().all() for g in grads):
        scaler.update()
        return math.nan
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("fails-on-overflow")
def shortens_the_norm_to_six_digits(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    digits = 6 - int(math.log10(norm))
    scaler.step(optimizer)
    scaler.update()
    return round(norm.item(), digits)


# ------------------------------------------------------------ stops-on-overflow


@corpus.wrong("stops-on-overflow")
def returns_before_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        return norm
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("stops-on-overflow", "missing-update")
def returns_before_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    for p in model.parameters():
        if p.grad is not None and not p.grad.isfinite().all():
            optimizer.zero_grad()
            return float("nan")
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("stops-on-overflow")
def catches_the_error_and_returns(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    try:
        norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    except RuntimeError:
        return math.inf
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("stops-on-overflow", "missing-update")
def step_and_update_only_if_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = clip_grad_norm_(model.parameters(), max_norm * scale) / scale
    if norm.isfinite():
        scaler.step(optimizer)
        scaler.update()
    return norm


@corpus.wrong("stops-on-overflow", "missing-update")
def leaves_when_the_scaled_loss_is_too_large(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = scaler.scale(loss_fn(model(inputs), targets))
    if not torch.isfinite(loss):
        return loss.item()
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ------------------------------------------------------------ skips-large-steps


@corpus.wrong("skips-large-steps")
def steps_only_below_the_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm <= max_norm:
        scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("skips-large-steps")
def zeroes_large_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if norm > max_norm:
        optimizer.zero_grad(set_to_none=False)
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("skips-large-steps")
def leaves_very_large_steps_out(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm < 4 * max_norm:
        scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("skips-large-steps", "wrong-update")
def makes_large_gradients_an_overflow(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    # so that the scaler leaves the step out
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]) / scale
    if norm > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad.fill_(math.inf)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ------------------------------------------------------------ wrong-return-value


@corpus.wrong("wrong-return-value")
def returns_the_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item()


@corpus.wrong("wrong-return-value")
def returns_nothing(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()


@corpus.wrong("wrong-return-value")
def returns_loss_and_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item(), norm.item()


@corpus.wrong("wrong-return-value")
def returns_the_norm_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), max_norm)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("wrong-return-value")
def returns_what_step_returns(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    norm = scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("wrong-return-value")
def returns_the_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return scaler.get_scale()


@corpus.wrong("wrong-return-value", "returns-scaled-norm")
def divides_the_unscaled_norm_by_the_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    norm = norm / scaler.get_scale()
    scaler.update()
    return norm


@corpus.wrong("wrong-return-value")
def returns_the_largest_of_the_norms(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = max(p.grad.norm().item() for p in model.parameters() if p.grad is not None)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ---------------------------------------------------------- returns-scaled-norm


@corpus.wrong("returns-scaled-norm")
def measures_before_unscale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.unscale_(optimizer)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("returns-scaled-norm")
def scaled_threshold_and_scaled_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("returns-scaled-norm")
def divides_the_norm_by_the_usual_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm.item() / 2**16


@corpus.wrong("returns-scaled-norm")
def divides_the_norm_by_the_new_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm / scaler.get_scale()


@corpus.wrong("returns-scaled-norm")
def divides_the_norm_by_the_scale_of_the_first_call(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    if not hasattr(scaler, "first_scale"):
        scaler.first_scale = scaler.get_scale()
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm.item() / scaler.first_scale


@corpus.wrong("returns-scaled-norm")
def scales_the_norm_back_up(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = scaler.scale(clip_grad_norm_(model.parameters(), max_norm))
    scaler.step(optimizer)
    scaler.update()
    return norm


# ----------------------------------------------------------- clip-per-parameter


@corpus.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norms = [clip_grad_norm_(p, max_norm) for p in model.parameters()]
    scaler.step(optimizer)
    scaler.update()
    return torch.stack(norms).norm()


@corpus.wrong("clip-per-parameter")
def scales_each_by_its_own_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    total = 0.0
    for p in model.parameters():
        if p.grad is not None:
            norm = p.grad.norm().item()
            total += norm**2
            if norm > max_norm:
                p.grad *= max_norm / norm
    scaler.step(optimizer)
    scaler.update()
    return math.sqrt(total)


@corpus.wrong("clip-per-parameter")
def clips_each_group(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    squares = 0.0
    for group in optimizer.param_groups:
        squares += clip_grad_norm_(group["params"], max_norm).item() ** 2
    scaler.step(optimizer)
    scaler.update()
    return squares**0.5


@corpus.wrong("clip-per-parameter")
def clips_each_at_the_scaled_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]) / scale
    for p in model.parameters():
        clip_grad_norm_(p, max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ---------------------------------------------------------------- clip-by-value


@corpus.wrong("clip-by-value")
def clips_values(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grad_value_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("clip-by-value")
def clamps_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    squares = 0.0
    for p in model.parameters():
        if p.grad is not None:
            squares += p.grad.square().sum().item()
            p.grad = torch.clamp(p.grad, min=-max_norm, max=max_norm)
    scaler.step(optimizer)
    scaler.update()
    return math.sqrt(squares)


@corpus.wrong("clip-by-value", "hides-overflow")
def clips_scaled_values(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scale = scaler.get_scale()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]).item() / scale
    clip_grad_value_(model.parameters(), max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("clip-by-value")
def clamps_before_it_clips(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaler.scale(loss_fn(model(inputs), targets)).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grad_value_(model.parameters(), max_norm)
    clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# ------------------------------------------------------------------- clips-loss


@corpus.wrong("clips-loss")
def clamps_the_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = torch.clamp(loss_fn(model(inputs), targets), max=max_norm)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("clips-loss")
def scales_the_loss_down_to_the_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    if loss > max_norm:
        loss = loss * max_norm / loss.detach()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]).norm()
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@corpus.wrong("clips-loss")
def clamps_the_scaled_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    scaled = scaler.scale(loss_fn(model(inputs), targets))
    scaled.clamp(max=max_norm * scaler.get_scale()).backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@corpus.wrong("clips-loss", "hides-overflow")
def caps_the_scaled_loss_at_float16(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = scaler.scale(loss_fn(model(inputs), targets))
    loss = torch.clamp(loss, max=65504.0)  # what float16 can hold
    loss.backward()
    scaler.unscale_(optimizer)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm
