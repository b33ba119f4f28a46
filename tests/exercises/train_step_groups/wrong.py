"""Wrong answers to `train_step_groups`, each labelled with the misconception a fair teacher would name."""
# ruff: noqa: B905, B007 - students write these, and the corpus keeps their spelling

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()


def norms_of(optimizer):
    return [get_total_norm([p.grad for p in g["params"] if p.grad is not None]) for g in optimizer.param_groups]


# -- which gradients meet which threshold ------------------------------------------------------------------------------


@corpus.wrong("clips-together")
def the_whole_model_to_the_first_threshold(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    clip_grad_norm_(model.parameters(), max_norms[0])
    optimizer.step()
    return norms


@corpus.wrong("clips-together")
def the_whole_model_to_the_smaller_threshold(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    clip_grad_norm_(model.parameters(), min(max_norms))
    optimizer.step()
    return norms


@corpus.wrong("clips-together")
def the_whole_model_for_each_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for _, max_norm in zip(optimizer.param_groups, max_norms):
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
    optimizer.step()
    return norms


@corpus.wrong("clips-together")
def each_group_by_the_norm_of_all(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        for p in group["params"]:
            if p.grad is not None:
                p.grad *= torch.clamp(max_norm / total, max=1.0)
    optimizer.step()
    return [total, total]


@corpus.wrong("clips-together")
def the_sum_of_the_thresholds(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], sum(max_norms))
    optimizer.step()
    return norms


@corpus.wrong("swapped-thresholds")
def thresholds_from_the_back(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, reversed(max_norms))]
    optimizer.step()
    return norms


@corpus.wrong("swapped-thresholds")
def pops_the_thresholds(model, optimizer, loss_fn, inputs, targets, max_norms):
    left = list(max_norms)
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group in optimizer.param_groups:
        norms.append(clip_grad_norm_(group["params"], left.pop()))
    optimizer.step()
    return norms


@corpus.wrong("swapped-thresholds")
def mixes_up_the_indices(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [
        clip_grad_norm_(optimizer.param_groups[0]["params"], max_norms[1]),
        clip_grad_norm_(optimizer.param_groups[1]["params"], max_norms[0]),
    ]
    optimizer.step()
    return norms


@corpus.wrong("one-threshold")
def the_first_threshold_for_all(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], max_norms[0]) for g in optimizer.param_groups]
    optimizer.step()
    return norms


@corpus.wrong("one-threshold")
def the_smaller_threshold_for_all(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], min(max_norms)) for g in optimizer.param_groups]
    optimizer.step()
    return norms


@corpus.wrong("one-threshold")
def every_threshold_for_every_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group in optimizer.param_groups:
        for max_norm in max_norms:
            clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return norms


@corpus.wrong("misses-group")
def clips_the_first_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    clip_grad_norm_(optimizer.param_groups[0]["params"], max_norms[0])
    optimizer.step()
    return norms


@corpus.wrong("misses-group")
def clips_what_the_loop_left(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        pass
    clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return norms


@corpus.wrong("misses-group")
def returns_and_breaks_in_the_loop(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        norms.append(clip_grad_norm_(group["params"], max_norm))
        optimizer.step()
        return norms


@corpus.wrong("wrong-groups")
def takes_the_layers_for_groups(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    layers = [layer for layer in model if list(layer.parameters())]
    norms = [clip_grad_norm_(layer.parameters(), m) for layer, m in zip(layers, max_norms)]
    optimizer.step()
    return norms


@corpus.wrong("wrong-groups")
def halves_the_parameters(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    parameters = list(model.parameters())
    half = len(parameters) // 2
    norms = [clip_grad_norm_(parameters[:half], max_norms[0]), clip_grad_norm_(parameters[half:], max_norms[1])]
    optimizer.step()
    return norms


@corpus.wrong("wrong-groups")
def weights_and_biases(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    weights = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() == 1]
    norms = [clip_grad_norm_(weights, max_norms[0]), clip_grad_norm_(biases, max_norms[1])]
    optimizer.step()
    return norms


@corpus.wrong("clip-per-parameter")
def each_parameter_of_a_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        for p in group["params"]:
            clip_grad_norm_(p, max_norm)
    optimizer.step()
    return norms


@corpus.wrong("clip-per-parameter")
def each_parameter_by_hand(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        for p in group["params"]:
            if p.grad is not None and p.grad.norm() > max_norm:
                p.grad *= max_norm / p.grad.norm()
    optimizer.step()
    return norms


@corpus.wrong("clip-by-value")
def clamps_each_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        clip_grad_value_(group["params"], max_norm)
    optimizer.step()
    return norms


@corpus.wrong("wrong-objects", "raises")
def hands_over_the_whole_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(group, m) for group, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


@corpus.wrong("wrong-objects", "clip-wrong-tensors")
def hands_over_the_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        norms.append(clip_grad_norm_([p.grad for p in group["params"] if p.grad is not None], max_norm))
    optimizer.step()
    return norms


@corpus.wrong("wrong-objects", "wrong-threshold", "raises")
def hands_over_all_thresholds(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(group["params"], max_norms) for group in optimizer.param_groups]
    optimizer.step()
    return norms


# -- the order of the loop ---------------------------------------------------------------------------------------------


@corpus.wrong("step-each-group")
def steps_for_every_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        norms.append(clip_grad_norm_(group["params"], max_norm))
        optimizer.step()
    return norms


@corpus.wrong("step-each-group")
def the_whole_step_for_every_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        norms.append(clip_grad_norm_(group["params"], max_norm).item())
        optimizer.step()
    return norms


@corpus.wrong("clip-missing")
def only_measures(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    optimizer.step()
    return norms


@corpus.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    optimizer.step()
    return [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]


@corpus.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    loss.backward()
    optimizer.step()
    return norms


@corpus.wrong("missing-zero-grad")
def never_clears(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


@corpus.wrong("missing-zero-grad")
def clears_one_group(model, optimizer, loss_fn, inputs, targets, max_norms):
    for p in optimizer.param_groups[0]["params"]:
        p.grad = None
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


@corpus.wrong("zero-grad-before-step")
def clears_before_the_step(model, optimizer, loss_fn, inputs, targets, max_norms):
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.zero_grad()
    optimizer.step()
    return norms


@corpus.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    return [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]


@corpus.wrong("missing-backward")
def never_goes_backward(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets)
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


# -- norms and thresholds ----------------------------------------------------------------------------------------------


@corpus.wrong("always-rescales")
def stretches_short_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group, max_norm, norm in zip(optimizer.param_groups, max_norms, norms):
        for p in group["params"]:
            if p.grad is not None:
                p.grad *= max_norm / norm
    optimizer.step()
    return norms


@corpus.wrong("wrong-threshold")
def always_to_one(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], 1.0) for g in optimizer.param_groups]
    optimizer.step()
    return norms


@corpus.wrong("wrong-norm")
def takes_the_largest_entry(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m, norm_type=float("inf")) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


@corpus.wrong("wrong-norm")
def adds_up_the_norms(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = []
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        grads = [p.grad for p in group["params"] if p.grad is not None]
        norm = sum(g.norm() for g in grads)
        for g in grads:
            g.mul_(min(1.0, max_norm / norm.item()))
        norms.append(norm)
    optimizer.step()
    return norms


@corpus.wrong("skips-large-steps")
def leaves_out_long_gradients(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = norms_of(optimizer)
    for group, max_norm, norm in zip(optimizer.param_groups, max_norms, norms):
        if norm > max_norm:
            for p in group["params"]:
                p.grad = None
    optimizer.step()
    return norms


@corpus.wrong("gradient-ascent")
def goes_uphill(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    (-loss_fn(model(inputs), targets)).backward()
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms


# -- what is returned --------------------------------------------------------------------------------------------------


@corpus.wrong("returns-one-norm")
def returns_the_total_norm(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return total


@corpus.wrong("returns-one-norm")
def returns_the_last_norm(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        norm = clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return norm


@corpus.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        clip_grad_norm_(group["params"], max_norm)
    norms = norms_of(optimizer)
    optimizer.step()
    return norms


@corpus.wrong("returns-swapped")
def returns_the_second_first(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m) for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms[::-1]


@corpus.wrong("wrong-return-type")
def returns_nothing(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    for group, max_norm in zip(optimizer.param_groups, max_norms):
        clip_grad_norm_(group["params"], max_norm)
    optimizer.step()


@corpus.wrong("wrong-norm")
def returns_squared_norms(model, optimizer, loss_fn, inputs, targets, max_norms):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norms = [clip_grad_norm_(g["params"], m) ** 2 for g, m in zip(optimizer.param_groups, max_norms)]
    optimizer.step()
    return norms
