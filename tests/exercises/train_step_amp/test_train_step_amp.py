"""What is particular to the training step with a scaler: overflows, the order of its lines, events, and speed."""

import json
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises, public
from autograder.judging import annotated, catalogue, judge
from autograder.probing import scaling
from autograder.timeline import timeline_figure

TASK = exercises.get("train_step_amp")
ANSWERS = authoring.answers_of("train_step_amp")
CODES = """
missing-unscale unscale-after-clip double-unscale missing-scale missing-clip clip-after-step clip-before-backward
bypasses-scaler-step missing-update update-before-step wrong-update own-scaler missing-zero-grad zero-grad-before-step
missing-step double-step missing-backward wrong-threshold hides-overflow fails-on-overflow stops-on-overflow
skips-large-steps wrong-return-value returns-scaled-norm clip-per-parameter clip-by-value clips-loss
"""
LINES = {
    "zero": "optimizer.zero_grad()",
    "loss": "loss = loss_fn(model(inputs), targets)",
    "backward": "scaler.scale(loss).backward()",
    "unscale": "scaler.unscale_(optimizer)",
    "clip": "norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)",
    "step": "scaler.step(optimizer)",
    "update": "scaler.update()",
}


def made_of(lines):
    source = ["def step(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):", *map(LINES.get, lines)]
    namespace = {"torch": torch}
    exec("\n    ".join([*source, "return norm"]), namespace)
    return namespace["step"]


def is_right(lines):
    """Whether these lines, once each, follow one another as they must; gradients may be emptied early or late."""
    if sorted(lines) != sorted(LINES):
        return False
    at = {line: k for k, line in enumerate(lines)}
    chain = [at[line] for line in LINES if line != "zero"]
    return chain == sorted(chain) and not at["backward"] < at["zero"] < at["step"]


def result(answer):
    expected = public.expected(TASK)
    return judge(TASK, json.loads(json.dumps(TASK.probe(answer, expected["given"]))), expected)


@settings(max_examples=60, deadline=None)
@given(lines=st.permutations(list(LINES)))
def test_an_order_of_the_lines_passes_exactly_if_it_is_right(lines):
    seen = result(made_of(lines))
    assert seen.passed == is_right(lines)
    assert seen.passed or seen.findings[0].code != "unknown"


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(st.sampled_from(list(LINES)), min_size=3, max_size=9))
def test_lines_left_out_or_repeated_get_a_finding(lines):
    seen = result(made_of(lines))
    assert seen.passed or (seen.findings and set(seen.parts) == set(TASK.PARTS))


@pytest.mark.parametrize("place", range(8))
def test_a_second_emptying_of_gradients_matters_between_backward_and_step_only(place):
    lines = list(LINES)
    lines.insert(place, "zero")
    assert result(made_of(lines)).passed == (not 3 <= place <= 5)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected("train_step_amp", challenge)
    for name, answer in ANSWERS.rights.items():
        observed = json.loads(json.dumps(TASK.probe(answer, challenge["given"])))
        assert judge(TASK, observed, expected).passed, name
    for name, mutant in expected["mutants"].items():
        seen = judge(TASK, mutant["observations"], expected)
        assert not seen.passed, name
        assert seen.findings[0].code == ANSWERS.codes[name], name


def test_every_code_of_the_course_has_a_mutant_and_every_mutant_a_text():
    codes, texts = set(ANSWERS.codes.values()), set(catalogue(TASK.MISCONCEPTIONS))
    assert codes >= set(CODES.split())
    assert codes == texts - {"unknown", "not-a-function"}


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_gradients_overflow_where_they_should_and_only_with_the_scale(seed):
    kinds = set()
    for probe in annotated(TASK.challenge(seed))["given"]["probes"]:
        for call in probe["calls"]:
            kinds.add(call["overflows"])
            model, _, scaler = scaling.build(probe)
            loss = scaling.loss_of(probe, call)(model(torch.tensor(call["inputs"])), torch.tensor(call["targets"]))
            parameters = [p for p in model.parameters() if p.requires_grad]
            plain = torch.autograd.grad(loss, parameters, retain_graph=True)
            scaled = torch.autograd.grad(scaler.scale(loss), parameters)
            finite = [bool(g.isfinite().all()) for g in scaled]
            assert all(finite) == (call["overflows"] is None)
            assert any(finite) == (call["overflows"] in (None, "partial"))
            assert all(bool(g.isfinite().all()) for g in plain) == (call["overflows"] != "infinite")
            if call["overflows"] == "partial":
                assert finite[0]
                assert finite[-1]
                assert not any(bool(g.isnan().any()) for g in scaled)
            if call["overflows"] == "steep":
                assert scaler.scale(loss).isfinite()
    assert kinds == {None, "overflow", "steep", "infinite", "partial"}


def test_scales_stay_in_the_range_that_the_contract_gives():
    for seed in range(5):
        challenge = annotated(TASK.challenge(seed))["given"]
        seen = TASK.probe(ANSWERS.rights["reference"], challenge)
        for probe, run in zip(challenge["probes"], seen["runs"], strict=True):
            before = [probe["scale"], *(call["state"][0] for call in run["calls"][:-1])]
            assert all(4 <= scale <= 65536 for scale in before)
            norms = [c["returned"]["grad_norm"] for c, p in zip(run["calls"], probe["calls"]) if not p["overflows"]]  # noqa: B905
            assert all(0.01 <= norm <= 1000 for norm in norms)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("never_unscales", {"scaler"}),
        ("returns_the_scaled_norm", {"update", "scaler"}),
        ("steps_the_optimizer", {"update", "returns"}),
        ("returns_before_the_update", {"update", "returns"}),
        ("keeps_the_scale", {"update", "returns"}),
        ("never_clips", {"scaler", "returns"}),
        ("never_updates", set()),
    ],
)
def test_a_partial_answer_gets_the_parts_that_are_right(name, right):
    parts = check("train_step_amp", ANSWERS.mutants[name], strict=False).parts
    assert {part for part, ok in parts.items() if ok} == right


def test_the_timeline_shows_the_scale_going_in_and_out():
    seen = check("train_step_amp", ANSWERS.mutants["never_unscales"], strict=False)
    right = [(event["event"], event.get("by")) for event in seen.should_be]
    assert [event for event, _ in right] == [
        "zero_grad",
        "forward",
        "scale",
        "backward",
        "unscale",
        "clip",
        "step",
        "update",
    ]
    assert ("step", "scaler") in right
    assert [event["event"] for event in seen.trace] == [
        "zero_grad",
        "forward",
        "scale",
        "backward",
        "clip",
        "step",
        "update",
    ]
    timeline_figure(seen.trace, seen.should_be)


def test_what_the_scaler_does_itself_is_no_work_by_hand():
    by_hand = result(ANSWERS.mutants["unscales_by_hand_before_the_scalers_step"]).trace
    assert [event["by"] for event in by_hand if event["event"] == "unscale"] == ["hand"]
    direct = result(ANSWERS.mutants["steps_the_optimizer"]).trace
    assert [event["by"] for event in direct if event["event"] == "step"] == ["optimizer"]


@pytest.mark.parametrize(
    ("scale", "answer"),
    [
        ("0.0", "scaler.update(0.0)"),
        ("nan", "scaler.update(float('nan'))"),
        ("disabled", "scaler._enabled = False"),
        ("a text", "scaler._scale = 'large'"),
    ],
)
def test_a_scaler_that_was_broken_gets_a_finding(scale, answer):
    def broken(model, optimizer, scaler, loss_fn, inputs, targets, max_norm):
        norm = ANSWERS.rights["reference"](model, optimizer, scaler, loss_fn, inputs, targets, max_norm)
        exec(answer)
        return norm

    seen = result(broken)
    assert not seen.parts["scaler"]
    assert seen.findings


def test_a_check_takes_a_moment():
    def seconds():
        start = time.process_time()
        check("train_step_amp", ANSWERS.rights["reference"], strict=False)
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.1
