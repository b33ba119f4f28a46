"""Wrong answers to `train_tbptt`, each labelled with the misconception a fair teacher would name."""
# ruff: noqa: B905, PIE808, RUF059 - students write these, and the corpus keeps their spelling

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from tests.exercises.corpus import Corpus

corpus = Corpus()
kept = {}


# -- the hidden state --------------------------------------------------------------------------------------------------


@corpus.wrong("missing-detach")
def never_detaches(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("missing-detach")
def detaches_and_drops_the_result(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence), chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden.detach()
    return norms


@corpus.wrong("missing-detach", "retains-graph")
def keeps_the_graph(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward(retain_graph=True)
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("missing-detach")
def clones_instead_of_detaching(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(x, hidden)
        hidden = hidden.clone()
        optimizer.zero_grad()
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("resets-hidden")
def begins_each_chunk_with_none(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms = []
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, _ = model(x, None)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("resets-hidden")
def sets_hidden_inside_the_loop(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms = []
    for start in range(0, len(sequence), chunk):
        hidden = None
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("resets-hidden")
def carries_zeros(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = torch.zeros_like(hidden)
    return norms


@corpus.wrong("resets-hidden")
def forgets_the_new_state(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, new_hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        new_hidden = new_hidden.detach()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("keeps-hidden-between-calls")
def remembers_the_last_sequence(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], getattr(model, "last_hidden", None)
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    model.last_hidden = hidden
    return norms


@corpus.wrong("detached-loss", "missing-backward")
def detaches_the_outputs(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        outputs, hidden = outputs.detach(), hidden.detach()
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("detached-loss", "missing-backward")
def runs_forward_without_a_graph(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        with torch.no_grad():
            outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("clips-activations", "clips-hidden")
def clamps_the_hidden_state(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach() * min(1.0, max_norm / hidden.norm().item())
    return norms


# -- the cutting -------------------------------------------------------------------------------------------------------


@corpus.wrong("not-truncated")
def all_in_one_piece(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    optimizer.zero_grad()
    outputs, _ = model(sequence, None)
    loss_fn(outputs, targets).backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return [norm.item()]


@corpus.wrong("drops-the-rest")
def whole_chunks_only(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for k in range(len(sequence) // chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[k * chunk : (k + 1) * chunk], hidden)
        loss_fn(outputs, targets[k * chunk : (k + 1) * chunk]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("drops-the-rest")
def stops_before_the_end(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence) - chunk + 1, chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("drops-the-rest")
def breaks_at_a_short_chunk(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        if len(x) < chunk:
            break
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-chunks")
def takes_the_length_for_a_number(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(torch.chunk(sequence, chunk), torch.chunk(targets, chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-chunks")
def one_time_step_at_a_time(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for t in range(len(sequence)):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[t : t + 1], hidden)
        loss_fn(outputs, targets[t : t + 1]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-chunks")
def a_sliding_window(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence)):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-chunks")
def off_by_one(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence), chunk + 1):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-chunks", "not-truncated")
def a_constant_length(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(20), targets.split(20)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("splits-the-batch")
def cuts_along_the_batch(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms = []
    for x, y in zip(sequence.split(chunk, dim=1), targets.split(chunk, dim=1)):
        optimizer.zero_grad()
        outputs, hidden = model(x, None)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@corpus.wrong("mixed-up-targets")
def the_first_targets_for_all(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x in sequence.split(chunk):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, targets[: len(x)]).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


# -- the step of each chunk --------------------------------------------------------------------------------------------


@corpus.wrong("step-at-the-end")
def collects_and_steps_once(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    optimizer.zero_grad()
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        hidden = hidden.detach()
    clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norms


@corpus.wrong("step-at-the-end")
def clips_each_and_steps_once(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        hidden = hidden.detach()
    optimizer.step()
    return norms


@corpus.wrong("step-at-the-end")
def adds_up_the_losses(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    hidden, loss = None, 0.0
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(x, hidden)
        loss = loss + loss_fn(outputs, y)
        hidden = hidden.detach()
    optimizer.zero_grad()
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return [norm.item()]


@corpus.wrong("clip-at-the-end", "clip-after-step")
def clips_after_the_loop(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        optimizer.step()
        hidden = hidden.detach()
    clip_grad_norm_(model.parameters(), max_norm)
    return norms


@corpus.wrong("clip-after-step")
def clips_after_each_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        optimizer.step()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        hidden = hidden.detach()
    return norms


@corpus.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss = loss_fn(outputs, y)
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        loss.backward()
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("clip-missing")
def only_measures(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("missing-zero-grad")
def clears_once_per_call(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    optimizer.zero_grad()
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("missing-zero-grad")
def never_clears(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("zero-grad-before-step")
def clears_before_the_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.zero_grad()
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        hidden = hidden.detach()
    return norms


@corpus.wrong("clip-by-value")
def clamps_the_entries(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-threshold")
def clips_to_five(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), 5))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("wrong-threshold")
def takes_the_chunk_for_the_threshold(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), chunk))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("clip-misses-parameters", "misses-parameters")
def clips_the_recurrent_part_only(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        clip_grad_norm_([p for name, p in model.named_parameters() if "l0" in name], max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        for p in model.parameters():
            clip_grad_norm_(p, max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("always-rescales")
def stretches_short_gradients(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norm = get_total_norm([p.grad for p in model.parameters()])
        for p in model.parameters():
            p.grad *= max_norm / norm
        norms.append(norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("clips-loss")
def clamps_the_loss(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).clamp(max=max_norm).backward()
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("double-step")
def steps_twice(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    optimizer.step()
    return norms


# -- what is returned --------------------------------------------------------------------------------------------------


@corpus.wrong("returns-one-norm")
def returns_the_last_norm(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    hidden = None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norm = clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norm


@corpus.wrong("returns-one-norm")
def returns_the_mean_norm(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return sum(norms) / len(norms)


@corpus.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        clip_grad_norm_(model.parameters(), max_norm)
        norms.append(get_total_norm([p.grad for p in model.parameters()]))
        optimizer.step()
        hidden = hidden.detach()
    return norms


@corpus.wrong("returns-losses", "wrong-norm")
def returns_the_losses(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    losses, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss = loss_fn(outputs, y)
        loss.backward()
        clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
        losses.append(loss.item())
    return losses


@corpus.wrong("wrong-return-type")
def returns_nothing(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    hidden = None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()


@corpus.wrong("wrong-return-type")
def returns_norms_and_hidden(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for x, y in zip(sequence.split(chunk), targets.split(chunk)):
        optimizer.zero_grad()
        outputs, hidden = model(x, hidden)
        loss_fn(outputs, y).backward()
        norms.append(clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        hidden = hidden.detach()
    return norms, hidden
