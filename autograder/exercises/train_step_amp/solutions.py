"""The reference training step with a scaler, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- right in another spelling -----------------------------------------------------------------------------------------


@answers.right
def clears_at_the_end(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    model.zero_grad()
    return norm.item()


@answers.right
def clips_at_the_scaled_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return norm / scale


@answers.right
def clips_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = sum(g.pow(2).sum() for g in grads).sqrt()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    scaler.step(optimizer)
    scaler.update()
    return float(norm)


@answers.right
def rebinds_the_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    params = [p for p in model.parameters() if p.grad is not None]
    norm = torch.stack([p.grad.norm() for p in params]).norm()
    factor = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    for p in params:
        p.grad = p.grad * factor
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.right
def measures_then_scales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    params = [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    norm = torch.nn.utils.get_total_norm([p.grad for p in params])
    torch.nn.utils.clip_grads_with_norm_(params, max_norm, norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.right
def with_autograd_grad(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    loss = loss_fn(model(inputs), targets)
    grads = torch.autograd.grad(scaler.scale(loss), params)
    for p, g in zip(params, grads, strict=True):
        p.grad = g
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.right
def steps_itself_unless_it_overflows(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    scaler.update()
    return norm


@answers.right
def in_a_hook_of_the_optimizer(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    norms = []

    def clip(*_):
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))

    handle = optimizer.register_step_pre_hook(clip)
    scaler.step(optimizer)
    handle.remove()
    scaler.update()
    return norms[0] if norms else None


@answers.right
def returns_nothing_when_it_overflows(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm.item() if torch.isfinite(norm) else None


@answers.right
def scales_the_outputs_of_a_sum(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaled = scaler.scale([loss])[0]
    scaled.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.right
def clips_twice_at_the_same_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- the scale is in the gradients when they are clipped, or comes out too often, or never went in ---------------------


@answers.wrong("missing-unscale")
def never_unscales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-unscale")
def unscales_only_what_it_returns(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    norm = norm / scaler.get_scale()
    scaler.update()
    return norm


@answers.wrong("missing-unscale")
def clips_scaled_gradients_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(min(1.0, max_norm / norm.item()))
    scaler.step(optimizer)
    scaler.update()
    return norm.item()


@answers.wrong("missing-unscale")
def unscales_a_copy(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    unscaled = [p.grad / scaler.get_scale() for p in model.parameters() if p.grad is not None]
    assert unscaled
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("unscale-after-clip")
def unscales_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("unscale-after-clip")
def measures_after_unscaling_too_late(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("unscale-after-clip")
def clips_scaled_by_hand_then_unscales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-unscale")
def unscales_twice(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-unscale")
def divides_by_the_scale_as_well(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(scaler.get_scale())
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-unscale")
def unscales_by_hand_before_the_scalers_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= scaler.get_scale()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-unscale")
def unscales_again_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-unscale")
def divides_again_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad.mul_(1.0 / scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-scale")
def never_scales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-scale")
def drops_the_scaled_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss)
    loss.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-scale")
def scales_a_number_for_the_log(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    logged = scaler.scale(loss.detach())
    loss.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm if logged is not None else None


@answers.wrong("missing-scale")
def scales_after_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    loss = scaler.scale(loss)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- clipping is missing, late, or early -------------------------------------------------------------------------------


@answers.wrong("missing-clip")
def never_clips(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-clip")
def clips_at_infinity(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-clip")
def clips_the_gradients_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_([p.grad for p in model.parameters() if p.grad is not None], max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-clip")
def clips_copies(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    grads = [g * min(1.0, max_norm / norm.item()) for g in grads]
    scaler.step(optimizer)
    scaler.update()
    return norm if grads else None


@answers.wrong("missing-clip")
def clips_with_a_spent_generator(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    params = model.parameters()
    norm = torch.nn.utils.get_total_norm([p.grad for p in params if p.grad is not None])
    torch.nn.utils.clip_grad_norm_(params, max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    return norm


@answers.wrong("clip-after-step")
def clips_after_the_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return norm


@answers.wrong("clip-after-step")
def unscales_and_clips_after_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    return norm


@answers.wrong("clip-after-step")
def clips_by_hand_after_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scaler.step(optimizer)
    for g in grads:
        g.mul_(min(1.0, max_norm / norm.item()))
    scaler.update()
    return norm


@answers.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-before-backward")
def clips_first_of_all(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-before-backward")
def unscales_and_clips_before_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaled = scaler.scale(loss)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaled.backward()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-before-backward")
def clips_by_hand_before_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- the scaler is left out, or asked at the wrong time ----------------------------------------------------------------


@answers.wrong("bypasses-scaler-step")
def steps_the_optimizer(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    scaler.update()
    return norm


@answers.wrong("bypasses-scaler-step")
def steps_the_optimizer_with_scaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    scaler.update()
    return norm


@answers.wrong("bypasses-scaler-step")
def does_everything_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (loss * scaler.get_scale()).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= scaler.get_scale()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@answers.wrong("bypasses-scaler-step")
def moves_the_weights_itself(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * p.grad
    scaler.update()
    return norm


@answers.wrong("bypasses-scaler-step")
def looks_at_one_gradient_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    if torch.isfinite(grads[0]).all():
        optimizer.step()
    scaler.update()
    return norm


@answers.wrong("bypasses-scaler-step")
def looks_at_the_scaled_loss_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaled = scaler.scale(loss)
    scaled.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(scaled):
        optimizer.step()
    scaler.update()
    return norm


@answers.wrong("bypasses-scaler-step")
def looks_for_nan_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isnan(norm):
        optimizer.step()
    scaler.update()
    return norm


@answers.wrong("missing-update")
def never_updates(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    return norm


@answers.wrong("missing-update")
def updates_after_clipped_steps_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    if norm > max_norm:
        scaler.update()
    return norm


@answers.wrong("missing-update")
def updates_without_a_call(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update  # noqa: B018
    return norm


@answers.wrong("missing-update")
def never_updates_nor_unscales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.step(optimizer)
    return norm / scale


@answers.wrong("update-before-step")
def updates_before_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    scaler.step(optimizer)
    return norm


@answers.wrong("update-before-step")
def updates_before_the_step_without_unscaling(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.update()
    scaler.step(optimizer)
    return norm / scale


@answers.wrong("update-before-step")
def updates_first_of_all(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler.update()
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    return norm


@answers.wrong("update-before-step")
def updates_before_unscaling(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.update()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    return norm


@answers.wrong("wrong-update")
def keeps_the_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update(scaler.get_scale())
    return norm


@answers.wrong("wrong-update")
def sets_the_usual_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update(65536.0)
    return norm


@answers.wrong("wrong-update")
def updates_twice(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    scaler.update()
    return norm


@answers.wrong("wrong-update")
def doubles_the_scale_every_time(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update(2.0 * scaler.get_scale())
    return norm


@answers.wrong("wrong-update")
def halves_the_scale_itself(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        scaler.step(optimizer)
        scaler.update()
    else:
        scaler.update(scaler.get_scale() * 0.5)
    return norm


@answers.wrong("wrong-update")
def changes_the_backoff(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.set_backoff_factor(0.25)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("own-scaler")
def makes_a_new_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    own = torch.amp.GradScaler("cpu")
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    own.scale(loss).backward()
    own.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    own.step(optimizer)
    own.update()
    return norm


@answers.wrong("own-scaler")
def replaces_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("own-scaler")
def scales_with_another_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    own = torch.amp.GradScaler("cpu")
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    own.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("own-scaler")
def works_on_a_copy_of_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    own = torch.amp.GradScaler("cpu", init_scale=scaler.get_scale())
    own.load_state_dict(scaler.state_dict())
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    own.scale(loss).backward()
    own.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    own.step(optimizer)
    own.update()
    return norm


# -- gradients are kept, erased, missing or used twice -----------------------------------------------------------------


@answers.wrong("missing-zero-grad")
def never_zeroes(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-zero-grad")
def zeroes_only_the_first_group(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    for p in optimizer.param_groups[0]["params"][:2]:
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-zero-grad")
def zeroes_without_a_call(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad  # noqa: B018
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("zero-grad-before-step")
def zeroes_after_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    optimizer.zero_grad()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("zero-grad-before-step")
def zeroes_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("zero-grad-before-step")
def fills_with_zeros_before_the_step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad(set_to_none=False)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-step")
def never_steps(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.update()
    return norm


@answers.wrong("missing-step")
def never_steps_nor_unscales(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.update()
    return norm / scale


@answers.wrong("missing-step")
def steps_without_a_call(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step  # noqa: B018
    scaler.update()
    return norm


@answers.wrong("double-step")
def steps_twice(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-step")
def steps_with_both(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("double-step")
def steps_again_after_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    optimizer.step()
    scaler.update()
    return norm


@answers.wrong("double-step")
def steps_again_after_the_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    optimizer.step()
    return norm


@answers.wrong("missing-backward")
def never_goes_backward(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-backward")
def goes_backward_from_a_number(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss.detach()).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-backward")
def only_scales_the_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss = scaler.scale(loss)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("missing-backward")
def drops_the_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    params = [p for p in model.parameters() if p.requires_grad]
    grads = torch.autograd.grad(scaler.scale(loss), params)
    norm = torch.nn.utils.get_total_norm(grads) / scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("gradient-ascent")
def goes_uphill(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(-loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("gradient-ascent")
def clips_at_minus_the_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(-min(1.0, max_norm / norm.item()))
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- another threshold, or something other than the norm of all gradients ----------------------------------------------


@answers.wrong("wrong-threshold")
def clips_at_one(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("wrong-threshold")
def scales_the_threshold_of_unscaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("wrong-threshold")
def divides_the_threshold_of_unscaled_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm / scaler.get_scale())
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("wrong-threshold")
def scales_the_threshold_by_the_usual_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * 65536.0)
    scaler.step(optimizer)
    scaler.update()
    return norm / scale


@answers.wrong("wrong-threshold")
def scales_the_threshold_by_the_first_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scaler._init_scale)
    scaler.step(optimizer)
    scaler.update()
    return norm / scale


@answers.wrong("wrong-threshold")
def halves_the_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm / 2)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("wrong-threshold")
def squares_the_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm**2)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("wrong-threshold")
def takes_the_threshold_for_the_factor(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("always-rescales")
def always_scales_to_the_threshold(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(max_norm / norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for p in model.parameters():
        torch.nn.utils.clip_grad_norm_(p, max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-per-parameter")
def clips_each_scaled_parameter(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scale = scaler.get_scale()
    for p in model.parameters():
        torch.nn.utils.clip_grad_norm_(p, max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return norm / scale


@answers.wrong("clip-per-parameter")
def clips_each_parameter_by_hand(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        if g.norm() > max_norm:
            g.mul_(max_norm / g.norm())
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-per-parameter")
def clips_each_row(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        for row in g if g.dim() > 1 else [g]:
            row.mul_(min(1.0, max_norm / row.norm().item()))
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-per-parameter")
def clips_each_layer(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for layer in model:
        torch.nn.utils.clip_grad_norm_(layer.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-by-value")
def clips_by_value(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-by-value")
def clips_scaled_gradients_by_value(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clip-by-value")
def clamps_from_above(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.clamp_(max=max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("misses-parameters")
def clips_the_first_layer(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    torch.nn.utils.clip_grad_norm_(model[0].parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("misses-parameters")
def clips_the_weights_only(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.dim() > 1], max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clips-loss")
def clamps_the_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss = loss.clamp(max=max_norm)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clips-loss")
def clamps_the_scaled_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    torch.clamp(scaler.scale(loss), max=max_norm).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clips-loss")
def scales_the_loss_down(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    if loss > max_norm:
        loss = loss * (max_norm / loss.item())
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clips-loss")
def squashes_the_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss = torch.log1p(loss)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("clips-loss")
def limits_the_loss_instead(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss = loss * min(1.0, max_norm / loss.item())
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("low-precision")
def runs_the_model_in_bfloat16(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("low-precision")
def rounds_the_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    for p in model.parameters():
        if p.grad is not None:
            p.grad = p.grad.bfloat16().float()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- overflow ----------------------------------------------------------------------------------------------------------


@answers.wrong("hides-overflow")
def replaces_what_is_not_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad = torch.nan_to_num(p.grad)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("hides-overflow")
def replaces_it_by_zero(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    for p in model.parameters():
        if p.grad is not None:
            torch.nan_to_num_(p.grad, nan=0.0, posinf=0.0, neginf=0.0)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("hides-overflow")
def zeroes_the_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    for p in model.parameters():
        if p.grad is not None and not torch.isfinite(p.grad).all():
            p.grad.zero_()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("hides-overflow")
def replaces_an_infinite_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaled = scaler.scale(loss)
    if not torch.isfinite(scaled):
        scaled = scaled.detach() * 0 + 0 * loss
        scaled = sum(p.sum() * 0 for p in model.parameters() if p.requires_grad)
    scaled.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("hides-overflow")
def clamps_scaled_gradients_far_out(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad = torch.nan_to_num(p.grad, nan=0.0).clamp(-1e30, 1e30)
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("fails-on-overflow")
def insists_on_finite_norms(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("fails-on-overflow")
def raises_itself(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        raise ValueError("gradients overflowed")
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("fails-on-overflow")
def asserts_a_finite_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    assert torch.isfinite(scaler.scale(loss))
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("stops-on-overflow")
def returns_before_the_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        return norm
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("stops-on-overflow")
def returns_when_the_scaled_loss_is_infinite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaled = scaler.scale(loss)
    if not torch.isfinite(scaled):
        return None
    scaled.backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("stops-on-overflow")
def steps_and_updates_when_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        scaler.step(optimizer)
        scaler.update()
    return norm


@answers.wrong("stops-on-overflow")
def updates_when_finite(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    if torch.isfinite(norm):
        scaler.update()
    return norm


@answers.wrong("skips-large-steps")
def steps_only_when_the_norm_is_small(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if norm <= max_norm:
        scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("skips-large-steps")
def returns_when_the_norm_is_large(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if norm > 10 * max_norm:
        scaler.update()
        return norm
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("skips-large-steps")
def erases_large_gradients(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if norm > 100:
        for p in model.parameters():
            if p.grad is not None:
                p.grad.zero_()
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("skips-large-steps")
def stops_when_the_norm_is_large(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if norm > max_norm:
        return norm
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- the wrong number is returned --------------------------------------------------------------------------------------


@answers.wrong("returns-scaled-norm")
def returns_the_scaled_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("returns-scaled-norm")
def measures_before_unscaling(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("returns-scaled-norm")
def divides_by_the_scale_after_the_update(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scale = scaler.get_scale()
    scaler.scale(loss).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * scale)
    scaler.step(optimizer)
    scaler.update()
    return norm / scaler.get_scale()


@answers.wrong("wrong-return-value")
def divides_an_unscaled_norm(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    norm = norm / scaler.get_scale()
    scaler.update()
    return norm


@answers.wrong("returns-scaled-norm")
def divides_by_the_usual_scale(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm / 65536.0


@answers.wrong("wrong-return-value")
def returns_nothing(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()


@answers.wrong("wrong-return-value")
def returns_the_loss(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item()


@answers.wrong("wrong-return-value")
def returns_both(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.item(), norm.item()


@answers.wrong("wrong-return-value")
def returns_the_norm_after_clipping(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return min(norm.item(), max_norm)


@answers.wrong("wrong-return-value")
def returns_the_sum_of_norms(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = sum(p.grad.norm() for p in model.parameters() if p.grad is not None)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


# -- faults ------------------------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def is_still_the_stub(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    raise NotImplementedError


@answers.wrong("not-implemented")
def does_nothing(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    pass


@answers.wrong("raises")
def misspells_a_name(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(input), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("raises")
def trips_over_frozen_parameters(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm


@answers.wrong("wrong-signature")
def leaves_out_the_scaler(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@answers.wrong("own-scaler")
def ignores_the_scaler(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@answers.wrong("ignores-arguments")
def steps_an_optimizer_of_its_own(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    own = torch.optim.SGD(model.parameters(), lr=0.1)
    own.step()
    scaler.update()
    return norm
