"""Five practice problems, each worked, then faded, then whole: `practice_problem(1)` shows one and checks answers.

`problems.yaml` holds the words. `solving` computes all numbers from the given data, the right ones and those of the
usual mistakes; `sequences` runs the one answer that is code. `judging` compares, `showing` draws.
"""

from . import judging, showing, texts

__all__ = ["practice_problem"]


def practice_problem(problem: object = None, *, faded: object = None, whole: object = None) -> None:
    """Show a practice problem, by its number from 1 to 5 or by its name.

    Without widgets give the answers in the call, in the order of the questions or by their names, with None for what
    you leave out: `practice_problem(3, faded=[[1, 2, 3], None, 30.0])`. An answer that is code is a function:
    `practice_problem(2, faded=train_on_label)`. What is right, and how often you tried, is kept in `.progress.json`;
    nothing is graded. Prints one sentence that lists the problems if there is no such problem.
    """
    try:
        found = texts.find(problem)
    except texts.UnknownProblem as error:
        print(error)
        return
    given = {stage: answer for stage, answer in (("faded", faded), ("whole", whole)) if answer is not None}
    if not given:
        showing.show_problem(found)
    for stage, answer in given.items():
        showing.show_report(found, judging.report(found, stage, answer))
