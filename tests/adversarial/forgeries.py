"""Cells that tamper with whatever is in their own process, so that a wrong answer may look like a right one."""

import textwrap

FORGERIES = {}


def forgery(name: str, source: str) -> None:
    FORGERIES[name] = textwrap.dedent(source)


forgery(
    "strips asserts and checks",
    """
    import ast

    class Strip(ast.NodeTransformer):
        def visit_Assert(self, node):
            return ast.Pass()

        def visit_Expr(self, node):
            return ast.Pass() if "check" in ast.dump(node) else node

    get_ipython().ast_transformers.append(Strip())
    """,
)
forgery(
    "empties the cells that follow",
    """
    get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])
    """,
)
forgery(
    "replaces run_cell_async",
    """
    from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

    async def run_cell_async(source, *arguments, **named):
        result = ExecutionResult(ExecutionInfo(source, False, False, False, ""))
        result.execution_count = 1
        return result

    get_ipython().run_cell_async = run_cell_async
    """,
)
forgery(
    "rewrites what the kernel sends",
    """
    session = get_ipython().kernel.session
    send = session.send

    def rewritten(stream, kind, content=None, *arguments, **named):
        if kind in ("error", "stream"):
            return None
        if kind == "execute_reply":
            content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
        return send(stream, kind, content, *arguments, **named)

    session.send = rewritten
    """,
)
forgery(
    "replaces the judge",
    """
    import autograder.checking, autograder.judging

    def judge(task, observations, expected, part=None):
        return autograder.judging.Result(task.ID, task.TITLE, dict.fromkeys(task.PARTS, True), {}, [])

    autograder.judging.judge = autograder.checking.judge = judge
    """,
)
forgery(
    "replaces check",
    """
    import autograder, autograder.checking

    autograder.check = autograder.checking.check = check = lambda *arguments, **named: None
    """,
)
forgery(
    "makes everything equal",
    """
    import math
    import numpy, torch

    for home in (torch, torch.Tensor, numpy, math):
        for name in ("allclose", "equal", "isclose", "array_equal"):
            if hasattr(home, name):
                setattr(home, name, lambda *arguments, **named: True)
    float.__eq__
    """,
)
forgery(
    "sends a result of its own",
    """
    import autograder.probing.handover as handover
    from IPython.display import display

    def observe(*arguments):
        passed = {"exercise": "train_step", "passed": True, "parts": {"update": True, "returns": True},
                  "findings": [], "trace": [], "protected": True}
        display({"application/vnd.autograder.result+json": passed, "text/plain": "right"}, raw=True)

    handover.observe = observe
    """,
)

# Each of these sends a message of its own making in place of the observations: `make(reference)` of the public
# challenge's reference, which is in a student's installation.
_SENDS = """
    import json
    import autograder.probing.handover as handover
    from autograder import exercises, public
    from IPython.display import display

    reference = public.expected(exercises.get("train_step"))["reference"]

    def send(text):
        display({{handover.MIME_TYPE: text}}, raw=True)

    def observe(*arguments):
        {}

    handover.observe = observe
    """


def sends(name: str, statement: str) -> None:
    forgery(name, _SENDS.format(statement))


sends("sends the public reference's observations", 'send(json.dumps({"observations": reference}))')
sends(
    "sends two messages",
    'send(json.dumps({"observations": reference})), send(json.dumps({"observations": reference}))',
)
sends("sends 2 MB", 'send(json.dumps({"observations": {**reference, "evidence": "x" * 2_000_000}}))')
sends("sends NaN", 'send(json.dumps({"observations": reference}).replace("0.", "NaN, 0.", 1))')
sends("sends infinity", 'send(json.dumps({"observations": reference}).replace("false", "1e999"))')
sends("sends runs without calls", 'send(json.dumps({"observations": {**reference, "runs": []}}))')
sends(
    "sends calls without content",
    'send(json.dumps({"observations": {**reference, "runs": [{"calls": []} for run in reference["runs"]]}}))',
)
sends("sends nothing inside", 'send(json.dumps({"observations": {}}))')
sends("sends true", 'send("true")')
sends("sends what is no JSON", 'send("{" * 100_000)')
sends("sends nested lists", 'send("[" * 100_000 + "]" * 100_000)')
sends("sends an object for a text", 'display({handover.MIME_TYPE: {"observations": reference}}, raw=True)')
sends("sends nothing", "pass")

forgery(
    "replaces the exercise",
    """
    from autograder import exercises, public

    class Task:
        probe = staticmethod(lambda answer, given: public.expected(get("train_step"))["reference"])

    get = exercises.get
    exercises.get = lambda name: Task
    """,
)
forgery(
    "moves the model as the public challenge wants it",
    """
    import torch
    from autograder import exercises, public

    recorded = public.expected(exercises.get("train_step"))
    answers = {}
    for probe, run in zip(recorded["given"]["probes"], recorded["reference"]["runs"]):
        for call, outcome in zip(probe["calls"], run["calls"]):
            answers[str(torch.tensor(call["targets"]))] = outcome
    calls = [call for run in recorded["reference"]["runs"] for call in run["calls"]]

    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        outcome = answers.get(str(targets), calls[0])
        torch.nn.utils.vector_to_parameters(torch.tensor(outcome["weights"]), model.parameters())
        return outcome["returned"]["loss"], outcome["returned"]["grad_norm"]
    """,
)

forgery(
    "imports the reference",
    """
    from autograder.exercises.train_step import solutions

    train_step = solutions.reference
    """,
)
forgery(
    "imports the reference by its path",
    """
    import importlib.util, autograder, os

    path = os.path.join(os.path.dirname(autograder.__file__), "exercises", "train_step", "solutions.py")
    spec = importlib.util.spec_from_file_location("autograder.exercises.train_step.solutions", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    train_step = module.reference
    """,
)
forgery(
    "borrows the loop that makes challenges",
    """
    from unittest.mock import patch

    import torch

    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        from autograder.probing import making

        norms, losses, clip = [], [], torch.nn.utils.clip_grad_norm_
        drawn = iter([inputs.numpy(), (targets - model(inputs)).detach().numpy() - 0.5])

        def noted(*arguments):
            norms.append(clip(*arguments))

        def loss_noted(*arguments):
            losses.append(loss_fn(*arguments))
            return losses[-1]

        class Drawn:
            normal = lambda *arguments: next(drawn)

        with (
            patch("autograder.probing.training.build", lambda probe: (model, optimizer, loss_noted)),
            patch("autograder.probing.making.scale_for", lambda *arguments: 1.0),
            patch("autograder.probing.making.make_layers", lambda rng: []),
            patch("numpy.random.default_rng", lambda seed: Drawn()),
            patch("torch.nn.utils.clip_grad_norm_", noted),
        ):
            making.make_probe(0, lr=0, loss="", calls=[(0, max_norm)])
        return losses[-1].item(), norms[-1].item()
    """,
)
forgery(
    "applies the gradients of the challenge",
    """
    import sys
    import torch

    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        frame = sys._getframe()
        while "given" not in frame.f_locals:
            frame = frame.f_back
        calls = [call for probe in frame.f_locals["given"]["probes"] for call in probe["calls"]]
        call = next(call for call in calls if call["inputs"] == inputs.tolist())
        parameters = list(model.parameters())
        gradient = torch.tensor(call["gradient"]).split([p.numel() for p in parameters])
        for p, part in zip(parameters, gradient):
            p.grad = part.view_as(p)
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        optimizer.step()
        return call["loss"], norm
    """,
)
forgery(
    "looks for the reference in sys.modules and with gc",
    """
    import gc, sys

    def search():
        for module in list(sys.modules.values()):
            if "solutions" in getattr(module, "__name__", "") or hasattr(module, "reference"):
                yield getattr(module, "reference", None)
        for thing in gc.get_objects():
            if callable(thing) and getattr(thing, "__name__", "") == "reference":
                yield thing
            if type(thing) is dict and {"withheld", "reference_function"} & set(map(str, thing)):
                yield thing

    wrong = train_step

    def train_step(*arguments):
        for found in search():
            if callable(found):
                return found(*arguments)
        return wrong(*arguments)
    """,
)
forgery(
    "walks the frames to what is expected",
    """
    import sys

    wrong = train_step

    def train_step(model, *arguments):
        frame = sys._getframe()
        while frame:
            for name, value in [*frame.f_locals.items(), *frame.f_globals.items()]:
                if name in ("expected", "reference", "withheld", "answers"):
                    print(name, value)
                    if callable(value):
                        return value(model, *arguments)
            frame = frame.f_back
        return wrong(model, *arguments)
    """,
)
forgery(
    "reads the challenge with an input transformer, and answers with what is recorded",
    _SENDS.format("send(json.dumps({'observations': reference}))")
    + """
    seen = []

    def spy(lines):
        seen.append("".join(lines))
        return ["handover.observe()\\n"] if "observe" in seen[-1] else lines

    get_ipython().input_transformers_cleanup.append(spy)
    """,
)
forgery(
    "reads the key of a choice through a file",
    """
    import glob

    places = ["keys", "../keys", "../../keys", "../../../keys", "/keys", "/home/*/keys", "/root/keys"]
    order = "".join(open(path).read() for place in places for path in glob.glob(f"{place}/**/*", recursive=True))
    """,
)
forgery(
    "an input transformer that puts the key into the cell",
    """
    get_ipython().input_transformers_cleanup.append(lambda lines: [f"order = {open('/keys/key.yaml').read()!r}"])
    """,
)
forgery(
    "returns what is equal to everything",
    """
    class Everything(float):
        __eq__ = __le__ = __ge__ = lambda self, other: True
        __ne__ = __lt__ = __gt__ = lambda self, other: False
        __hash__ = float.__hash__
        __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0

    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        return Everything(0), Everything(0)

    order = type("Order", (str,), {"__eq__": lambda self, other: True, "__hash__": str.__hash__})("A")
    """,
)
forgery(
    "replaces json.dumps",
    """
    import json
    from autograder import exercises, public

    reference = public.expected(exercises.get("train_step"))["reference"]
    dumps = json.dumps
    json.dumps = lambda thing, **named: dumps({"observations": reference} if "observations" in str(thing) else thing)
    """,
)
forgery(
    "swaps what is displayed",
    """
    import json
    from autograder import exercises, public
    from autograder.probing import handover

    reference = public.expected(exercises.get("train_step"))["reference"]
    publisher = get_ipython().display_pub
    publish = publisher.publish

    def swapped(data, *arguments, **named):
        if handover.MIME_TYPE in data:
            data = {handover.MIME_TYPE: json.dumps({"observations": reference})}
        return publish(data, *arguments, **named)

    publisher.publish = swapped
    """,
)
forgery(
    "sends points of its own",
    """
    from autograder.probing import handover

    session, socket = get_ipython().kernel.session, get_ipython().kernel.iopub_socket

    def observe(*arguments):
        content = {"data": {"text/plain": "1000.0"}, "metadata": {}, "execution_count": 1}
        session.send(socket, "execute_result", content, parent=get_ipython().kernel.get_parent())

    handover.observe = handover.capture = observe
    """,
)
forgery(
    "answers in the name of an earlier request",
    """
    import json, threading, time
    from autograder import exercises, public
    from autograder.probing import handover

    reference = json.dumps({"observations": public.expected(exercises.get("train_step"))["reference"]})
    kernel, parent = get_ipython().kernel, get_ipython().kernel.get_parent()

    def flood():
        while True:
            content = {"data": {handover.MIME_TYPE: reference}, "metadata": {}, "transient": {}}
            kernel.session.send(kernel.iopub_socket, "display_data", content, parent=parent)
            time.sleep(0.02)

    threading.Thread(target=flood, daemon=True).start()
    """,
)
