"""The reference step with parameter groups, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


# -- right in another spelling -----------------------------------------------------------------------------------------


@answers.right
def two_lines_and_cleared_at_the_end(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss_fn(model(inputs), targets).backward()
    first = torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], max_norms[0])
    second = torch.nn.utils.clip_grad_norm_(optimizer.param_groups[1]["params"], max_norms[1])
    optimizer.step()
    model.zero_grad()
    return first.item(), second.item()


@answers.right
def by_hand(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        grads = [p.grad for p in group["params"] if p.grad is not None]
        norms.append(sum(g.pow(2).sum().item() for g in grads) ** 0.5)
        for g in grads:
            g.mul_(min(1.0, max_norm / norms[-1]))
    optimizer.step()
    return norms


@answers.right
def measures_then_scales(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for k, group in enumerate(optimizer.param_groups):
        torch.nn.utils.clip_grads_with_norm_(group["params"], max_norms[k], norms[k])
    optimizer.step()
    return torch.stack(norms)


@answers.right
def without_the_optimizers_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss = loss_fn(model(inputs), targets)
    groups = [[p for p in group["params"] if p.requires_grad] for group in optimizer.param_groups]
    grads = [torch.autograd.grad(loss, params, retain_graph=True) for params in groups]
    norms = [torch.nn.utils.get_total_norm(its) for its in grads]
    with torch.no_grad():
        for params, its, norm, max_norm in zip(groups, grads, norms, max_norms, strict=True):
            for p, g in zip(params, its, strict=True):
                p -= optimizer.param_groups[0]["lr"] * (max_norm / norm).clamp(max=1.0) * g
    return norms


@answers.right
def rebinds_the_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for group, max_norm, norm in zip(optimizer.param_groups, max_norms, norms, strict=True):
        for p in group["params"]:
            if p.grad is not None and norm > max_norm:
                p.grad = p.grad * (max_norm / norm)
    optimizer.step()
    return norms


@answers.right
def with_a_closure(model, optimizer, loss_fn, inputs, targets, max_norms):
    norms = []

    def closure():
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
            norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm).item())

    optimizer.step(closure)
    return norms


# -- which gradients meet which threshold ------------------------------------------------------------------------------


@answers.wrong("clips-together")
def clips_the_model_to_the_first_threshold(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norms[0])
    optimizer.step()
    return norms


@answers.wrong("clips-together")
def clips_the_model_to_the_smaller_threshold(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    torch.nn.utils.clip_grad_norm_(model.parameters(), min(max_norms))
    optimizer.step()
    return norms


@answers.wrong("clips-together")
def clips_the_model_to_the_sum(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    torch.nn.utils.clip_grad_norm_(model.parameters(), sum(max_norms))
    optimizer.step()
    return norms


@answers.wrong("clips-together")
def clips_the_model_for_each_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for max_norm in max_norms:
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))
    optimizer.step()
    return norms


@answers.wrong("clips-together")
def scales_groups_by_the_norm_of_all(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        torch.nn.utils.clip_grads_with_norm_(group["params"], max_norm, total)
    optimizer.step()
    return [total, total]


@answers.wrong("swapped-thresholds")
def takes_thresholds_from_the_back(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, reversed(max_norms), strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("one-threshold")
def takes_the_first_threshold_for_both(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group in optimizer.param_groups:
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norms[0]))
    optimizer.step()
    return norms


@answers.wrong("one-threshold")
def takes_the_last_threshold_for_both(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group in optimizer.param_groups:
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norms[-1]))
    optimizer.step()
    return norms


@answers.wrong("one-threshold")
def takes_the_smaller_threshold_for_both(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group in optimizer.param_groups:
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], min(max_norms)))
    optimizer.step()
    return norms


@answers.wrong("one-threshold")
def takes_the_mean_threshold_for_both(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group in optimizer.param_groups:
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], sum(max_norms) / len(max_norms)))
    optimizer.step()
    return norms


@answers.wrong("misses-group")
def clips_the_first_group_only(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], max_norms[0])
    optimizer.step()
    return norms


@answers.wrong("misses-group")
def clips_the_last_group_only(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    torch.nn.utils.clip_grad_norm_(optimizer.param_groups[-1]["params"], max_norms[-1])
    optimizer.step()
    return norms


@answers.wrong("misses-group")
def leaves_the_loop_too_early(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
        optimizer.step()
        return norms


@answers.wrong("wrong-groups")
def takes_layers_for_groups(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for layer, max_norm in zip((model[0], model[-1]), max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(layer.parameters(), max_norm))
    optimizer.step()
    return norms


@answers.wrong("wrong-groups")
def takes_weights_and_biases(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    weights = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() == 1]
    norms = [
        torch.nn.utils.clip_grad_norm_(weights, max_norms[0]),
        torch.nn.utils.clip_grad_norm_(biases, max_norms[1]),
    ]
    optimizer.step()
    return norms


@answers.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        for p in group["params"]:
            torch.nn.utils.clip_grad_norm_(p, max_norm)
    optimizer.step()
    return norms


@answers.wrong("clip-by-value")
def clips_by_value(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        torch.nn.utils.clip_grad_value_(group["params"], max_norm)
    optimizer.step()
    return norms


@answers.wrong("wrong-objects")
def hands_over_the_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group, max_norm))
    optimizer.step()
    return norms


@answers.wrong("wrong-objects")
def hands_over_all_groups(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [torch.nn.utils.clip_grad_norm_(optimizer.param_groups, max_norm) for max_norm in max_norms]
    optimizer.step()
    return norms


@answers.wrong("wrong-objects")
def hands_over_all_thresholds(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [torch.nn.utils.clip_grad_norm_(group["params"], max_norms) for group in optimizer.param_groups]
    optimizer.step()
    return norms


@answers.wrong("wrong-objects")
def hands_over_the_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        torch.nn.utils.clip_grad_norm_([p.grad for p in group["params"] if p.grad is not None], max_norm)
    optimizer.step()
    return norms


# -- the order of the step ---------------------------------------------------------------------------------------------


@answers.wrong("step-each-group")
def steps_in_the_loop(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
        optimizer.step()
    return norms


@answers.wrong("step-each-group")
def makes_a_whole_step_for_each_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
        optimizer.step()
    return norms


@answers.wrong("double-backward")
def goes_backward_for_each_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("clip-missing")
def no_clip(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    optimizer.step()
    return norms


@answers.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    optimizer.step()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    return norms


@answers.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    loss.backward()
    optimizer.step()
    return norms


@answers.wrong("clip-not-in-place")
def drops_the_scaled_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for group, max_norm, norm in zip(optimizer.param_groups, max_norms, norms, strict=True):
        for p in group["params"]:
            if p.grad is not None:
                grad = p.grad
                grad = grad * min(1.0, max_norm / norm.item())
    optimizer.step()
    return norms


@answers.wrong("missing-zero-grad")
def never_clears(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("missing-zero-grad")
def clears_one_group_only(model, optimizer, loss_fn, inputs, targets, max_norms):
    for p in optimizer.param_groups[0]["params"]:
        p.grad = None
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("zero-grad-before-step")
def clears_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.zero_grad()
    optimizer.step()
    return norms


@answers.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    return norms


@answers.wrong("missing-backward")
def never_goes_backward(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets)
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("detached-loss")
def detaches_the_outputs(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs).detach(), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    optimizer.step()
    return norms


# -- norms and thresholds ----------------------------------------------------------------------------------------------


@answers.wrong("always-rescales")
def stretches_short_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    for group, max_norm, norm in zip(optimizer.param_groups, max_norms, norms, strict=True):
        for p in group["params"]:
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    optimizer.step()
    return norms


@answers.wrong("wrong-threshold")
def clips_both_to_one(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [torch.nn.utils.clip_grad_norm_(group["params"], 1.0) for group in optimizer.param_groups]
    optimizer.step()
    return norms


@answers.wrong("wrong-norm")
def uses_the_largest_entry(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm, norm_type=float("inf")))
    optimizer.step()
    return norms


@answers.wrong("wrong-norm")
def sums_the_norms(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        grads = [p.grad for p in group["params"] if p.grad is not None]
        norms.append(sum(g.norm().item() for g in grads))
        for g in grads:
            g.mul_(min(1.0, max_norm / norms[-1]))
    optimizer.step()
    return norms


@answers.wrong("skips-large-steps")
def leaves_out_long_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    if all(norm <= max_norm for norm, max_norm in zip(norms, max_norms, strict=True)):
        optimizer.step()
    return norms


@answers.wrong("gradient-ascent")
def goes_uphill(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    (-loss_fn(model(inputs), targets)).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


# -- what is returned --------------------------------------------------------------------------------------------------


@answers.wrong("returns-one-norm")
def returns_the_total_norm(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        torch.nn.utils.clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return total


@answers.wrong("returns-one-norm")
def returns_the_last_norm(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norm = torch.nn.utils.clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return norm


@answers.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        torch.nn.utils.clip_grad_norm_(group["params"], max_norm)
    norms = [
        torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
        for group in optimizer.param_groups
    ]
    optimizer.step()
    return norms


@answers.wrong("returns-swapped")
def returns_the_second_norm_first(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms[::-1]


@answers.wrong("wrong-return-type")
def returns_nothing(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        torch.nn.utils.clip_grad_norm_(group["params"], max_norm)
    optimizer.step()


@answers.wrong("wrong-return-type")
def returns_the_loss_too(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return loss, norms


@answers.wrong("wrong-norm")
def returns_squares(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return [norm**2 for norm in norms]


# -- not an answer yet -------------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(model, optimizer, loss_fn, inputs, targets, max_norms):
    raise NotImplementedError()


@answers.wrong("not-implemented")
def empty(model, optimizer, loss_fn, inputs, targets, max_norms):
    pass


@answers.wrong("raises")
def misspells_a_name(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), target).backward()  # noqa: F821 (the mistake itself)
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms, strict=True):
        norms.append(torch.nn.utils.clip_grad_norm_(group["params"], max_norm))
    optimizer.step()
    return norms


@answers.wrong("wrong-signature")
def forgets_the_thresholds(model, optimizer, loss_fn, inputs, targets):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [torch.nn.utils.clip_grad_norm_(group["params"], 1.0) for group in optimizer.param_groups]
    optimizer.step()
    return norms
