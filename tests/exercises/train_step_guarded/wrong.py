"""Wrong answers to `train_step_guarded`, each labelled with the misconception a fair teacher would name."""

import math

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()


# -- no guard, or one that does not guard ------------------------------------------------------------------------------


@corpus.wrong("missing-guard")
def plain_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    model.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-guard")
def only_warns(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        print("warning: the gradient is broken")
    optimizer.step()
    return norm


@corpus.wrong("missing-guard")
def compares_with_nan(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm != float("nan"):  # always true
        optimizer.step()
    return norm


@corpus.wrong("missing-guard")
def trusts_the_clipping_by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    if total > max_norm:
        for g in grads:
            g *= max_norm / total
    optimizer.step()
    return total


@corpus.wrong("misses-inf")
def asks_only_for_nan(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not math.isnan(norm):
        optimizer.step()
    return norm


@corpus.wrong("misses-inf")
def compares_with_itself(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm).item()
    if norm == norm:
        optimizer.step()
    return norm


@corpus.wrong("misses-inf")
def looks_for_nan_entries(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for p in model.parameters():
        if p.grad is not None and p.grad.isnan().any():
            return float("nan")
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-nan")
def asks_only_for_inf(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isinf(norm):
        return norm
    optimizer.step()
    return norm


@corpus.wrong("misses-nan")
def compares_with_infinity(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm != float("inf"):
        optimizer.step()
    return norm.item()


@corpus.wrong("misses-nan")
def calls_everything_above_a_bound_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if total > 1e30:
        return total
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@corpus.wrong("checks-loss")
def guards_the_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(loss):
        optimizer.step()
    return norm


@corpus.wrong("checks-loss")
def returns_early_for_a_broken_loss(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    if not math.isfinite(loss.item()):
        return float("nan")
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("checks-loss")
def guards_the_data(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    outputs = model(inputs)
    loss = loss_fn(outputs, targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if outputs.isfinite().all() and loss.isfinite():
        optimizer.step()
    return norm.item()


@corpus.wrong("checks-some-gradients", "misses-parameters")
def looks_at_the_last_parameter(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    last = list(model.parameters())[-1].grad
    if last is None or torch.isfinite(last).all():
        optimizer.step()
    return norm


@corpus.wrong("checks-some-gradients", "misses-parameters")
def looks_at_the_biases_before_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    biases = [p.grad for name, p in model.named_parameters() if name.endswith("bias") and p.grad is not None]
    fine = all(torch.isfinite(grad).all() for grad in biases)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if fine:
        optimizer.step()
    return norm


# -- a guard that does something else ----------------------------------------------------------------------------------


@corpus.wrong("raises-on-nonfinite")
def lets_pytorch_raise(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    optimizer.step()
    return norm


@corpus.wrong("raises-on-nonfinite")
def asserts(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    assert torch.isfinite(norm), "broken gradient"
    optimizer.step()
    return norm


@corpus.wrong("raises-on-nonfinite")
def raises_its_own_error(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm).item()
    if not math.isfinite(norm):
        raise ValueError(f"gradient norm is {norm}")
    optimizer.step()
    return norm


@corpus.wrong("repairs-gradients")
def replaces_nan_and_inf(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for p in model.parameters():
        if p.grad is not None:
            torch.nan_to_num_(p.grad, nan=0.0, posinf=0.0, neginf=0.0)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("repairs-gradients")
def repairs_after_measuring(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    params = [p for p in model.parameters() if p.grad is not None]
    norm = get_total_norm([p.grad for p in params])
    for p in params:
        p.grad[~torch.isfinite(p.grad)] = 0.0
    clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


@corpus.wrong("repairs-gradients")
def leaves_out_broken_tensors_only(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for p in model.parameters():
        if p.grad is not None and not torch.isfinite(p.grad).all():
            p.grad = None
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("leaks-after-skip")
def clears_only_after_a_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
        optimizer.zero_grad()
    return norm


@corpus.wrong("leaks-after-skip")
def returns_before_clearing(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    try:
        norm = clip_grad_norm_(model.parameters(), max_norm, error_if_nonfinite=True)
    except RuntimeError:
        return float("nan")
    optimizer.step()
    for p in model.parameters():
        p.grad = None
    return norm


@corpus.wrong("guard-after-step")
def looks_when_it_is_too_late(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if not torch.isfinite(norm):
        optimizer.zero_grad()
    return norm


@corpus.wrong("guard-after-step")
def empties_the_gradients_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm).item()
    optimizer.step()
    if math.isnan(norm) or math.isinf(norm):
        for p in model.parameters():
            p.grad = None
        return float("inf")
    return norm


@corpus.wrong("inverted-guard", "missing-step")
def steps_when_it_is_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        optimizer.step()
    return norm


@corpus.wrong("inverted-guard", "missing-step")
def returns_early_when_all_is_well(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if math.isfinite(norm):
        return norm
    optimizer.step()
    return norm


@corpus.wrong("skips-large-steps")
def takes_large_for_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if norm <= max_norm:
        optimizer.step()
    return norm


@corpus.wrong("skips-large-steps")
def has_a_bound_of_its_own(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm < 5:
        optimizer.step()
    return norm


@corpus.wrong("changes-settings")
def halves_the_learning_rate(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    else:
        for group in optimizer.param_groups:
            group["lr"] /= 2
    return norm


@corpus.wrong("changes-settings")
def shrinks_the_weights(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    else:
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] * 0.9
            group["weight_decay"] = 0.01
    return norm


# -- the rest of the step ----------------------------------------------------------------------------------------------


@corpus.wrong("clip-missing")
def guards_but_does_not_clip(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(norm):
        optimizer.step()
    return norm


@corpus.wrong("clip-missing")
def clips_only_what_is_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(norm):
        optimizer.step()
    else:
        clip_grad_norm_(model.parameters(), max_norm)
    return norm


@corpus.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(norm):
        optimizer.step()
        clip_grad_norm_(model.parameters(), max_norm)
    return norm


@corpus.wrong("clip-before-backward")
def clips_and_guards_before_backward(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    if torch.isfinite(norm):
        optimizer.step()
    return norm


@corpus.wrong("clip-by-value")
def clamps_the_entries(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(norm):
        clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad")
def never_clears(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad", "leaks-after-skip")
def clears_only_when_broken(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    else:
        optimizer.zero_grad()
    return norm


@corpus.wrong("missing-step")
def forgets_to_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        optimizer.zero_grad()
    return norm


@corpus.wrong("wrong-threshold")
def always_clips_to_one(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), 1.0)
    if torch.isfinite(norm):
        optimizer.step()
    return norm


# -- what is returned --------------------------------------------------------------------------------------------------


@corpus.wrong("returns-finite-norm")
def says_zero_for_a_step_left_out(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if not torch.isfinite(norm):
        return 0.0
    optimizer.step()
    return norm


@corpus.wrong("returns-finite-norm")
def says_minus_one_for_a_step_left_out(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    return torch.nan_to_num(norm, nan=-1.0, posinf=-1.0)


@corpus.wrong("wrong-return-type")
def returns_none_for_a_step_left_out(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
        return norm


@corpus.wrong("wrong-return-type")
def returns_loss_and_norm(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    return loss.item(), norm.item()


@corpus.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if torch.isfinite(norm):
        optimizer.step()
    return norm


@corpus.wrong("wrong-norm")
def returns_the_sum_of_norms(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = sum(p.grad.norm() for p in model.parameters() if p.grad is not None)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if torch.isfinite(norm):
        optimizer.step()
    return total
