"""The reference of truncated backpropagation, other right spellings, and every known way to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


# -- right in another spelling -----------------------------------------------------------------------------------------


@answers.right
def by_slices(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence), chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.right
def detaches_before_it_goes_on(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        if hidden is not None:
            hidden.detach_()
        outputs, hidden = model(inputs, hidden)
        optimizer.zero_grad()
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
    return norms


@answers.right
def clears_at_the_end(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        hidden = hidden.data
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        model.zero_grad()
    return tuple(norms)


@answers.right
def by_hand(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        hidden = hidden.detach()
        optimizer.zero_grad()
        loss_fn(outputs, wanted).backward()
        grads = [p.grad for p in model.parameters()]
        norms.append(torch.cat([g.flatten() for g in grads]).norm())
        for g in grads:
            g.mul_((max_norm / norms[-1]).clamp(max=1.0))
        optimizer.step()
    return torch.stack(norms)


@answers.right
def without_the_optimizers_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    params, norms, hidden = list(model.parameters()), [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        hidden = hidden.detach()
        grads = torch.autograd.grad(loss_fn(outputs, wanted), params)
        norms.append(torch.nn.utils.get_total_norm(grads).item())
        with torch.no_grad():
            for p, g in zip(params, grads, strict=True):
                p -= optimizer.param_groups[0]["lr"] * min(1.0, max_norm / norms[-1]) * g
    return norms


@answers.right
def takes_off_piece_after_piece(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    while len(sequence) > 0:
        optimizer.zero_grad()
        outputs, hidden = model(sequence[:chunk], hidden)
        hidden = hidden.clone().detach()
        loss_fn(outputs, targets[:chunk]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        sequence, targets = sequence[chunk:], targets[chunk:]
    return norms


# -- the hidden state --------------------------------------------------------------------------------------------------


@answers.wrong("missing-detach")
def never_detaches(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


@answers.wrong("missing-detach")
def drops_the_detached_state(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden.detach()
    return norms


@answers.wrong("missing-detach")
def retains_the_graph(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward(retain_graph=True)
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


@answers.wrong("missing-detach")
def clones_the_state(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.clone()
    return norms


@answers.wrong("resets-hidden")
def hands_over_none(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms = []
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, _ = model(inputs, None)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


@answers.wrong("resets-hidden")
def carries_zeros(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = torch.zeros_like(hidden)
    return norms


@answers.wrong("keeps-hidden-between-calls")
def keeps_the_state_in_the_model(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], getattr(model, "last_hidden", None)
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    model.last_hidden = hidden
    return norms


@answers.wrong("clips-hidden")
def limits_the_state(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach() * min(1.0, max_norm / hidden.norm().item())
    return norms


@answers.wrong("clips-hidden")
def clamps_the_state(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach().clamp(-max_norm / 10, max_norm / 10)
    return norms


@answers.wrong("detached-loss")
def detaches_the_outputs(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs.detach(), wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("detached-loss")
def runs_without_a_graph(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        with torch.no_grad():
            outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


# -- the cutting -------------------------------------------------------------------------------------------------------


@answers.wrong("not-truncated")
def goes_back_through_everything(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    optimizer.zero_grad()
    outputs, _ = model(sequence, None)
    loss_fn(outputs, targets).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return [norm.item()]


@answers.wrong("drops-the-rest")
def takes_whole_chunks_only(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for k in range(len(sequence) // chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[k * chunk : (k + 1) * chunk], hidden)
        loss_fn(outputs, targets[k * chunk : (k + 1) * chunk]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("drops-the-rest")
def leaves_the_last_chunk_out(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence) - chunk, chunk):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-chunks")
def takes_the_length_for_a_number(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.chunk(chunk), targets.chunk(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-chunks")
def goes_step_by_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(1), targets.split(1), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-chunks")
def slides_a_window(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(len(sequence)):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-chunks")
def skips_a_time_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for start in range(0, len(sequence), chunk + 1):
        optimizer.zero_grad()
        outputs, hidden = model(sequence[start : start + chunk], hidden)
        loss_fn(outputs, targets[start : start + chunk]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-chunks")
def cuts_pieces_of_two(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(2), targets.split(2), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("splits-the-batch")
def cuts_along_the_batch(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms = []
    for inputs, wanted in zip(sequence.split(chunk, dim=1), targets.split(chunk, dim=1), strict=True):
        optimizer.zero_grad()
        outputs, _ = model(inputs, None)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


@answers.wrong("mixed-up-targets")
def keeps_the_first_targets(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs in sequence.split(chunk):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, targets[: len(inputs)]).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


# -- the step of each chunk --------------------------------------------------------------------------------------------


@answers.wrong("step-at-the-end")
def collects_and_steps_once(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    optimizer.zero_grad()
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        hidden = hidden.detach()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return norms


@answers.wrong("step-at-the-end")
def clips_each_and_steps_once(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        hidden = hidden.detach()
    optimizer.step()
    return norms


@answers.wrong("step-at-the-end")
def adds_up_the_losses(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    hidden, loss = None, 0.0
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss = loss + loss_fn(outputs, wanted)
        hidden = hidden.detach()
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return [norm.item()]


@answers.wrong("step-at-the-end")
def keeps_all_graphs(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    hidden, loss = None, 0.0
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss = loss + loss_fn(outputs, wanted)
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return [norm.item()]


@answers.wrong("clips-some-chunks")
def clips_the_last_chunk(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        if len(norms) * chunk >= len(sequence):
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clips-some-chunks")
def clips_the_first_chunk(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        if len(norms) == 1:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-missing")
def no_clip(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-after-step")
def clips_after_each_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        optimizer.step()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-after-step")
def clips_after_the_loop(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        optimizer.step()
        hidden = hidden.detach()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return norms


@answers.wrong("clip-before-backward")
def clips_before_backward(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss = loss_fn(outputs, wanted)
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        loss.backward()
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("missing-zero-grad")
def clears_once_per_call(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    optimizer.zero_grad()
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("missing-zero-grad")
def never_clears(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("missing-zero-grad")
def clears_after_the_loop(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    optimizer.zero_grad()
    return norms


@answers.wrong("zero-grad-before-step")
def clears_before_the_step(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.zero_grad()
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("missing-step")
def never_steps(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        hidden = hidden.detach()
    return norms


@answers.wrong("missing-backward")
def never_goes_backward(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted)
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("step-before-backward")
def steps_before_backward(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        optimizer.step()
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        hidden = hidden.detach()
    return norms


@answers.wrong("double-step")
def steps_again_after_the_loop(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    optimizer.step()
    return norms


@answers.wrong("double-step")
def steps_twice_per_chunk(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("gradient-ascent")
def goes_uphill(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        (-loss_fn(outputs, wanted)).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("skips-large-steps")
def leaves_out_long_gradients(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        if norms[-1] <= max_norm:
            optimizer.step()
        hidden = hidden.detach()
    return norms


# -- norms and thresholds ----------------------------------------------------------------------------------------------


@answers.wrong("clip-misses-parameters")
def clips_the_recurrent_layer_only(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        torch.nn.utils.clip_grad_norm_([p for name, p in model.named_parameters() if "l0" in name], max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-misses-parameters")
def clips_the_readout_only(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        torch.nn.utils.clip_grad_norm_(list(model.parameters())[-2:], max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-per-parameter")
def clips_each_parameter(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        for p in model.parameters():
            torch.nn.utils.clip_grad_norm_(p, max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-by-value")
def clips_by_value(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clip-wrong-tensors")
def hands_over_the_gradients(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        torch.nn.utils.clip_grad_norm_([p.grad for p in model.parameters()], max_norm)
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("exhausted-generator")
def spends_the_generator(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    params = model.parameters()
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(params, max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-threshold")
def clips_to_five(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-threshold")
def takes_the_chunk_for_the_threshold(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), chunk).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-threshold")
def divides_the_threshold(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm / len(inputs)).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-norm")
def uses_the_largest_entry(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=float("inf")).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("always-rescales")
def stretches_short_gradients(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        for p in model.parameters():
            p.grad.mul_(max_norm / norms[-1])
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("clips-loss")
def clamps_the_loss(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).clamp(max=max_norm).backward()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


# -- what is returned --------------------------------------------------------------------------------------------------


@answers.wrong("returns-one-norm")
def returns_the_last_norm(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms[-1]


@answers.wrong("returns-one-norm")
def returns_the_mean_norm(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return sum(norms) / len(norms)


@answers.wrong("wrong-number-of-norms")
def returns_all_but_the_last(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms[:-1]


@answers.wrong("returns-clipped-norm")
def measures_after_clipping(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("returns-losses")
def returns_the_losses(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss = loss_fn(outputs, wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        hidden = hidden.detach()
        norms.append(loss.item())
    return norms


@answers.wrong("wrong-norm")
def returns_squares(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return [norm**2 for norm in norms]


@answers.wrong("wrong-return-type")
def returns_nothing(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()


@answers.wrong("wrong-return-type")
def returns_the_state_too(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, wanted in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, wanted).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms, hidden


# -- not an answer yet -------------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    raise NotImplementedError()


@answers.wrong("not-implemented")
def empty(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    pass


@answers.wrong("raises")
def misspells_a_name(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
    norms, hidden = [], None
    for inputs, _ in zip(sequence.split(chunk), targets.split(chunk), strict=True):
        optimizer.zero_grad()
        outputs, hidden = model(inputs, hidden)
        loss_fn(outputs, target).backward()  # noqa: F821 (the mistake itself)
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
        hidden = hidden.detach()
    return norms


@answers.wrong("wrong-signature")
def forgets_the_chunk(model, optimizer, loss_fn, sequence, targets, max_norm):
    optimizer.zero_grad()
    outputs, _ = model(sequence, None)
    loss_fn(outputs, targets).backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return [norm.item()]
