"""Right spellings of `train_tbptt`: chunk by chunk, the hidden state carried over detached, each step clipped."""
# ruff: noqa: B905 - students write these, and the corpus keeps their spelling

import math

import torch
from torch.nn.utils import clip_grad_norm_, clip_grads_with_norm_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()


@corpus.right
def canonical(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence), chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss = loss_fn(outputs, targets[start : start + chunk])
        loss.backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.right
def with_split(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk)):
        if hidden is not None:
            hidden = hidden.detach()
        outputs, hidden = model(inputs, hidden)
        optimizer.zero_grad()
        loss_fn(outputs, wanted).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.right
def detaches_in_place(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms = []
    hidden = None
    start = 0
    while start < sequence.shape[0]:
        x, y = sequence[start : start + chunk], targets[start : start + chunk]
        out, hidden = model(x, hidden)
        loss = loss_fn(out, y)
        model.zero_grad()
        loss.backward()
        norms.append(float(clip_grad_norm_(model.parameters(), max_norm)))
        optimizer.step()
        hidden.detach_()
        start += chunk
    return tuple(norms)


@corpus.right
def detaches_through_data(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, state = [], None
    for inputs, wanted in zip(torch.split(sequence, chunk, dim=0), torch.split(targets, chunk, dim=0)):
        outputs, state = model(inputs, state)
        state = state.data
        loss_fn(outputs, wanted).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        optimizer.zero_grad()
    return torch.stack(norms)


@corpus.right
def copies_the_numbers(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for k in range(math.ceil(len(sequence) / chunk)):
        here = slice(k * chunk, (k + 1) * chunk)
        outputs, new = model(sequence[here], hidden)
        hidden = torch.tensor(new.tolist())
        optimizer.zero_grad()
        loss_fn(outputs, targets[here]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


@corpus.right
def clips_by_hand(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk)):
        for p in model.parameters():
            p.grad = None
        outputs, hidden = model(inputs, hidden)
        hidden = hidden.clone().detach()
        loss_fn(outputs, wanted).backward()
        grads = [p.grad for p in model.parameters()]
        norm = math.sqrt(sum(g.pow(2).sum().item() for g in grads))
        for g in grads:
            g.mul_(min(1.0, max_norm / norm))
        norms.append(norm)
        optimizer.step()
    return norms


@corpus.right
def with_autograd_grad(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    params, norms, hidden = list(model.parameters()), [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(inputs, hidden)
        hidden = hidden.detach()
        grads = torch.autograd.grad(loss_fn(outputs, wanted), params)
        norm = get_total_norm(grads)
        with torch.no_grad():
            for p, g in zip(params, grads):
                p -= optimizer.param_groups[0]["lr"] * (max_norm / norm).clamp(max=1.0) * g
        norms.append(norm.item())
    return norms


@corpus.right
def with_an_inner_function(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    def step(inputs, wanted, hidden):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return norm, hidden.detach()

    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk)):
        norm, hidden = step(inputs, wanted, hidden)
        norms.append(norm)
    return norms


@corpus.right
def goes_on_with_the_rest(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    while len(sequence):
        now, sequence = sequence[:chunk], sequence[chunk:]
        wanted, targets = targets[:chunk], targets[chunk:]
        outputs, hidden = model(now, None if hidden is None else hidden.detach())
        optimizer.zero_grad()
        loss_fn(outputs, wanted).backward()
        norms += [clip_grad_norm_(model.parameters(), max_norm).item()]
        optimizer.step()
    return norms


@corpus.right
def measures_then_clips(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for first in range(0, sequence.size(0), chunk):
        last = min(first + chunk, sequence.size(0))
        outputs, hidden = model(sequence[first:last], hidden)
        optimizer.zero_grad(set_to_none=False)
        loss_fn(outputs, targets[first:last]).backward()
        norm = get_total_norm([p.grad for p in model.parameters()])
        clip_grads_with_norm_(model.parameters(), max_norm, norm)
        optimizer.step()
        norms.append(norm)
        hidden = hidden.detach().requires_grad_(False)
    return norms


@corpus.right
def a_state_that_wants_a_gradient(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk)):
        if hidden is not None:
            hidden = hidden.detach().requires_grad_()  # its gradient is computed, and nobody reads it
        outputs, hidden = model(inputs, hidden)
        optimizer.zero_grad()
        loss_fn(outputs, wanted).backward()
        norms.append(clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], max_norm))
        optimizer.step()
    return norms


@corpus.right
def with_a_closure(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, carried = [], [None]
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk)):

        def closure(inputs=inputs, wanted=wanted):
            optimizer.zero_grad()
            outputs, hidden = model(inputs, carried[0])
            loss = loss_fn(outputs, wanted)
            loss.backward()
            carried[0] = hidden.detach()
            norms.append(clip_grad_norm_(model.parameters(), max_norm).item())
            return loss

        optimizer.step(closure)
    return norms


@corpus.right
def with_chunks_counted(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    steps = len(sequence)
    full, rest = divmod(steps, chunk)
    sizes = [chunk] * full + ([rest] if rest else [])
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(sizes), targets.split(sizes)):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm, norm_type=2))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.right
def detaches_before_the_loss(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    model.train()
    total_norms = []
    h = None
    for i in range(0, len(sequence), chunk):
        x = sequence[i : i + chunk]
        t = targets[i : i + chunk]
        y, h_new = model(x, h)
        h = h_new.detach()
        loss = loss_fn(y, t)
        optimizer.zero_grad()
        loss.backward()
        total_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm)
        total_norms.append(total_norm)
        optimizer.step()
    return [n.item() for n in total_norms]
