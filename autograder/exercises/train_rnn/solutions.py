"""The reference training, other right spellings, and known ways to get it wrong.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers

answers = Answers()


@answers.reference
def reference(model, optimizer, loss_fn, batches):
    max_norm = 30.0
    norms = []
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
        optimizer.step()
    return norms


# -- right in another spelling ---------------------------------------------------------------------------------------


@answers.right
def by_hand_with_twice_the_threshold(model, optimizer, loss_fn, batches):
    norms = []
    for sequence, targets in batches:
        loss_fn(model(sequence), targets).backward()
        total = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters()))
        if total > 60:
            for p in model.parameters():
                p.grad *= 60 / total
        optimizer.step()
        optimizer.zero_grad()
        norms.append(float(total))
    return norms


@answers.right
def with_a_closure_and_half_the_threshold(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:

        def closure(sequence=sequence, targets=targets):
            optimizer.zero_grad()
            loss = loss_fn(model(sequence), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 15.0)
            return loss

        optimizer.step(closure)


@answers.right
def measures_first_then_scales(model, optimizer, loss_fn, batches):
    history = []
    for k in range(len(batches)):
        model.zero_grad()
        loss = loss_fn(model(batches[k][0]), batches[k][1])
        loss.backward()
        norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
        torch.nn.utils.clip_grads_with_norm_(model.parameters(), 40.0, norm)
        optimizer.step()
        history.append((loss.item(), norm.item()))
    return history


@answers.right
def with_a_step_of_its_own(model, optimizer, loss_fn, batches):
    def step(sequence, targets, max_norm=20.0):
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(sequence), targets)
        for p, g in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True):
            p.grad = g
        norm = torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm)
        optimizer.step()
        return norm.item()

    model.train()
    return [step(sequence, targets) for sequence, targets in batches]


@answers.right
def threshold_from_the_norms_so_far(model, optimizer, loss_fn, batches):
    norms = []
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()]).item()
        norms.append(min(norm, 50.0))
        torch.nn.utils.clip_grad_norm_(model.parameters(), sorted(norms)[len(norms) // 2])
        optimizer.step()
    return norms


# -- wrong -----------------------------------------------------------------------------------------------------------


@answers.wrong("not-implemented")
def stub(model, optimizer, loss_fn, batches):
    raise NotImplementedError()


@answers.wrong("raises")
def takes_batches_apart_wrongly(model, optimizer, loss_fn, batches):
    for sequence, targets, _ in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        optimizer.step()


@answers.wrong("not-trained")
def only_measures(model, optimizer, loss_fn, batches):
    norms = []
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0).item())
    return norms


@answers.wrong("not-trained")
def does_nothing(model, optimizer, loss_fn, batches):
    pass


@answers.wrong("exploded")
def never_clips(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        optimizer.step()


@answers.wrong("exploded")
def clips_after_the_step(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        optimizer.step()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0)


@answers.wrong("exploded")
def clips_before_backward(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0)
        loss_fn(model(sequence), targets).backward()
        optimizer.step()


@answers.wrong("exploded")
def clips_at_a_billion(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9)
        optimizer.step()


@answers.wrong("threshold-too-small")
def clips_at_a_hundredth(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.01)
        optimizer.step()


@answers.wrong("threshold-too-small")
def clips_at_a_tenth(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()


@answers.wrong("threshold-too-large")
def clips_at_ten_thousand(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10000.0)
        optimizer.step()


@answers.wrong("stops-early")
def returns_inside_the_loop(model, optimizer, loss_fn, batches):
    norms = []
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0).item())
        optimizer.step()
        return norms


@answers.wrong("over-budget")
def goes_through_the_batches_twice(model, optimizer, loss_fn, batches):
    for sequence, targets in [*batches, *batches]:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0)
        optimizer.step()


@answers.wrong("bypasses-optimizer")
def trains_with_adam(model, optimizer, loss_fn, batches):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        optimizer.step()


@answers.wrong("bypasses-optimizer")
def clips_the_weights(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        optimizer.step()
        with torch.no_grad():
            for p in model.parameters():
                p.clamp_(-1, 1)


@answers.wrong("changes-settings")
def lowers_the_learning_rate(model, optimizer, loss_fn, batches):
    optimizer.param_groups[0]["lr"] = 1e-4
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        optimizer.step()


@answers.wrong("wrong-shape")
def hands_back_a_larger_network(model, optimizer, loss_fn, batches):
    model.recur = torch.nn.Linear(9, 9, bias=False)


@answers.wrong("target-missed")
def mixes_up_the_pairs(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets.flip(0)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0)
        optimizer.step()


@answers.wrong("target-missed")
def trains_the_last_layer_only(model, optimizer, loss_fn, batches):
    for sequence, targets in batches:
        optimizer.zero_grad()
        loss_fn(model(sequence), targets).backward()
        model.read_in.zero_grad()
        model.recur.zero_grad()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 30.0)
        optimizer.step()
