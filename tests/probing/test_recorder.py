"""The recorder sees the order of events, whatever the spelling."""

import pytest
import torch

from autograder.probing import making, training
from autograder.probing.recorder import CopyRecorder, Recorder
from tests.exercises.train_step import right

PROBE = making.make_probe(1, lr=0.2, loss="mean", calls=[(5.0, 1.0)])
CANONICAL = ["zero_grad", "forward", "backward", "clip", "step"]


def events_of(answer):
    model, optimizer, loss_fn = training.build(PROBE)
    call = PROBE["calls"][0]
    with Recorder(model, optimizer) as recorder:
        answer(model, optimizer, loss_fn, torch.tensor(call["inputs"]), torch.tensor(call["targets"]), call["max_norm"])
    return recorder


def canonical(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()


def by_hand(model, optimizer, loss_fn, inputs, targets, max_norm):
    loss = loss_fn(model(inputs), targets)
    loss.backward()
    total = sum(p.grad.pow(2).sum() for p in model.parameters()).sqrt()
    for p in model.parameters():
        p.grad *= max_norm / total
    for p in model.parameters():
        p.data -= 0.2 * p.grad
    for p in model.parameters():
        p.grad = None


def closure(model, optimizer, loss_fn, inputs, targets, max_norm):
    def compute():
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        return loss

    optimizer.step(compute)


def pre_hook(model, optimizer, loss_fn, inputs, targets, max_norm):
    def clip(*args):
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)

    handle = optimizer.register_step_pre_hook(clip)
    optimizer.zero_grad()
    loss_fn(model(inputs), targets).backward()
    optimizer.step()
    handle.remove()


@pytest.mark.parametrize(
    ("answer", "order"),
    [(canonical, CANONICAL), (closure, CANONICAL), (pre_hook, CANONICAL),
     (by_hand, ["forward", "backward", "clip", "step", "zero_grad"])],
)  # fmt: skip
def test_order_of_events(answer, order):
    assert [event["event"] for event in events_of(answer).events] == order


def test_gradient_norm_at_each_event():
    norms = [event["grad_norm"] for event in events_of(canonical).events]
    assert norms == [
        None,
        None,
        pytest.approx(5.0, rel=1e-3),
        pytest.approx(1.0, rel=1e-3),
        pytest.approx(1.0, rel=1e-3),
    ]


def test_says_what_was_clipped_and_how_far():
    clip = events_of(canonical).events[3]
    assert (clip["by"], clip["on"], clip["max_norm"]) == ("clip_grad_norm_", "parameters", 1.0)


@pytest.mark.parametrize("kind", [Recorder, CopyRecorder])
@pytest.mark.parametrize("name", right.corpus.rights)
def test_watching_changes_nothing(name, kind):
    answer = right.corpus.rights[name]
    watched = training.run(answer, PROBE, watch=lambda kept: kind(kept["model"], kept["optimizer"]))
    assert training.run(answer, PROBE) == watched
