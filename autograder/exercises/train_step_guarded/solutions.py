"""The reference guarded step, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


# -- right in another spelling -----------------------------------------------------------------------------------------


@answers.right
def catches_what_pytorch_raises(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    try:
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    except RuntimeError:
        return float("nan")
    optimizer.step()
    return total.item()


@answers.right
def takes_the_step_back(model, optimizer, loss_fn, inputs, targets, max_norm):
    before = [p.detach().clone() for p in model.parameters()]
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if not total.isfinite():
        with torch.no_grad():
            for p, old in zip(model.parameters(), before, strict=True):
                p.copy_(old)
    return total


@answers.right
def steps_with_nothing(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(total):
        optimizer.zero_grad()
    optimizer.step()
    return total.item()


@answers.right
def by_hand_and_cleared_at_the_end(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total = sum(g.pow(2).sum().item() for g in grads) ** 0.5
    if total < float("inf"):
        for g in grads:
            g.mul_(min(1.0, max_norm / total))
        optimizer.step()
    model.zero_grad()
    return total


@answers.right
def without_the_optimizer(model, optimizer, loss_fn, inputs, targets, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    grads = torch.autograd.grad(loss_fn(model(inputs), targets), params)
    total = torch.cat([g.flatten() for g in grads]).norm()
    if total.isfinite():
        with torch.no_grad():
            for p, g in zip(params, grads, strict=True):
                p -= optimizer.param_groups[0]["lr"] * (max_norm / total).clamp(max=1.0) * g
    return total


@answers.right
def with_a_closure(model, optimizer, loss_fn, inputs, targets, max_norm):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))
        if not norms[0].isfinite():
            optimizer.zero_grad()

    optimizer.step(closure)
    return norms[0]


# -- no guard, or one with a gap ---------------------------------------------------------------------------------------


@answers.wrong("missing-guard")
def no_guard(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@answers.wrong("missing-guard")
def compares_with_nan(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if total != float("nan"):
        optimizer.step()
    return total


@answers.wrong("missing-guard")
def no_guard_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total = torch.stack([g.norm() for g in grads]).norm()
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    optimizer.step()
    return total


@answers.wrong("misses-inf")
def asks_for_nan_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isnan(total):
        optimizer.step()
    return total


@answers.wrong("misses-inf")
def looks_for_nan_entries(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not any(p.grad.isnan().any() for p in model.parameters() if p.grad is not None and not total.isinf()):
        optimizer.step()
    return total


@answers.wrong("misses-nan")
def asks_for_inf_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isinf(total):
        optimizer.step()
    return total


@answers.wrong("misses-nan")
def asks_whether_it_is_huge(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if total > 1e12:
        return total
    optimizer.step()
    return total


@answers.wrong("checks-loss")
def guards_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(loss):
        optimizer.step()
    return total


@answers.wrong("checks-loss")
def guards_the_loss_before_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    if not torch.isfinite(loss):
        return loss.item()
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@answers.wrong("checks-some-gradients")
def looks_at_the_last_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    last = list(model.parameters())[-1].grad.clone()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(last).all():
        optimizer.step()
    return total


@answers.wrong("checks-some-gradients")
def measures_the_last_layer(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    last = model[-1].weight.grad.norm()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(last):
        optimizer.step()
    return total


@answers.wrong("guard-after-step")
def looks_too_late(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if not torch.isfinite(total):
        optimizer.zero_grad()
    return total


# -- a guard that does something else ----------------------------------------------------------------------------------


@answers.wrong("raises-on-nonfinite")
def lets_pytorch_raise(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    optimizer.step()
    return total


@answers.wrong("raises-on-nonfinite")
def raises_by_itself(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(total):
        raise ValueError("the gradient is not finite")
    optimizer.step()
    return total


@answers.wrong("repairs-gradients")
def replaces_nan_and_inf(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad = torch.nan_to_num(p.grad, nan=0.0, posinf=0.0, neginf=0.0)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@answers.wrong("repairs-gradients")
def replaces_nan_and_inf_after_measuring(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for p in model.parameters():
        if p.grad is not None:
            p.grad = torch.nan_to_num(p.grad, nan=0.0, posinf=0.0, neginf=0.0)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@answers.wrong("repairs-gradients")
def leaves_out_broken_tensors_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for p in model.parameters():
        if p.grad is not None and not torch.isfinite(p.grad).all():
            p.grad = None
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@answers.wrong("leaks-after-skip")
def clears_only_after_a_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
        optimizer.zero_grad()
    return total


@answers.wrong("inverted-guard")
def steps_when_it_is_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("skips-large-steps")
def takes_long_for_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if total <= max_norm:
        optimizer.step()
    return total


@answers.wrong("changes-settings")
def halves_the_learning_rate(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    else:
        for group in optimizer.param_groups:
            group["lr"] /= 2
    return total


# -- the clipping ------------------------------------------------------------------------------------------------------


@answers.wrong("clip-missing")
def no_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-missing")
def clips_only_what_is_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if not torch.isfinite(total):
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    else:
        optimizer.step()
    return total


@answers.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(total):
        optimizer.step()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return total


@answers.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-before-backward")
def clips_and_guards_before_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-wrong-tensors")
def hands_over_the_gradients(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    torch.nn.utils.clip_grad_norm_([p.grad for p in model.parameters() if p.grad is not None], max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("exhausted-generator")
def spends_the_generator(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    params = (p for p in model.parameters() if p.grad is not None)
    total = torch.stack([p.grad.norm() for p in params]).norm()
    torch.nn.utils.clip_grad_norm_(params, max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-not-in-place")
def drops_the_scaled_gradient(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for p in model.parameters():
        if p.grad is not None:
            grad = p.grad
            grad = grad * min(1.0, max_norm / total.item())
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-misses-parameters")
def clips_the_weights_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.dim() > 1], max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for p in model.parameters():
        torch.nn.utils.clip_grad_norm_(p, max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("clip-by-value")
def clips_by_value(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(total):
        torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
    return total


@answers.wrong("wrong-norm")
def uses_the_largest_entry(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=float("inf"))
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("wrong-norm")
def sums_the_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total = sum(g.norm() for g in grads)
    if torch.isfinite(total):
        for g in grads:
            g.mul_(min(1.0, max_norm / total.item()))
        optimizer.step()
    return total


@answers.wrong("wrong-threshold")
def clips_to_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("always-rescales")
def always_scales_to_the_threshold(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(total):
        for p in model.parameters():
            if p.grad is not None:
                p.grad.mul_(max_norm / total)
        optimizer.step()
    return total


# -- the rest of the step ----------------------------------------------------------------------------------------------


@answers.wrong("missing-zero-grad")
def never_clears(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("zero-grad-before-step")
def clears_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return total


@answers.wrong("missing-backward")
def never_goes_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("detached-loss")
def detaches_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs).detach(), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
        optimizer.step()
    return total


@answers.wrong("gradient-ascent")
def goes_uphill(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    (-loss_fn(model(inputs), targets)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


# -- what is returned --------------------------------------------------------------------------------------------------


@answers.wrong("returns-finite-norm")
def says_zero_when_left_out(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(total):
        return 0.0
    optimizer.step()
    return total


@answers.wrong("wrong-return-type")
def says_nothing_when_left_out(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
        return total


@answers.wrong("wrong-return-type")
def returns_loss_and_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return loss.item(), total.item()


@answers.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("wrong-norm")
def returns_the_sum_of_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norms = sum(g.norm() for g in grads)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return norms


# -- not an answer yet -------------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(model, optimizer, loss_fn, inputs, targets, max_norm):
    raise NotImplementedError()


@answers.wrong("not-implemented")
def empty(model, optimizer, loss_fn, inputs, targets, max_norm):
    pass


@answers.wrong("raises")
def misspells_a_name(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), target).backward()  # noqa: F821 (the mistake itself)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(total):
        optimizer.step()
    return total


@answers.wrong("wrong-signature")
def forgets_an_argument(model, optimizer, loss_fn, inputs, targets):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if torch.isfinite(total):
        optimizer.step()
    return total
