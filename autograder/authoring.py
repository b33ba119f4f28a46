"""What is expected of an exercise: the reference's and every mutant's observations. Authors and graders only.

`python -m autograder.authoring [EXERCISE…]` records the expectations of the public challenges, which student
installations carry: of all exercises by default.
"""

import json
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from . import exercises, public
from .checking import judged
from .exercises.solutions import Answers, choices_of
from .grading.keys import read_key
from .judging import Result


def answers_of(exercise_id: str) -> Answers:
    """The right answers and mutants of an exercise: its own, or those of the exercise it is judged as.

    Those of a choice follow from its key: the mutants differ from the right answer in one option each.
    """
    if exercises.get(exercise_id).KIND == "choice":
        return choices_of(_key(exercise_id))
    own = f"autograder.exercises.{exercise_id}.solutions"
    shared = f"autograder.exercises.{exercises.get(exercise_id).JUDGED_AS}.solutions"
    return import_module(own if find_spec(own) else shared).answers


def expected(exercise_id: str, challenge: dict) -> dict:
    """What the reference and every mutant give for a challenge, as plain data; of a choice, its key.

    A challenge that withholds something is judged by that: it is handed on, and no mutant is needed. So are its notes,
    which explanations need and a probe does not (see `judging.annotated`).
    """
    task, given = exercises.get(exercise_id), challenge["given"]
    if task.KIND == "choice":
        return {"given": given, "key": _key(exercise_id)}
    answers, withheld = answers_of(exercise_id), challenge["withheld"]
    mutants = {
        name: {"code": answers.codes[name], "observations": task.probe(mutant, given) | {"trace": []}}
        for name, mutant in answers.mutants.items()
        if not withheld
    }
    data = {"given": given, "reference": task.probe(next(iter(answers.rights.values())), given), "mutants": mutants}
    data |= {name: challenge[name] for name in ("withheld", "notes") if challenge.get(name)}
    return json.loads(json.dumps(data, allow_nan=False))


def _key(exercise_id: str) -> dict:
    return read_key(exercises.get(exercise_id), Path(__file__).parents[1])


def result(exercise_id: str, answer: object) -> Result:
    """The verdict on an answer to the public challenge, also where a student's installation could not give it."""
    return judged(exercises.get(exercise_id), answer, _public_challenge_expected(exercise_id))


@cache
def _public_challenge_expected(exercise_id: str) -> dict:
    task = exercises.get(exercise_id)
    return public.expected(task) if task.KIND == "code" else expected(exercise_id, task.challenge(public.PUBLIC_SEED))


def public_expectation(exercise_id: str) -> dict:
    """What a student's installation knows of an exercise: of an answer that is not code, only what is given."""
    task = exercises.get(exercise_id)
    challenge = task.challenge(public.PUBLIC_SEED)
    return expected(exercise_id, challenge) if task.KIND == "code" else {"given": challenge["given"]}


def recorded_path(exercise_id: str) -> Path:
    """Where the expectation of an exercise's public challenge is kept."""
    return Path(exercises.__file__).parent / exercises.get(exercise_id).JUDGED_AS / "expected.json"


def record(asked: list[str]) -> None:
    """Write the expectation of these exercises' public challenges anew."""
    for exercise_id in asked:
        if exercise_id != exercises.get(exercise_id).JUDGED_AS:
            continue
        path = recorded_path(exercise_id)
        data = public_expectation(exercise_id)
        path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"recorded {exercise_id}: {len(data.get('mutants', ()))} mutants, {path.stat().st_size // 1000} kB")


def main(arguments: list[str] | None = None) -> int:
    try:
        record(exercises.chosen(sys.argv[1:] if arguments is None else arguments))
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
