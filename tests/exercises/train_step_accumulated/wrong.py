"""Wrong answers to `train_step_accumulated`, each labelled with the misconception a fair teacher would name."""
# ruff: noqa: B905, SIM108 - students write these, and the corpus keeps their spelling

import copy
import math
import random

import torch
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
ACCUMULATION_STEPS = 4
MAX_NORM = 1.0
remembered = {}


def mean_of(losses):
    return sum(losses) / len(losses)


# ------------------------------------------------------------- missing-division


@corpus.wrong("missing-division")
def adds_the_losses_up(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets)
        loss.backward()
    total_norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total_norm.item()


@corpus.wrong("missing-division")
def one_backward_for_the_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total_loss = sum(loss_fn(model(x), y) for x, y in micro_batches)
    total_loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-division")
def divides_only_the_loss_it_logs(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    running_loss = 0.0
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        running_loss += loss.item() / len(micro_batches)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-division")
def divides_after_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        loss = loss / len(micro_batches)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-division")
def leaves_a_summed_loss_undivided(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        if getattr(loss_fn, "reduction", "mean") == "mean":
            loss = loss / len(micro_batches)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-division")
def divides_a_copy_of_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    for p in model.parameters():
        if p.grad is not None:
            grad = p.grad
            grad = grad / len(micro_batches)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-division")
def floor_divides_one_by_n(model, optimizer, loss_fn, micro_batches, max_norm):
    weight = 1 // len(micro_batches) or 1
    optimizer.zero_grad()
    for x, y in micro_batches:
        (weight * loss_fn(model(x), y)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# --------------------------------------------------------------- divides-twice


@corpus.wrong("divides-twice")
def divides_the_loss_and_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / n
        loss.backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= n
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("divides-twice")
def divides_what_is_already_a_mean(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = mean_of([loss_fn(model(x), y) for x, y in micro_batches])
    loss = loss / len(micro_batches)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("divides-twice")
def divides_in_the_loop_and_stacks_a_mean(model, optimizer, loss_fn, micro_batches, max_norm):
    losses = []
    for x, y in micro_batches:
        losses.append(loss_fn(model(x), y) / len(micro_batches))
    optimizer.zero_grad()
    torch.stack(losses).mean().backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("divides-twice")
def divides_the_learning_rate_too(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / n).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for group in optimizer.param_groups:
        group["lr"] /= n
    optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] *= n
    return norm


@corpus.wrong("divides-twice")
def divides_in_every_round_of_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
        for p in model.parameters():
            if p.grad is not None:
                p.grad /= n
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# --------------------------------------------------------------- wrong-divisor


@corpus.wrong("wrong-divisor")
def divides_by_the_size_of_a_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(inputs)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-divisor", "divides-twice")
def divides_by_the_number_of_examples(model, optimizer, loss_fn, micro_batches, max_norm):
    examples = sum(x.shape[0] for x, _ in micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / examples).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("wrong-divisor", "divides-twice")
def turns_a_summed_loss_into_a_mean(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        if getattr(loss_fn, "reduction", None) == "sum":
            loss = loss / y.numel()
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("wrong-divisor")
def divides_by_the_length_of_a_pair(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for batch in micro_batches:
        x, y = batch
        (loss_fn(model(x), y) / len(batch)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-divisor")
def divides_by_one_less(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        last = i == len(micro_batches) - 1
        loss_fn(model(x), y).backward()
        if last and i > 0:
            for p in model.parameters():
                if p.grad is not None:
                    p.grad /= i
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-divisor")
def divides_by_one_more(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    count = 1
    total = 0
    for x, y in micro_batches:
        total = total + loss_fn(model(x), y)
        count += 1
    (total / count).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-divisor")
def divides_by_the_root_of_n(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / math.sqrt(len(micro_batches))).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-divisor")
def divides_by_the_number_of_param_groups(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(optimizer.param_groups)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-divisor", "hard-coded-number")
def divides_by_the_first_call_s_number(model, optimizer, loss_fn, micro_batches, max_norm):
    key = id(model)
    if key not in remembered:
        remembered[key] = (model, len(micro_batches))
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / remembered[key][1]).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ------------------------------------------------------ divides-after-clipping


@corpus.wrong("divides-after-clipping")
def clips_the_sum_and_then_divides(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    optimizer.step()
    return norm


@corpus.wrong("divides-after-clipping")
def clips_the_sum_divides_and_returns_the_right_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad = p.grad / n
    optimizer.step()
    return norm.item() / n


@corpus.wrong("divides-after-clipping")
def clips_the_sum_and_divides_the_learning_rate(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.add_(p.grad, alpha=-group["lr"] / n)
    return norm / n


@corpus.wrong("divides-after-clipping")
def divides_in_a_hook_of_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    def average(opt, args, kwargs):
        for group in opt.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.div_(len(micro_batches))

    handle = optimizer.register_step_pre_hook(average)
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    handle.remove()
    return norm


# ------------------------------------------------------- clip-each-micro-batch


@corpus.wrong("clip-each-micro-batch")
def clips_inside_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("clip-each-micro-batch")
def clips_every_micro_batch_and_averages(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    total = [torch.zeros_like(p) for p in params]
    for x, y in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        clip_grad_norm_(params, max_norm)
        for t, p in zip(total, params):
            if p.grad is not None:
                t += p.grad / len(micro_batches)
    for t, p in zip(total, params):
        p.grad = t
    norm = get_total_norm(total)
    optimizer.step()
    return norm


@corpus.wrong("clip-each-micro-batch")
def clips_every_share_to_its_share(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer.zero_grad()
    mean = [torch.zeros_like(p) for p in params]
    clipped = [torch.zeros_like(p) for p in params]
    for x, y in micro_batches:
        grads = torch.autograd.grad(loss_fn(model(x), y) / n, params, allow_unused=True, materialize_grads=True)
        norm = get_total_norm(grads)
        factor = torch.clamp(max_norm / n / (norm + 1e-6), max=1.0)
        for m, c, g in zip(mean, clipped, grads):
            m += g
            c += g * factor
    for p, c in zip(params, clipped):
        p.grad = c
    optimizer.step()
    return get_total_norm(mean)


@corpus.wrong("clip-each-micro-batch")
def clips_in_the_loop_and_again_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        clip_grad_norm_(model.parameters(), max_norm)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("clip-each-micro-batch")
def clips_every_second_accumulation(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        if (i + 1) % 2 == 0 or i == len(micro_batches) - 1:
            norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


# ------------------------------------------------------- step-each-micro-batch


@corpus.wrong("step-each-micro-batch")
def a_whole_step_for_every_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return norm


@corpus.wrong("step-each-micro-batch", "clip-each-micro-batch")
def steps_in_the_loop_while_accumulating(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return norm.item()


@corpus.wrong("step-each-micro-batch")
def steps_in_the_loop_and_clips_behind_it(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        optimizer.step()
    return clip_grad_norm_(model.parameters(), max_norm)


@corpus.wrong("step-each-micro-batch")
def full_training_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    norms = []
    for x, y in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return sum(norms) / len(norms)


# ------------------------------------------------------- zero-each-micro-batch


@corpus.wrong("zero-each-micro-batch")
def zeroes_inside_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("zero-each-micro-batch")
def assigns_instead_of_adding(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        for p, g in zip(params, torch.autograd.grad(loss, params, allow_unused=True)):
            p.grad = g
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


@corpus.wrong("zero-each-micro-batch")
def zeroes_between_forward_and_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        model.zero_grad(set_to_none=False)
        loss.div(len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("misses-micro-batches", "zero-each-micro-batch")
def backward_for_the_last_loss_only(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("zero-each-micro-batch", "misses-micro-batches")
def zeroes_after_all_but_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        if (i + 1) % len(micro_batches) == 0:
            norm = clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        optimizer.zero_grad()
    return norm


# ----------------------------------------------------------- missing-zero-grad


@corpus.wrong("missing-zero-grad")
def never_zeroes(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad")
def forgets_the_parentheses_of_zero_grad(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad  # noqa: B018
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-zero-grad")
def zeroes_only_when_there_is_something_to_accumulate(model, optimizer, loss_fn, micro_batches, max_norm):
    if len(micro_batches) > 1:
        optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad")
def zeroes_the_first_group_only(model, optimizer, loss_fn, micro_batches, max_norm):
    for p in optimizer.param_groups[0]["params"]:
        p.grad = None
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad")
def zeroes_copies_of_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.clone().zero_()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad")
def adds_to_what_is_in_grad(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    for x, y in micro_batches:
        grads = torch.autograd.grad(loss_fn(model(x), y), params, allow_unused=True, materialize_grads=True)
        for p, g in zip(params, grads):
            if p.grad is None:
                p.grad = torch.zeros_like(p)
            p.grad += g / len(micro_batches)
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-zero-grad")
def zeroes_at_the_end_unless_it_clipped(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if norm <= max_norm:
        optimizer.zero_grad()
    return norm


# -------------------------------------------------------- zero-grad-before-step


@corpus.wrong("zero-grad-before-step")
def zeroes_between_clip_and_step(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    optimizer.step()
    return norm


@corpus.wrong("zero-grad-before-step")
def zeroes_between_the_loop_and_the_clip(model, optimizer, loss_fn, micro_batches, max_norm):
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    optimizer.zero_grad(set_to_none=False)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("zero-grad-before-step")
def zeroes_after_the_last_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    for i, (x, y) in enumerate(micro_batches, 1):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        if i == len(micro_batches):
            norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
            clip_grads_with_norm_(model.parameters(), max_norm, norm)
            for p in model.parameters():
                p.grad = None
            optimizer.step()
    return norm


# ----------------------------------------------------------------- missing-clip


@corpus.wrong("missing-clip")
def measures_and_does_not_clip(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    optimizer.step()
    return norm


@corpus.wrong("missing-clip")
def clips_at_infinity_to_get_the_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), math.inf)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-clip")
def clips_only_when_it_accumulated(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    if len(micro_batches) > 1:
        norm = clip_grad_norm_(model.parameters(), max_norm)
    else:
        norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    optimizer.step()
    return norm


@corpus.wrong("missing-clip")
def scales_copies(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = torch.cat([g.flatten() for g in grads]).norm()
    if norm > max_norm:
        grads = [g * max_norm / norm for g in grads]
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-clip")
def clips_a_copy_of_the_model(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(copy.deepcopy(model).parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-clip")
def parameters_used_up_before_the_clip(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    params = model.parameters()
    norm = math.sqrt(sum(p.grad.pow(2).sum().item() for p in params if p.grad is not None))
    clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


# -------------------------------------------------------------- clip-after-step


@corpus.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    optimizer.step()
    return clip_grad_norm_(model.parameters(), max_norm)


@corpus.wrong("clip-after-step")
def measures_before_and_scales_after(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]).item()
    optimizer.step()
    if norm > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad *= max_norm / norm
    return norm


@corpus.wrong("clip-after-step")
def clips_in_a_hook_behind_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    norms = []
    handle = optimizer.register_step_post_hook(
        lambda *args: norms.append(clip_grad_norm_(model.parameters(), max_norm)),
    )
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    optimizer.step()
    handle.remove()
    return norms[0]


# -------------------------------------------------------- clip-before-backward


@corpus.wrong("clip-before-backward")
def clips_before_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    optimizer.step()
    return norm


@corpus.wrong("clip-before-backward", "clip-each-micro-batch")
def clips_before_each_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        norm = clip_grad_norm_(model.parameters(), max_norm)
        loss.backward()
    optimizer.step()
    return norm


@corpus.wrong("clip-before-backward")
def clips_before_the_last_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches, 1):
        loss = loss_fn(model(x), y) / n
        if i == n:
            clip_grad_norm_(model.parameters(), max_norm)
        loss.backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    optimizer.step()
    return norm


@corpus.wrong("clip-before-backward")
def clips_after_the_first_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        if i == 0:
            clip_grad_norm_(model.parameters(), max_norm)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    optimizer.step()
    return norm.item()


@corpus.wrong("clip-before-backward")
def clips_between_the_forwards_and_the_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = [loss_fn(model(x), y) for x, y in micro_batches]
    clip_grad_norm_(model.parameters(), max_norm)
    mean_of(losses).backward()
    optimizer.step()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]).norm()


# ----------------------------------------------------------------- missing-step


@corpus.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    return clip_grad_norm_(model.parameters(), max_norm)


@corpus.wrong("missing-step")
def forgets_the_parentheses_of_step(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step  # noqa: B018
    return norm.item()


@corpus.wrong("missing-step")
def returns_before_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm <= max_norm:
        return norm
    optimizer.step()
    return norm


@corpus.wrong("missing-step")
def updates_a_local_name(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p = p - group["lr"] * p.grad
    return norm


@corpus.wrong("missing-step")
def trains_a_copy(model, optimizer, loss_fn, micro_batches, max_norm):
    model = copy.deepcopy(model)
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trainable, lr=optimizer.param_groups[0]["lr"])
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-step", "misses-parameters")
def steps_the_first_group_by_hand(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    group = optimizer.param_groups[0]
    with torch.no_grad():
        for p in group["params"]:
            if p.grad is not None:
                p -= group["lr"] * p.grad
    return norm


# ------------------------------------------------------------------ double-step


@corpus.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.step()
    return norm


@corpus.wrong("double-step")
def steps_by_hand_and_by_the_optimizer(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= group["lr"] * p.grad
    optimizer.step()
    return norm


@corpus.wrong("double-step")
def one_step_for_each_param_group(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for _group in optimizer.param_groups:
        optimizer.step()
    return norm


@corpus.wrong("double-step")
def one_step_for_each_micro_batch_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    for _ in range(len(micro_batches)):
        optimizer.step()
    return norm.item()


@corpus.wrong("double-step")
def steps_in_the_loop_and_behind_it(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
        if i == len(micro_batches) - 1:
            norm = clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    optimizer.step()
    optimizer.zero_grad()
    return norm


# -------------------------------------------------------------- missing-backward


@corpus.wrong("missing-backward")
def never_calls_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = []
    for x, y in micro_batches:
        losses.append(loss_fn(model(x), y) / len(micro_batches))
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-backward")
def adds_up_items_and_makes_a_new_tensor(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = 0.0
    for x, y in micro_batches:
        total += loss_fn(model(x), y).item()
    mean_loss = torch.tensor(total / len(micro_batches), requires_grad=True)
    mean_loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("missing-backward")
def forward_without_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        with torch.no_grad():
            outputs = model(x)
        loss = (loss_fn(outputs, y) / len(micro_batches)).requires_grad_()
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("missing-backward")
def detaches_to_save_memory(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = 0
    for x, y in micro_batches:
        total = total + loss_fn(model(x), y).detach() / len(micro_batches)
    total.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ---------------------------------------------------------- misses-micro-batches


@corpus.wrong("misses-micro-batches")
def starts_at_the_second(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i in range(1, len(micro_batches)):
        x, y = micro_batches[i]
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-micro-batches")
def stops_before_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    batches = micro_batches[:-1] or micro_batches
    for x, y in batches:
        (loss_fn(model(x), y) / len(batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-micro-batches")
def takes_every_second(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches[::2]:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("misses-micro-batches")
def returns_in_the_first_round(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return norm


@corpus.wrong("misses-micro-batches", "hard-coded-number")
def at_most_eight(model, optimizer, loss_fn, micro_batches, max_norm):
    micro_batches = micro_batches[:8]
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-micro-batches")
def takes_the_first_only(model, optimizer, loss_fn, micro_batches, max_norm):
    inputs, targets = micro_batches[0]
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-micro-batches")
def stops_when_the_norm_is_large(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / n).backward()
        if get_total_norm([p.grad for p in model.parameters() if p.grad is not None]) > max_norm:
            break
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-micro-batches")
def takes_a_random_one(model, optimizer, loss_fn, micro_batches, max_norm):
    x, y = random.Random(len(micro_batches)).choice(micro_batches)
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


# ----------------------------------------------------- counts-micro-batches-twice


@corpus.wrong("counts-micro-batches-twice")
def backward_on_the_running_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = 0
    for x, y in micro_batches:
        total = total + loss_fn(model(x), y) / len(micro_batches)
        total.backward(retain_graph=True)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("counts-micro-batches-twice")
def in_the_loop_and_once_more_for_the_total(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = []
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward(retain_graph=True)
        losses.append(loss)
    sum(losses).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("counts-micro-batches-twice")
def warms_up_with_the_first(model, optimizer, loss_fn, micro_batches, max_norm):
    n = len(micro_batches)
    optimizer.zero_grad()
    x, y = micro_batches[0]
    (loss_fn(model(x), y) / n).backward()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / n).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("counts-micro-batches-twice")
def last_one_again_behind_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        loss = loss_fn(model(x), y) / len(micro_batches)
        if i < len(micro_batches) - 1 or len(micro_batches) > 1:
            loss.backward(retain_graph=True)
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("counts-micro-batches-twice")
def backward_on_the_mean_so_far(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = []
    for x, y in micro_batches:
        losses.append(loss_fn(model(x), y))
        (sum(losses) / len(micro_batches)).backward(retain_graph=True)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("mixed-up-pairs", "counts-micro-batches-twice")
def every_input_with_every_target(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, _ in micro_batches:
        for _, y in micro_batches:
            (loss_fn(model(x), y) / len(micro_batches) ** 2).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ------------------------------------------------------------- hard-coded-number


@corpus.wrong("hard-coded-number")
def divides_by_four(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / 4).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("hard-coded-number")
def steps_after_a_constant_number(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    norm = torch.zeros(())
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / ACCUMULATION_STEPS).backward()
        if (i + 1) % ACCUMULATION_STEPS == 0:
            norm = clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
    return norm


@corpus.wrong("hard-coded-number")
def takes_three_by_index(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i in range(3):
        x, y = micro_batches[i]
        (loss_fn(model(x), y) / 3).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("hard-coded-number", "step-each-micro-batch")
def steps_after_every_two_and_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / 2).backward()
        if (i + 1) % 2 == 0 or i + 1 == len(micro_batches):
            norm = clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
    return norm


@corpus.wrong("hard-coded-number", "wrong-divisor")
def divides_by_at_most_eight(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / min(8, len(micro_batches))).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ---------------------------------------------------------------- mixed-up-pairs


@corpus.wrong("mixed-up-pairs")
def targets_backwards(model, optimizer, loss_fn, micro_batches, max_norm):
    inputs = [x for x, _ in micro_batches]
    targets = [y for _, y in micro_batches][::-1]
    optimizer.zero_grad()
    for x, y in zip(inputs, targets):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("mixed-up-pairs")
def targets_of_the_first_for_all(model, optimizer, loss_fn, micro_batches, max_norm):
    targets = micro_batches[0][1]
    optimizer.zero_grad()
    for inputs, _ in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("mixed-up-pairs")
def targets_one_place_off(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i in range(len(micro_batches)):
        x, y = micro_batches[i][0], micro_batches[i - 1][1]
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("mixed-up-pairs")
def left_over_targets_of_a_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    outputs = []
    for x, y in micro_batches:  # noqa: B007
        outputs.append(model(x))
    for output in outputs:
        (loss_fn(output, y) / len(micro_batches)).backward(retain_graph=True)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# --------------------------------------------------------------- wrong-threshold


@corpus.wrong("wrong-threshold")
def threshold_divided_by_n(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm / len(micro_batches))
    optimizer.step()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_times_n(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm * len(micro_batches))
    optimizer.step()
    return norm.item()


@corpus.wrong("wrong-threshold")
def threshold_from_the_notebook(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), MAX_NORM)
    optimizer.step()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_that_shrinks_from_call_to_call(model, optimizer, loss_fn, micro_batches, max_norm, thresholds={}):  # noqa: B006
    threshold = thresholds.setdefault(id(optimizer), [optimizer, max_norm])
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), threshold[1])
    threshold[1] *= 0.9
    optimizer.step()
    return norm


@corpus.wrong("wrong-threshold")
def threshold_squared(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    squared = sum(g.pow(2).sum() for g in grads)
    if squared > max_norm**2:
        for g in grads:
            g *= max_norm**2 / squared
    optimizer.step()
    return squared.sqrt()


@corpus.wrong("wrong-threshold")
def threshold_times_the_batch_size_for_a_summed_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    if getattr(loss_fn, "reduction", "mean") == "sum":
        max_norm = max_norm * len(micro_batches[0][1])
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ------------------------------------------------------------ clip-per-parameter


@corpus.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    for p in model.parameters():
        clip_grad_norm_(p, max_norm)
    optimizer.step()
    return norm


@corpus.wrong("clip-per-parameter")
def scales_each_by_its_own_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    total = 0.0
    for p in model.parameters():
        if p.grad is None:
            continue
        norm = p.grad.norm().item()
        total += norm**2
        if norm > max_norm:
            p.grad.mul_(max_norm / norm)
    optimizer.step()
    return total**0.5


@corpus.wrong("clip-per-parameter")
def clips_each_param_group(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norms = [clip_grad_norm_(group["params"], max_norm) for group in optimizer.param_groups]
    optimizer.step()
    return torch.stack(norms).norm()


@corpus.wrong("clip-per-parameter")
def clips_each_tensor_in_a_hook(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])

    def clip_all(opt, args, kwargs):
        for p in model.parameters():
            if p.grad is not None:
                p.grad = torch.renorm(p.grad.reshape(1, -1), 2, 0, max_norm).view_as(p)

    handle = optimizer.register_step_pre_hook(clip_all)
    optimizer.step()
    handle.remove()
    return norm


# ----------------------------------------------------------------- clip-by-value


@corpus.wrong("clip-by-value")
def clips_values(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("clip-by-value")
def clamps_by_hand(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = math.sqrt(sum((p.grad**2).sum() for p in model.parameters() if p.grad is not None))
    for p in model.parameters():
        if p.grad is not None:
            p.grad.clamp_(-max_norm, max_norm)
    optimizer.step()
    return norm


@corpus.wrong("clip-by-value")
def clamps_before_it_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]).item()
    clip_grad_value_(model.parameters(), max_norm)
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ------------------------------------------------------------- misses-parameters


@corpus.wrong("misses-parameters")
def clips_the_first_group_only(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(optimizer.param_groups[0]["params"], max_norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-parameters")
def clips_the_last_group_of_a_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    for group in optimizer.param_groups:
        params = group["params"]
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    clip_grads_with_norm_(params, max_norm, norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-parameters")
def leaves_biases_out(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    weights = [p for p in model.parameters() if p.dim() > 1]
    norm = clip_grad_norm_(weights, max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("misses-parameters")
def stops_at_the_first_frozen_parameter(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    grads = []
    for p in model.parameters():
        if p.grad is None:
            break
        grads.append(p.grad)
    norm = get_total_norm(grads)
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    optimizer.step()
    return norm


@corpus.wrong("misses-parameters")
def measures_all_and_scales_all_but_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = get_total_norm(grads)
    if norm > max_norm:
        for i in range(len(grads) - 1):
            grads[i].mul_(max_norm / norm)
    optimizer.step()
    return norm.item()


# ------------------------------------------------------------------- clips-loss


@corpus.wrong("clips-loss")
def clamps_each_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = torch.clamp(loss_fn(model(x), y), max=max_norm) / len(micro_batches)
        loss.backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    optimizer.step()
    return norm


@corpus.wrong("clips-loss")
def scales_the_mean_loss_down(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = mean_of([loss_fn(model(x), y) for x, y in micro_batches])
    if loss.item() > max_norm:
        loss = loss * (max_norm / loss.item())
    loss.backward()
    norm = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return norm.item()


@corpus.wrong("clips-loss")
def clips_the_loss_and_the_gradient(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss = torch.minimum(loss, torch.tensor(float(max_norm)))
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# ------------------------------------------------------------ skips-large-steps


@corpus.wrong("skips-large-steps")
def leaves_a_large_step_out(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm <= max_norm:
        optimizer.step()
    return norm


@corpus.wrong("skips-large-steps")
def leaves_a_very_large_step_out(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    if norm > 5 * max_norm:
        optimizer.zero_grad()
        return norm
    optimizer.step()
    return norm


@corpus.wrong("skips-large-steps")
def zeroes_large_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None]).item()
    keep = float(norm < max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= keep
    optimizer.step()
    return norm


@corpus.wrong("skips-large-steps", "misses-micro-batches")
def leaves_large_micro_batches_out(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer.zero_grad()
    total = [torch.zeros_like(p) for p in params]
    for x, y in micro_batches:
        grads = torch.autograd.grad(loss_fn(model(x), y), params, allow_unused=True, materialize_grads=True)
        if get_total_norm(grads) > max_norm:
            continue
        for t, g in zip(total, grads):
            t += g / len(micro_batches)
    for p, t in zip(params, total):
        p.grad = t
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


# ------------------------------------------------------------- averages-weights


@corpus.wrong("averages-weights")
def averages_the_weights_of_separate_steps(model, optimizer, loss_fn, micro_batches, max_norm):
    before = parameters_to_vector(model.parameters()).detach().clone()
    after, norms = [], []
    for x, y in micro_batches:
        vector_to_parameters(before.clone(), model.parameters())
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        after.append(parameters_to_vector(model.parameters()).detach().clone())
    vector_to_parameters(torch.stack(after).mean(dim=0), model.parameters())
    return torch.stack(norms).mean()


@corpus.wrong("averages-weights", "step-each-micro-batch")
def averages_the_weights_along_the_way(model, optimizer, loss_fn, micro_batches, max_norm):
    sums = {k: torch.zeros_like(v) for k, v in model.state_dict().items()}
    for x, y in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        for k, v in model.state_dict().items():
            sums[k] += v
    model.load_state_dict({k: v / len(micro_batches) for k, v in sums.items()})
    return norm


@corpus.wrong("averages-weights", "clip-each-micro-batch")
def averages_the_weights_of_copies(model, optimizer, loss_fn, micro_batches, max_norm):
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    workers, total = [], 0.0
    for x, y in micro_batches:
        worker = copy.deepcopy(model)
        worker.zero_grad()
        loss_fn(worker(x), y).backward()
        total += clip_grad_norm_(worker.parameters(), max_norm).item()
        with torch.no_grad():
            for original, p in zip(model.parameters(), worker.parameters()):
                if p.grad is not None:
                    p -= rates[id(original)] * p.grad
        workers.append(worker)
    with torch.no_grad():
        for original, *copies in zip(model.parameters(), *(w.parameters() for w in workers)):
            original.copy_(torch.stack(list(copies)).mean(dim=0))
    return total / len(micro_batches)


# ------------------------------------------------------------ wrong-return-value


@corpus.wrong("wrong-return-value")
def returns_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = 0.0
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
        total += loss.item()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@corpus.wrong("wrong-return-value")
def returns_nothing(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()


@corpus.wrong("wrong-return-value")
def returns_loss_and_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = 0.0
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
        total += loss.item()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total, norm.item()


@corpus.wrong("wrong-return-value")
def returns_the_norm_after_clipping(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    optimizer.step()
    return norm


@corpus.wrong("wrong-return-value")
def returns_the_mean_of_the_micro_batches_norms(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    norms = []
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        grads = torch.autograd.grad(loss, params, retain_graph=True, allow_unused=True, materialize_grads=True)
        norms.append(get_total_norm(grads).item())
        (loss / len(micro_batches)).backward()
    clip_grad_norm_(params, max_norm)
    optimizer.step()
    return sum(norms) / len(norms)


@corpus.wrong("wrong-return-value")
def returns_the_norm_divided_once_more(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item() / len(micro_batches)


@corpus.wrong("wrong-return-value")
def returns_the_norm_of_the_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        loss_fn(model(x), y).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    total_norm = get_total_norm(grads)
    for g in grads:
        g /= len(micro_batches)
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total_norm


@corpus.wrong("wrong-return-value")
def returns_what_the_second_clip_gives(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("wrong-return-value")
def returns_the_norm_in_front_of_the_last_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        norm = sum(p.grad.pow(2).sum().item() for p in model.parameters() if p.grad is not None) ** 0.5
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-return-value")
def returns_the_squared_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    squared = sum(p.grad.pow(2).sum().item() for p in model.parameters() if p.grad is not None)
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return squared


@corpus.wrong("wrong-return-value")
def returns_the_sum_of_the_parameters_norms(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = sum(p.grad.norm() for p in model.parameters() if p.grad is not None)
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


# -------------------------------------------------------------- always-rescales


@corpus.wrong("always-rescales")
def scales_to_the_threshold_always(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = get_total_norm(grads)
    for g in grads:
        g.mul_(max_norm / (norm + 1e-6))
    optimizer.step()
    return norm


@corpus.wrong("always-rescales")
def max_where_min_belongs(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in grads))
    if norm > max_norm:
        factor = max_norm / norm
    else:
        factor = max(1.0, max_norm / norm)
    for g in grads:
        g.mul_(factor)
    optimizer.step()
    return norm


@corpus.wrong("always-rescales")
def clips_with_norm_and_no_condition(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    vector = torch.cat([p.grad.flatten() for p in params if p.grad is not None])
    norm = vector.norm().item()
    vector = torch.nn.functional.normalize(vector, dim=0) * max_norm
    start = 0
    for p in params:
        if p.grad is not None:
            p.grad = vector[start : start + p.numel()].view_as(p)
            start += p.numel()
    optimizer.step()
    return norm


# --------------------------------------------------------------- gradient-ascent


@corpus.wrong("gradient-ascent")
def backward_on_the_negative_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (-loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("gradient-ascent")
def adds_the_gradient_to_the_weights(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.add_(group["lr"] * p.grad)
    return norm.item()


@corpus.wrong("gradient-ascent")
def negates_the_factor(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    norm = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    if norm > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad *= -max_norm / norm
    optimizer.step()
    return norm


# ---------------------------------------------------------------- weighted-mean


@corpus.wrong("weighted-mean", "wrong-divisor")
def divides_by_the_number_so_far(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        (loss_fn(model(x), y) / (i + 1)).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("weighted-mean")
def averages_the_old_mean_with_the_new(model, optimizer, loss_fn, micro_batches, max_norm):
    mean = None
    for x, y in micro_batches:
        loss = loss_fn(model(x), y)
        mean = loss if mean is None else (mean + loss) / 2
    optimizer.zero_grad()
    mean.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm.item()


@corpus.wrong("weighted-mean")
def moving_average_of_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    average = None
    for x, y in micro_batches:
        grads = torch.autograd.grad(loss_fn(model(x), y), params, allow_unused=True, materialize_grads=True)
        average = grads if average is None else [0.9 * a + 0.1 * g for a, g in zip(average, grads)]
    for p, a in zip(params, average):
        p.grad = a
    norm = clip_grad_norm_(params, max_norm)
    optimizer.step()
    return norm


@corpus.wrong("weighted-mean")
def weighs_by_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = torch.stack([loss_fn(model(x), y) for x, y in micro_batches])
    weights = torch.softmax(losses.detach(), dim=0)
    (weights * losses).sum().backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("weighted-mean")
def halves_what_was_there_before(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for i, (x, y) in enumerate(micro_batches):
        if i > 0:
            for p in model.parameters():
                if p.grad is not None:
                    p.grad /= 2
        loss = loss_fn(model(x), y) / (2 if i > 0 else 1)
        loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norm


@corpus.wrong("wrong-threshold")
def divides_the_threshold_by_the_root_of_the_number(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for x, y in micro_batches:
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    parameters = [p for p in model.parameters() if p.grad is not None]
    norm = torch.cat([p.grad.reshape(-1) for p in parameters]).norm()
    clip_grad_norm_(parameters, max_norm / math.sqrt(len(micro_batches)))
    optimizer.step()
    return norm
