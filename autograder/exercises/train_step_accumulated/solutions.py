"""The reference step over micro-batches, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


# -- right in another spelling -----------------------------------------------------------------------------------------


@answers.right
def adds_up_the_losses(model, optimizer, loss_fn, micro_batches, max_norm):
    losses = [loss_fn(model(inputs), targets) for inputs, targets in micro_batches]
    optimizer.zero_grad()
    (sum(losses) / len(losses)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@answers.right
def stacks_the_losses_and_clears_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    torch.stack([loss_fn(model(inputs), targets) for inputs, targets in micro_batches]).mean().backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return total


@answers.right
def divides_the_gradients_afterwards(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.right
def by_hand_with_detached_accumulators(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        grads = torch.autograd.grad(loss_fn(model(inputs), targets), params)
        mean = [m + g / len(micro_batches) for m, g in zip(mean, grads, strict=True)]
    total = torch.cat([m.flatten() for m in mean]).norm().item()
    for p, m in zip(params, mean, strict=True):
        p.grad = m * min(1.0, max_norm / total)
    optimizer.step()
    return total


@answers.right
def without_optimizer_step(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    loss = sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches) / len(micro_batches)
    grads = torch.autograd.grad(loss, params)
    total = torch.nn.utils.get_total_norm(grads)
    with torch.no_grad():
        for p, g in zip(params, grads, strict=True):
            p -= optimizer.param_groups[0]["lr"] * (max_norm / total).clamp(max=1.0) * g
    return float(total)


@answers.right
def with_a_closure(model, optimizer, loss_fn, micro_batches, max_norm):
    norms = []

    def closure():
        optimizer.zero_grad()
        for inputs, targets in micro_batches:
            (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))

    optimizer.step(closure)
    return norms[0]


@answers.right
def one_large_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    inputs = torch.cat([inputs for inputs, _ in micro_batches])
    targets = torch.cat([targets for _, targets in micro_batches])
    loss = loss_fn(model(inputs), targets)
    if loss_fn.reduction == "sum":
        loss = loss / len(micro_batches)
    optimizer.zero_grad()
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.right
def scales_the_upstream_gradient(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets)
        loss.backward(torch.full_like(loss, 1 / len(micro_batches)))
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.right
def scales_with_foreach(model, optimizer, loss_fn, micro_batches, max_norm):
    model.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    torch._foreach_div_(grads, float(len(micro_batches)))
    total = torch.stack(torch._foreach_norm(grads)).norm()
    torch._foreach_mul_(grads, float((max_norm / (total + 1e-6)).clamp(max=1.0)))
    optimizer.step()
    return total


@answers.right
def running_mean_of_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for k, (inputs, targets) in enumerate(micro_batches, start=1):
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        for m, p in zip(mean, params, strict=True):
            m += (p.grad - m) / k
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    total = torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return total


@answers.right
def steps_at_the_last_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k, (inputs, targets) in enumerate(micro_batches):
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        if k + 1 == len(micro_batches):
            total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return total


@answers.right
def clips_the_sum_to_n_times_the_threshold(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    n = len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), n * max_norm) / n
    for p in model.parameters():
        if p.grad is not None:
            p.grad.div_(n)
    optimizer.step()
    return total.item()


# -- the mean: not divided, divided by something else, divided at another place ----------------------------------------


@answers.wrong("missing-division")
def adds_up_and_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-division")
def adds_up_losses_and_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-division")
def divides_the_returned_norm_only(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item() / len(micro_batches)


@answers.wrong("missing-division")
def divides_a_copy_of_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        loss = loss / len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-division")
def one_large_batch_with_any_reduction(model, optimizer, loss_fn, micro_batches, max_norm):
    inputs = torch.cat([inputs for inputs, _ in micro_batches])
    targets = torch.cat([targets for _, targets in micro_batches])
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-division")
def adds_up_and_clips_to_n_times_the_threshold(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * len(micro_batches))
    optimizer.step()
    return total.item()


@answers.wrong("divides-twice")
def divides_loss_and_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("divides-twice")
def divides_in_the_loop_and_the_total(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = 0.0
    for inputs, targets in micro_batches:
        loss = loss + loss_fn(model(inputs), targets) / len(micro_batches)
    (loss / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("divides-twice")
def divides_by_the_square(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches) ** 2).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("divides-twice")
def divides_by_all_examples(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / (len(micro_batches) * len(inputs))
        loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("divides-twice")
def divides_before_and_after_clipping(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_the_examples_of_a_micro_batch(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(inputs)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_one_less(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / max(len(micro_batches) - 1, 1)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_one_more(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / (len(micro_batches) + 1)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_the_root(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches) ** 0.5).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_the_parameters(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(list(model.parameters()))).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_the_features(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / inputs.shape[1]).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_the_pair(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches[0])).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-divisor")
def divides_by_max_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / max_norm).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("divides-after-clipping")
def clips_the_sum_then_divides_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    optimizer.step()
    return total.item()


@answers.wrong("divides-after-clipping")
def clips_the_sum_then_divides_norm_too(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    optimizer.step()
    return total.item() / len(micro_batches)


@answers.wrong("divides-after-clipping")
def clips_the_sum_then_divides_the_rate(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for group in optimizer.param_groups:
        group["lr"] /= len(micro_batches)
    optimizer.step()
    for group in optimizer.param_groups:
        group["lr"] *= len(micro_batches)
    return total.item()


@answers.wrong("hard-coded-number")
def divides_by_four(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / 4).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("hard-coded-number")
def divides_by_three(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / 3).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("hard-coded-number")
def divides_by_two(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / 2).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("hard-coded-number")
def divides_the_gradients_by_eight(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= 8
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("hard-coded-number")
def counts_to_four(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k in range(4):
        inputs, targets = micro_batches[k]
        (loss_fn(model(inputs), targets) / 4).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("hard-coded-number")
def counts_to_five(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k in range(5):
        inputs, targets = micro_batches[k]
        (loss_fn(model(inputs), targets) / 5).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("hard-coded-number")
def steps_at_the_fourth(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = torch.tensor(0.0)
    for k, (inputs, targets) in enumerate(micro_batches):
        (loss_fn(model(inputs), targets) / 4).backward()
        if (k + 1) % 4 == 0:
            total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
    return total.item()


@answers.wrong("hard-coded-number")
def takes_the_first_four(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches[:4]:
        (loss_fn(model(inputs), targets) / 4).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


# -- once for each micro-batch instead of once -------------------------------------------------------------------------


@answers.wrong("clip-each-micro-batch")
def clips_after_each_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def clips_after_each_and_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def clips_the_growing_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def clips_the_growing_sum_then_divides(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= len(micro_batches)
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def averages_clipped_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(params, max_norm)
        for m, p in zip(mean, params, strict=True):
            m += p.grad / len(micro_batches)
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def averages_clipped_gradients_and_norms(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    norms = []
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(params, max_norm))
        for m, p in zip(mean, params, strict=True):
            m += p.grad / len(micro_batches)
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    optimizer.step()
    return sum(norms).item() / len(norms)


@answers.wrong("clip-each-micro-batch")
def averages_clipped_gradients_and_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(params, max_norm)
        for m, p in zip(mean, params, strict=True):
            m += p.grad / len(micro_batches)
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    total = torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def adds_up_clipped_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(params, max_norm)
        for m, p in zip(mean, params, strict=True):
            m += p.grad
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def adds_up_clipped_shares(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        total = torch.nn.utils.clip_grad_norm_(params, max_norm)
        for m, p in zip(mean, params, strict=True):
            m += p.grad
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    optimizer.step()
    return total.item()


@answers.wrong("clip-each-micro-batch")
def adds_up_clipped_shares_and_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        torch.nn.utils.clip_grad_norm_(params, max_norm)
        for m, p in zip(mean, params, strict=True):
            m += p.grad
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    total = torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_for_each_with_its_own_gradient(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_for_each_with_its_share(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_in_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_in_the_loop_with_the_growing_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_in_the_loop_and_clears(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        optimizer.zero_grad()
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_in_the_loop_and_clips_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        optimizer.step()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return total.item()


@answers.wrong("step-each-micro-batch")
def steps_in_the_loop_without_clip(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        optimizer.step()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    return total.item()


@answers.wrong("averages-weights")
def averages_weights_of_clipped_steps(model, optimizer, loss_fn, micro_batches, max_norm):
    start = [p.detach().clone() for p in model.parameters()]
    mean = [torch.zeros_like(p) for p in start]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        with torch.no_grad():
            for m, p, s in zip(mean, model.parameters(), start, strict=True):
                m += p / len(micro_batches)
                p.copy_(s)
    with torch.no_grad():
        for m, p in zip(mean, model.parameters(), strict=True):
            p.copy_(m)
    return total.item()


@answers.wrong("averages-weights")
def averages_weights_along_the_way(model, optimizer, loss_fn, micro_batches, max_norm):
    mean = [torch.zeros_like(p) for p in model.parameters()]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        for m, p in zip(mean, model.parameters(), strict=True):
            m += p.detach() / len(micro_batches)
    with torch.no_grad():
        for m, p in zip(mean, model.parameters(), strict=True):
            p.copy_(m)
    return total.item()


@answers.wrong("averages-weights")
def averages_weights_of_raw_steps(model, optimizer, loss_fn, micro_batches, max_norm):
    start = {name: value.clone() for name, value in model.state_dict().items()}
    states = []
    for inputs, targets in micro_batches:
        model.load_state_dict(start)
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
        optimizer.step()
        states.append({name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in start})
    return total.item()


@answers.wrong("averages-weights")
def averages_weights_of_copies(model, optimizer, loss_fn, micro_batches, max_norm):
    import copy

    copies = []
    for inputs, targets in micro_batches:
        one = copy.deepcopy(model)
        one.zero_grad()
        loss_fn(one(inputs), targets).backward()
        total = torch.nn.utils.clip_grad_norm_(one.parameters(), max_norm)
        torch.optim.SGD(one.parameters(), lr=optimizer.param_groups[0]["lr"]).step()
        copies.append(list(one.parameters()))
    with torch.no_grad():
        for p, *others in zip(model.parameters(), *copies, strict=True):
            p.copy_(sum(others) / len(others))
    return total.item()


# -- gradients emptied too often, too late, or never -------------------------------------------------------------------


@answers.wrong("zero-each-micro-batch")
def zeroes_in_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("zero-each-micro-batch")
def zeroes_in_the_loop_without_division(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("zero-each-micro-batch")
def overwrites_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    for inputs, targets in micro_batches:
        grads = torch.autograd.grad(loss_fn(model(inputs), targets) / len(micro_batches), params)
        for p, g in zip(params, grads, strict=True):
            p.grad = g
    total = torch.nn.utils.clip_grad_norm_(params, max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("zero-each-micro-batch")
def zeroes_before_each_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        for p in model.parameters():
            p.grad = None
        loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-zero-grad")
def never_zeroes(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-zero-grad")
def zeroes_the_first_group_only(model, optimizer, loss_fn, micro_batches, max_norm):
    for p in optimizer.param_groups[0]["params"][:2]:
        p.grad = None
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-zero-grad")
def never_zeroes_and_adds_up(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-zero-grad")
def zeroes_a_copy(model, optimizer, loss_fn, micro_batches, max_norm):
    for p in model.parameters():
        if p.grad is not None:
            torch.zero_(p.grad.clone())
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("zero-grad-before-step")
def zeroes_before_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    optimizer.step()
    return total.item()


@answers.wrong("zero-grad-before-step")
def zeroes_before_the_clip(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    optimizer.zero_grad()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("zero-grad-before-step")
def zeroes_at_the_end_of_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        optimizer.zero_grad()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


# -- clipping missing, late or early -----------------------------------------------------------------------------------


@answers.wrong("missing-clip")
def measures_without_clipping(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("missing-clip")
def clips_to_infinity(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf"))
    optimizer.step()
    return total.item()


@answers.wrong("missing-clip")
def clips_a_copy_of_the_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    clipped = [p.grad * min(1.0, max_norm / total.item()) for p in model.parameters() if p.grad is not None]
    assert clipped
    optimizer.step()
    return total.item()


@answers.wrong("missing-clip")
def clips_the_gradients_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_([p.grad for p in model.parameters() if p.grad is not None], max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-clip")
def adds_up_without_clipping(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("clip-after-step")
def clips_after_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    optimizer.step()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return total.item()


@answers.wrong("clip-after-step")
def clips_after_the_step_and_clears(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    optimizer.step()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    return total.item()


@answers.wrong("clip-after-step")
def clips_after_the_last_zero_grad(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    optimizer.step()
    optimizer.zero_grad()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return total.item()


@answers.wrong("clip-before-backward")
def clips_before_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    optimizer.step()
    return total.item()


@answers.wrong("clip-before-backward")
def clips_before_each_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        loss.backward()
    optimizer.step()
    return total.item()


@answers.wrong("clip-before-backward")
def clips_before_zero_grad(model, optimizer, loss_fn, micro_batches, max_norm):
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    optimizer.step()
    return total.item()


@answers.wrong("clip-before-backward")
def clips_before_the_last_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    *first, last = micro_batches
    for inputs, targets in first:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    (loss_fn(model(last[0]), last[1]) / len(micro_batches)).backward()
    optimizer.step()
    return total.item()


@answers.wrong("clip-before-backward")
def clips_before_the_only_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches) / len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return total.item()


# -- steps and backward passes missing or doubled ----------------------------------------------------------------------


@answers.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return total.item()


@answers.wrong("missing-step")
def looks_up_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step  # noqa: B018
    return total.item()


@answers.wrong("missing-step")
def steps_on_copies(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p = p - optimizer.param_groups[0]["lr"] * p.grad
    return total.item()


@answers.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.step()
    return total.item()


@answers.wrong("double-step")
def steps_for_each_at_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for _ in micro_batches:
        optimizer.step()
    return total.item()


@answers.wrong("double-step")
def steps_for_each_group(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for _ in range(1 + len(optimizer.param_groups)):
        optimizer.step()
    return total.item()


@answers.wrong("missing-backward")
def never_goes_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets) / len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-backward")
def detaches_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = sum(loss_fn(model(inputs), targets).item() for inputs, targets in micro_batches) / len(micro_batches)
    torch.tensor(loss, requires_grad=True).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-backward")
def goes_backward_from_a_number(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = sum(loss_fn(model(inputs), targets).item() for inputs, targets in micro_batches) / len(micro_batches)
    torch.tensor(loss).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-backward")
def calls_backward_of_a_float(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = 0.0
    for inputs, targets in micro_batches:
        loss += loss_fn(model(inputs), targets).item() / len(micro_batches)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-backward")
def forward_without_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    with torch.no_grad():
        loss = sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches) / len(micro_batches)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("missing-backward")
def measures_without_going_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets) / len(micro_batches)
    total = sum(p.grad.norm() ** 2 for p in model.parameters()) ** 0.5
    optimizer.step()
    return total.item()


# -- micro-batches left out, counted twice, weighted, or mixed up ------------------------------------------------------


@answers.wrong("misses-micro-batches")
def leaves_out_the_first(model, optimizer, loss_fn, micro_batches, max_norm):
    total = torch.tensor(0.0)
    optimizer.zero_grad()
    for inputs, targets in micro_batches[1:]:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def leaves_out_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches[:-1]:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def takes_the_first_only(model, optimizer, loss_fn, micro_batches, max_norm):
    inputs, targets = micro_batches[0]
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def goes_backward_after_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def goes_backward_after_the_loop_without_division(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def returns_in_the_loop(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return total.item()


@answers.wrong("misses-micro-batches")
def takes_every_other(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches[::2]:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def leaves_out_the_last_and_divides_right(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches[: max(len(micro_batches) - 1, 1)]:
        (loss_fn(model(inputs), targets) / max(len(micro_batches) - 1, 1)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-micro-batches")
def cuts_off_the_running_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    total_loss = torch.tensor(0.0)
    for inputs, targets in micro_batches:
        total_loss = total_loss.detach() + loss_fn(model(inputs), targets) / len(micro_batches)
    total_loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def goes_backward_on_the_running_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = 0.0
    for inputs, targets in micro_batches:
        loss = loss + loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward(retain_graph=True)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def goes_backward_on_the_undivided_running_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = 0.0
    for inputs, targets in micro_batches:
        loss = loss + loss_fn(model(inputs), targets)
        (loss / len(micro_batches)).backward(retain_graph=True)
        assert loss is not None
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def goes_backward_on_the_running_mean(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = []
    for inputs, targets in micro_batches:
        losses.append(loss_fn(model(inputs), targets))
        (sum(losses) / len(losses)).backward(retain_graph=True)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def goes_backward_on_a_spent_graph(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = 0.0
    for inputs, targets in micro_batches:
        loss = loss + loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def goes_backward_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward(retain_graph=True)
        loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def counts_the_first_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    inputs, targets = micro_batches[0]
    (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def counts_the_last_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward(retain_graph=True)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("counts-micro-batches-twice")
def in_the_loop_and_after_it(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = []
    for inputs, targets in micro_batches:
        losses.append(loss_fn(model(inputs), targets) / len(micro_batches))
        losses[-1].backward(retain_graph=True)
    sum(losses).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def targets_of_the_next(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k in range(len(micro_batches)):
        inputs, targets = micro_batches[k][0], micro_batches[(k + 1) % len(micro_batches)][1]
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def targets_of_the_one_before(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k in range(len(micro_batches)):
        inputs, targets = micro_batches[k][0], micro_batches[k - 1][1]
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def targets_of_the_next_beyond_the_end(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k in range(len(micro_batches)):
        inputs, targets = micro_batches[k][0], micro_batches[k + 1][1]
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def targets_backwards(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    inputs, targets = zip(*micro_batches, strict=True)
    for x, y in zip(inputs, reversed(targets), strict=True):
        (loss_fn(model(x), y) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def targets_of_the_first(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, _targets in micro_batches:
        (loss_fn(model(inputs), micro_batches[0][1]) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def targets_of_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    outputs = []
    for inputs, targets in micro_batches:  # noqa: B007
        outputs.append(model(inputs))
    loss = sum(loss_fn(output, targets) for output in outputs) / len(micro_batches)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def inputs_of_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, _ in micro_batches:
        outputs = model(inputs)
    loss = sum(loss_fn(outputs, targets) for _, targets in micro_batches) / len(micro_batches)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("mixed-up-pairs")
def every_input_with_every_target(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, _ in micro_batches:
        for _, targets in micro_batches:
            (loss_fn(model(inputs), targets) / len(micro_batches) ** 2).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("weighted-mean")
def weighs_by_position(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    weights = range(1, len(micro_batches) + 1)
    for weight, (inputs, targets) in zip(weights, micro_batches, strict=True):
        (loss_fn(model(inputs), targets) * weight / sum(weights)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("weighted-mean")
def halves_the_running_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = None
    for inputs, targets in micro_batches:
        new = loss_fn(model(inputs), targets)
        loss = new if loss is None else (loss + new) / 2
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("weighted-mean")
def divides_by_the_position(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for k, (inputs, targets) in enumerate(micro_batches, start=1):
        (loss_fn(model(inputs), targets) / k).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("weighted-mean")
def weighs_by_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = torch.stack([loss_fn(model(inputs), targets) for inputs, targets in micro_batches])
    (losses * losses.detach() / losses.detach().sum()).sum().backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("weighted-mean")
def weighs_by_softmax(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    losses = torch.stack([loss_fn(model(inputs), targets) for inputs, targets in micro_batches])
    (losses * losses.detach().softmax(0)).sum().backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("weighted-mean")
def moving_average(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = 0.0
    for inputs, targets in micro_batches:
        loss = 0.9 * loss + 0.1 * loss_fn(model(inputs), targets)
    loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("divides-twice")
def divides_the_growing_gradient(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
        for p in model.parameters():
            if p.grad is not None:
                p.grad /= len(micro_batches)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


# -- clipping something else, or to another length ---------------------------------------------------------------------


@answers.wrong("wrong-threshold")
def clips_to_one(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_to_n_times_max_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm * len(micro_batches))
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_to_a_share_of_max_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm / len(micro_batches))
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_to_the_square(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm**2)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_to_the_root(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm**0.5)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def scales_to_one(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    if total > max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad /= total
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_the_one_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=1)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_the_sum_of_norms(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = sum(p.grad.norm() for p in model.parameters() if p.grad is not None)
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= min(1.0, max_norm / total.item())
    optimizer.step()
    return total.item()


@answers.wrong("wrong-threshold")
def clips_twice(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= min(1.0, max_norm / total.item())
    optimizer.step()
    return total.item()


@answers.wrong("always-rescales")
def scales_always(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= max_norm / total
    optimizer.step()
    return total.item()


@answers.wrong("always-rescales")
def scales_small_gradients_only(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    if total < max_norm:
        for p in model.parameters():
            if p.grad is not None:
                p.grad *= max_norm / total
    optimizer.step()
    return total.item()


@answers.wrong("always-rescales")
def divides_by_the_norm_after_clipping(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    after = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= max_norm / after
    optimizer.step()
    return total.item()


@answers.wrong("always-rescales")
def scales_the_sum_always(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= max_norm / total
    optimizer.step()
    return total.item() / len(micro_batches)


@answers.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for p in model.parameters():
        torch.nn.utils.clip_grad_norm_(p, max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-per-parameter")
def clips_each_group(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for group in optimizer.param_groups:
        torch.nn.utils.clip_grad_norm_(group["params"], max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-per-parameter")
def clips_each_layer(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for layer in model.children():
        torch.nn.utils.clip_grad_norm_(layer.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-per-parameter")
def clips_each_parameter_of_the_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    for p in model.parameters():
        torch.nn.utils.clip_grad_norm_(p, max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-by-value")
def clamps_with_the_library(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-by-value")
def clamps_then_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-by-value")
def clamps_the_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss_fn(model(inputs), targets).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clip-by-value")
def clamps_after_each_backward(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_the_first_group(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_the_last_group(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(optimizer.param_groups[-1]["params"], max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_the_weights(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.ndim > 1], max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_the_last_layer(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model[-1].parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_the_first_layer(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model[0].parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_all_but_the_last(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(list(model.parameters())[:-1], max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("misses-parameters")
def clips_one_parameter(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(next(model.parameters()), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clips-loss")
def clamps_each_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets).clamp(max=max_norm)
        (loss / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("clips-loss")
def clamps_each_loss_and_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets).clamp(max=max_norm)
        (loss / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clips-loss")
def clamps_the_mean_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches) / len(micro_batches)
    loss.clamp(max=max_norm).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("clips-loss")
def clamps_the_mean_loss_and_clips(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches) / len(micro_batches)
    torch.clamp(loss, max=max_norm).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("clips-loss")
def shortens_each_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets)
        (loss * min(1.0, max_norm / loss.item()) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("clips-loss")
def shortens_the_mean_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    loss = sum(loss_fn(model(inputs), targets) for inputs, targets in micro_batches) / len(micro_batches)
    (loss * min(1.0, max_norm / loss.item())).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    optimizer.step()
    return total.item()


@answers.wrong("skips-large-steps")
def skips_the_step(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    if total <= max_norm:
        optimizer.step()
    return total.item()


@answers.wrong("skips-large-steps")
def skips_large_micro_batches(model, optimizer, loss_fn, micro_batches, max_norm):
    params = [p for p in model.parameters() if p.requires_grad]
    mean = [torch.zeros_like(p) for p in params]
    for inputs, targets in micro_batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
        if total > max_norm:
            continue
        for m, p in zip(mean, params, strict=True):
            m += p.grad / len(micro_batches)
    for m, p in zip(mean, params, strict=True):
        p.grad = m
    optimizer.step()
    return total.item()


@answers.wrong("skips-large-steps")
def drops_large_gradients(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm()
    if total > max_norm:
        optimizer.zero_grad()
    optimizer.step()
    return total.item()


@answers.wrong("skips-large-steps")
def skips_the_step_above_the_clipped_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    if total < max_norm:
        optimizer.step()
    return total.item()


@answers.wrong("gradient-ascent")
def turns_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (-loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("gradient-ascent")
def turns_the_gradient(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    for p in model.parameters():
        if p.grad is not None:
            p.grad *= -1
    optimizer.step()
    return total.item()


@answers.wrong("gradient-ascent")
def clips_to_minus_max_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), -max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("gradient-ascent")
def adds_the_gradient(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p += optimizer.param_groups[0]["lr"] * p.grad
    return total.item()


# -- the right update, another number returned -------------------------------------------------------------------------


@answers.wrong("wrong-return-value")
def returns_nothing(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()


@answers.wrong("wrong-return-value")
def returns_the_clipped_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm().item()


@answers.wrong("wrong-return-value")
def returns_the_threshold(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return max_norm


@answers.wrong("wrong-return-value")
def returns_the_smaller(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return min(total.item(), max_norm)


@answers.wrong("wrong-return-value")
def returns_the_norm_of_the_sum(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item() * len(micro_batches)


@answers.wrong("wrong-return-value")
def returns_the_norm_of_the_clipped_then_summed(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm().item() * len(
        micro_batches
    )


@answers.wrong("wrong-return-value")
def returns_the_loss(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@answers.wrong("wrong-return-value")
def returns_loss_and_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        loss = loss_fn(model(inputs), targets) / len(micro_batches)
        loss.backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), total.item()


@answers.wrong("wrong-return-value")
def returns_norms_of_parameters(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    norms = [p.grad.norm() for p in model.parameters() if p.grad is not None]
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norms


@answers.wrong("wrong-return-value")
def returns_the_sum_of_norms(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = sum(p.grad.norm() for p in model.parameters() if p.grad is not None)
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-return-value")
def returns_the_squared_norm(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item() ** 2


@answers.wrong("wrong-return-value")
def returns_the_mean_of_the_growing_norms(model, optimizer, loss_fn, micro_batches, max_norm):
    norms = []
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
        norms.append(torch.stack([p.grad.norm() for p in model.parameters() if p.grad is not None]).norm().item())
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return sum(norms) / len(norms)


@answers.wrong("wrong-return-value")
def returns_the_norm_after_zero_grad(model, optimizer, loss_fn, micro_batches, max_norm):
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    optimizer.zero_grad()
    return sum(p.grad.norm() ** 2 for p in model.parameters() if p.grad is not None) ** 0.5


@answers.wrong("wrong-return-value")
def returns_text(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return f"{total:.4f}"


# -- no answer, and answers that stop ----------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def does_nothing(model, optimizer, loss_fn, micro_batches, max_norm):
    return None


@answers.wrong("not-implemented")
def is_still_the_stub(model, optimizer, loss_fn, micro_batches, max_norm):
    raise NotImplementedError


@answers.wrong("raises")
def names_what_is_not_there(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    total = clip(model.parameters(), max_norm)  # noqa: F821
    optimizer.step()
    return total.item()


@answers.wrong("raises")
def asserts_gradients_everywhere(model, optimizer, loss_fn, micro_batches, max_norm):
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / len(micro_batches)).backward()
    assert all(p.grad is not None for p in model.parameters())
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()


@answers.wrong("wrong-signature")
def takes_one_batch(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total.item()
