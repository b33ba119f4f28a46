"""The reference step, and the right spellings and mutants of `train_step` that do not depend on the kind of network;
with a few that only a recurrent network has.

Authors and graders only: nothing that a student's process imports may import this module. Each function stands alone
(it needs `torch` only), because the simulated class hands in its source text.
"""

import torch

from ..solutions import Answers
from ..train_step.solutions import answers as of_any_network

answers = Answers()

# They take the layers of a feed-forward network apart.
_ITS_OWN = {"zeroes_only_part", "clips_the_first_layer", "clamps_the_hidden_layer"}


@answers.reference
def reference(model, optimizer, loss_fn, sequence, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(sequence), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


for _name, _answer in of_any_network.rights.items():
    if _name != "reference":
        answers.right(_answer)
for _name, _answer in of_any_network.mutants.items():
    if _name not in _ITS_OWN:
        answers.wrong(of_any_network.codes[_name])(_answer)


@answers.wrong("clip-misses-parameters")
def clips_the_recurrent_weights_only(model, optimizer, loss_fn, sequence, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(sequence), targets)
    loss.backward()
    grad_norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
    torch.nn.utils.clip_grad_norm_(model.recur.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("clip-misses-parameters")
def leaves_the_last_layer_out(model, optimizer, loss_fn, sequence, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(sequence), targets)
    loss.backward()
    inner = [*model.read_in.parameters(), *model.recur.parameters()]
    grad_norm = torch.nn.utils.clip_grad_norm_(inner, max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()


@answers.wrong("wrong-loss")
def reads_the_last_steps_only(model, optimizer, loss_fn, sequence, targets, max_norm):
    optimizer.zero_grad()
    loss = loss_fn(model(sequence[:, -3:]), targets)
    loss.backward()
    grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), grad_norm.item()
