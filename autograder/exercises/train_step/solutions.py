"""The reference training step, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


# -- right in another spelling ---------------------------------------------------------------------------------------


@answers.right
def clears_at_the_end(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    model.zero_grad()
    return loss, grad_norm


@answers.right
def by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    for p in model.parameters():
        p.grad = None
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.pow(2).sum() for p in model.parameters()).sqrt()
    scale = min(1.0, max_norm / total.item())
    for p in model.parameters():
        p.grad.mul_(scale)
    optimizer.step()
    return loss.detach(), total


@answers.right
def without_optimizer_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    loss = loss_fn(model(inputs), targets)
    grads = torch.autograd.grad(loss, params)
    total = torch.cat([g.flatten() for g in grads]).norm()
    scale = (max_norm / (total + 1e-6)).clamp(max=1.0)
    with torch.no_grad():
        for p, g in zip(params, grads, strict=True):
            p -= optimizer.param_groups[0]["lr"] * scale * g
    return float(loss), float(total)


@answers.right
def with_a_closure(model, optimizer, loss_fn, inputs, targets, max_norm):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))
        return loss

    loss = optimizer.step(closure)
    return loss.item(), norms[0].item()


@answers.right
def norm_then_scale(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad(set_to_none=False)
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters())
    total = torch.nn.utils.get_total_norm([p.grad for p in params])
    torch.nn.utils.clip_grads_with_norm_(params, max_norm, total)
    optimizer.step()
    return loss, total


# -- clipping is missing, late, early, or touches nothing ------------------------------------------------------------


@answers.wrong("clip-missing")
def no_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-missing")
def only_measures(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-after-step")
def clip_last(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@answers.wrong("clip-after-step")
def clip_after_final_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@answers.wrong("clip-after-step")
def clip_last_then_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-after-step")
def clip_last_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total.item()))
    return loss.item(), total.item()


@answers.wrong("clip-before-backward")
def clip_first(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-before-backward")
def clip_before_zero_grad(model, optimizer, loss_fn, inputs, targets, max_norm):
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-before-backward")
def clip_first_by_value(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), max_norm


@answers.wrong("clip-wrong-tensors")
def clips_the_gradients_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_([p.grad for p in model.parameters()], max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-wrong-tensors")
def clips_the_state_dict(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.state_dict().values(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-wrong-tensors")
def clips_copies(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    copies = []
    for p in model.parameters():
        copy = p.detach().clone().requires_grad_()
        copy.grad = p.grad.clone()
        copies.append(copy)
    grad_norm = torch.nn.utils.clip_grad_norm_(copies, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("exhausted-generator")
def spends_the_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = model.parameters()
    count = sum(p.numel() for p in params)
    assert count > 0
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("exhausted-generator")
def measures_then_clips_the_spent_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = model.parameters()
    total = torch.stack([p.grad.norm() for p in params]).norm()
    torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("exhausted-generator")
def scales_with_the_spent_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = (p for p in model.parameters() if p.grad is not None)
    total = torch.stack([p.grad.norm() for p in params]).norm()
    for p in params:
        p.grad.mul_(min(1.0, max_norm / total.item()))
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-not-in-place")
def drops_the_scaled_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        grad = p.grad
        grad = grad * min(1.0, max_norm / total.item())
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-not-in-place")
def drops_the_clamped_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        torch.clamp(p.grad, -max_norm, max_norm)
    optimizer.step()
    return loss.item(), total.item()


# -- the loop's other steps ------------------------------------------------------------------------------------------


@answers.wrong("zero-grad-before-step")
def zero_grad_after_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.zero_grad()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("zero-grad-before-step")
def zero_grad_after_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("missing-zero-grad")
def never_zeroes(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("missing-zero-grad")
def never_zeroes_the_raw_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    scale = min(1.0, max_norm / total.item())
    with torch.no_grad():
        for p in model.parameters():
            p -= optimizer.param_groups[0]["lr"] * scale * p.grad
    return loss.item(), total.item()


@answers.wrong("missing-zero-grad")
def zeroes_only_part(model, optimizer, loss_fn, inputs, targets, max_norm):
    model[-1].zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@answers.wrong("missing-backward")
def never_goes_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("step-before-backward")
def steps_too_early(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    optimizer.step()
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@answers.wrong("step-before-backward")
def steps_with_the_last_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item(), grad_norm.item()


@answers.wrong("detached-loss")
def backward_on_a_number(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets).item()
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss, grad_norm.item()


@answers.wrong("detached-loss")
def backward_on_a_detached_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs).detach(), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("detached-loss")
def backward_on_a_new_tensor(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = torch.tensor(loss_fn(model(inputs), targets).item(), requires_grad=True)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("double-backward")
def backward_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(retain_graph=True)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("double-backward")
def backward_twice_on_a_freed_graph(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("double-backward")
def backward_again_after_the_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward(retain_graph=True)
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("double-step")
def steps_before_and_after_the_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    optimizer.step()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


# -- not all parameters, not all together ----------------------------------------------------------------------------


@answers.wrong("clip-misses-parameters")
def clips_the_weights_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    weights = [p for name, p in model.named_parameters() if "weight" in name]
    grad_norm = torch.nn.utils.clip_grad_norm_(weights, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def clips_the_last_layer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(list(model.parameters())[2:], max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def clips_the_first_layer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model[0].parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def clips_one_tensor(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(next(model.parameters()), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def clips_the_last_tensor(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for p in model.parameters():
        last = p
    grad_norm = torch.nn.utils.clip_grad_norm_(last, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def clips_one_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def scales_the_weights_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for name, p in model.named_parameters():
        if "weight" in name:
            p.grad.mul_(min(1.0, max_norm / total.item()))
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        torch.nn.utils.clip_grad_norm_(p, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-per-parameter")
def clips_each_parameter_and_sums(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(torch.nn.utils.clip_grad_norm_(p, max_norm) for p in model.parameters())
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-per-parameter")
def clips_each_layer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for layer in model:
        torch.nn.utils.clip_grad_norm_(layer.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-per-parameter")
def clips_each_group(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for group in optimizer.param_groups:
        torch.nn.utils.clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-per-parameter")
def rescales_each_parameter(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.grad.mul_(max_norm / p.grad.norm())
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-per-parameter")
def clips_each_row(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        norms = p.grad.norm(dim=-1, keepdim=True)
        p.grad.mul_((max_norm / norms).clamp(max=1.0))
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-by-value")
def clips_by_value(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-by-value")
def clamps_from_above_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.grad.clamp_(max=max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-by-value")
def clips_by_norm_and_by_value(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


# -- the norm, the threshold, the condition --------------------------------------------------------------------------


@answers.wrong("wrong-norm")
def uses_the_l1_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=1)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-norm")
def uses_the_largest_entry(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=float("inf"))
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-norm")
def sums_the_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.norm().item() for p in model.parameters())
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def averages_the_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norms = [p.grad.norm().item() for p in model.parameters()]
    total = sum(norms) / len(norms)
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def takes_the_largest_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = max(p.grad.norm().item() for p in model.parameters())
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def forgets_the_root(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.pow(2).sum().item() for p in model.parameters())
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def takes_the_root_mean_square(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    flat = torch.cat([p.grad.flatten() for p in model.parameters()])
    total = flat.pow(2).mean().sqrt().item()
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def takes_the_mean_size(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.cat([p.grad.flatten() for p in model.parameters()]).abs().mean().item()
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def counts_parameters_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    params = list(model.parameters()) + optimizer.param_groups[0]["params"]
    total = torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-norm")
def counts_everything_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(list(model.parameters()) * 2, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-norm")
def counts_everything_twice_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = sum(2 * p.grad.pow(2).sum().item() for p in model.parameters())
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / squares**0.5))
    optimizer.step()
    return loss.item(), squares**0.5


@answers.wrong("wrong-norm")
def scales_by_a_running_total(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    squares = 0.0
    for p in model.parameters():
        squares += p.grad.pow(2).sum().item()
        p.grad.mul_(min(1.0, max_norm / squares**0.5))
    optimizer.step()
    return loss.item(), squares**0.5


@answers.wrong("wrong-norm")
def keeps_the_last_norm_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    for p in model.parameters():
        total = p.grad.norm().item()
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def keeps_the_first_norm_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = next(model.parameters()).grad.norm().item()
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def measures_the_weights(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.detach().norm() for p in model.parameters()]).norm().item()
    for p in model.parameters():
        p.grad.mul_(min(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def returns_the_sum_of_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.norm().item() for p in model.parameters())
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-norm")
def returns_the_squared_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.pow(2).sum().item() for p in model.parameters())
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-threshold")
def clips_to_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-threshold")
def clips_to_five(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-threshold")
def squares_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm**2)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-threshold")
def takes_the_root_of_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm**0.5)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-threshold")
def swaps_norm_and_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-threshold")
def turns_the_fraction_over(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if total > max_norm:
        for p in model.parameters():
            p.grad.mul_(total / max_norm)
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-threshold")
def scales_to_one_above_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if total > max_norm:
        for p in model.parameters():
            p.grad.div_(total)
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-threshold")
def multiplies_by_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if total > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm)
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-threshold")
def divides_by_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if total > max_norm:
        for p in model.parameters():
            p.grad.div_(max_norm)
    optimizer.step()
    return loss.item(), total


@answers.wrong("wrong-threshold")
def scales_the_threshold_by_the_learning_rate(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * optimizer.param_groups[0]["lr"])
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("always-rescales")
def always_scales_to_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    for p in model.parameters():
        p.grad.mul_(max_norm / total)
    optimizer.step()
    return loss.item(), total


@answers.wrong("always-rescales")
def always_scales_to_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    for p in model.parameters():
        p.grad.div_(total)
    optimizer.step()
    return loss.item(), total


@answers.wrong("inverted-condition")
def scales_when_small(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if total < max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / total)
    optimizer.step()
    return loss.item(), total


@answers.wrong("inverted-condition")
def takes_the_larger_scale(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    for p in model.parameters():
        p.grad.mul_(max(1.0, max_norm / total))
    optimizer.step()
    return loss.item(), total


@answers.wrong("inverted-condition")
def clips_when_small(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    if total < max_norm:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total


@answers.wrong("inverted-condition")
def turns_the_scale_over(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm().item()
    for p in model.parameters():
        p.grad.mul_(min(1.0, total / max_norm))
    optimizer.step()
    return loss.item(), total


@answers.wrong("clips-twice")
def scales_again_by_the_returned_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if total > max_norm:
        for p in model.parameters():
            p.grad.mul_(max_norm / total)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-twice")
def divides_by_the_returned_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if total > max_norm:
        for p in model.parameters():
            p.grad.div_(total)
    optimizer.step()
    return loss.item(), total.item()


# -- clipping something else -----------------------------------------------------------------------------------------


@answers.wrong("clips-weights")
def clamps_the_weights(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    with torch.no_grad():
        for p in model.parameters():
            p.clamp_(-max_norm, max_norm)
    return loss.item(), total.item()


@answers.wrong("clips-weights")
def clamps_the_weights_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    with torch.no_grad():
        for p in model.parameters():
            p.clamp_(-max_norm, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-weights")
def scales_the_weights(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    with torch.no_grad():
        size = torch.stack([p.norm() for p in model.parameters()]).norm()
        for p in model.parameters():
            p.mul_(min(1.0, max_norm / size.item()))
    return loss.item(), total.item()


@answers.wrong("clips-weights")
def scales_the_weights_by_the_gradient_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.data.mul_(min(1.0, max_norm / total.item()))
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-weights")
def scales_the_weights_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.detach().norm() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.data.mul_(min(1.0, max_norm / total.item()))
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-loss")
def clamps_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss = loss.clamp(max=max_norm)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-loss")
def scales_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    if loss > max_norm:
        loss = loss * (max_norm / loss.item())
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-loss")
def normalises_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (loss * min(1.0, max_norm / loss.item())).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clip-wrong-tensors")
def clips_the_losss_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    torch.nn.utils.clip_grad_norm_(loss, max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-activations")
def clamps_the_outputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs).clamp(-max_norm, max_norm)
    loss = loss_fn(outputs, targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-activations")
def scales_the_outputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs)
    outputs = outputs * min(1.0, max_norm / outputs.norm().item())
    loss = loss_fn(outputs, targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-activations")
def clamps_the_inputs(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs.clamp(-max_norm, max_norm)), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-activations")
def clamps_the_hidden_layer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    hidden = model[0](inputs).clamp(-max_norm, max_norm)
    loss = loss_fn(model[2](model[1](hidden)), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("clips-update")
def limits_the_update(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.step()
    with torch.no_grad():
        moved = torch.stack([(p - b).norm() for p, b in zip(model.parameters(), before, strict=True)]).norm().item()
        for p, b in zip(model.parameters(), before, strict=True):
            p.copy_(b + (p - b) * min(1.0, max_norm / (moved + 1e-6)))
    return loss.item(), total.item()


@answers.wrong("clips-update")
def clamps_the_update(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    lr = optimizer.param_groups[0]["lr"]
    with torch.no_grad():
        for p in model.parameters():
            p -= (lr * p.grad).clamp(-max_norm, max_norm)
    return loss.item(), total.item()


# -- pieces, other directions, other objects -------------------------------------------------------------------------


@answers.wrong("clip-per-example")
def clips_each_example(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    total = [torch.zeros_like(p) for p in params]
    for i in range(len(inputs)):
        optimizer.zero_grad()
        loss_fn(model(inputs[i : i + 1]), targets[i : i + 1]).backward()
        torch.nn.utils.clip_grad_norm_(params, max_norm)
        total = [t + p.grad / len(inputs) for t, p in zip(total, params, strict=True)]
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    for p, t in zip(params, total, strict=True):
        p.grad = t
    grad_norm = torch.stack([t.norm() for t in total]).norm()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-per-example")
def adds_up_clipped_examples(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = list(model.parameters())
    total = [torch.zeros_like(p) for p in params]
    for x, y in zip(inputs, targets, strict=True):
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        torch.nn.utils.clip_grad_norm_(params, max_norm)
        total = [t + p.grad for t, p in zip(total, params, strict=True)]
    loss = loss_fn(model(inputs), targets)
    for p, t in zip(params, total, strict=True):
        p.grad = t
    grad_norm = torch.stack([t.norm() for t in total]).norm()
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-per-example")
def clips_after_each_examples_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    losses = []
    for i in range(len(inputs)):
        loss = loss_fn(model(inputs[i : i + 1]), targets[i : i + 1]) / len(inputs)
        loss.backward()
        grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        losses.append(loss.item())
    optimizer.step()
    return sum(losses), grad_norm.item()


@answers.wrong("clip-each-micro-batch")
def clips_each_half(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    total = 0.0
    for x, y in zip(inputs.chunk(2), targets.chunk(2), strict=True):
        loss = loss_fn(model(x), y) / 2
        loss.backward()
        grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        total += loss.item()
    optimizer.step()
    return total, grad_norm.item()


@answers.wrong("skips-large-steps")
def skips_the_step_when_large(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    if total <= max_norm:
        optimizer.step()
    return loss.item(), total.item()


@answers.wrong("skips-large-steps")
def steps_only_when_large(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if total > max_norm:
        optimizer.step()
    return loss.item(), total.item()


@answers.wrong("gradient-ascent")
def steps_uphill(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (-loss).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("gradient-ascent")
def scales_by_a_negative_number(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), -max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("missing-unscale")
def clips_the_scaled_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (loss * 1024).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        p.grad.div_(1024)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("missing-unscale")
def never_unscales(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    (loss * 1024).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("ignores-arguments")
def trains_its_own_model(model, optimizer, loss_fn, inputs, targets, max_norm):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("ignores-arguments")
def makes_its_own_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("ignores-arguments")
def uses_its_own_learning_rate(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.01 * p.grad
    return loss.item(), total.item()


@answers.wrong("ignores-arguments")
def uses_its_own_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


# -- what is returned ------------------------------------------------------------------------------------------------


@answers.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    total = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("returns-clipped-norm")
def returns_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), max_norm


@answers.wrong("wrong-loss")
def returns_the_loss_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    loss = loss_fn(model(inputs), targets)
    return loss.item(), total.item()


@answers.wrong("wrong-loss")
def returns_the_loss_per_example(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item() / len(inputs), total.item()


@answers.wrong("returns-swapped")
def returns_the_norm_first(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item(), loss.item()


@answers.wrong("wrong-return-type")
def returns_the_loss_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@answers.wrong("wrong-return-type")
def returns_nothing(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()


# -- not an answer yet -----------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(model, optimizer, loss_fn, inputs, targets, max_norm):
    raise NotImplementedError()


@answers.wrong("not-implemented")
def empty(model, optimizer, loss_fn, inputs, targets, max_norm):
    pass


@answers.wrong("raises")
def misspells_a_name(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), target)  # noqa: F821 (the mistake itself)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("wrong-signature")
def forgets_an_argument(model, optimizer, loss_fn, inputs, targets):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item(), grad_norm.item()
