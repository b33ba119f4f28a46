"""The command `autograder`: for those who grade. Heavy imports stay inside the subcommands, so that help is instant."""

import argparse
import contextlib
import os
import re
import sys
from pathlib import Path

from .grading.problems import CourseError

_OLDER = re.compile("no such (column|table)|(column|relation) .* does not exist")  # SQLite, PostgreSQL
EPILOG = "Each command says in one sentence what is wrong, if something is, and then ends with a status other than 0."


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    _open_standard_streams()
    parser = _parser()
    if not (sys.argv[1:] if arguments is None else arguments):
        parser.print_help(sys.stderr)
        return 2
    chosen = parser.parse_args(arguments)
    try:
        return chosen.run(chosen)
    except KeyboardInterrupt:
        return _say(f"autograder {chosen.command}: stopped; what is done so far is kept.", status=130)
    except Exception as error:
        if sentence := _sentence(error):
            return _say(f"autograder {chosen.command}: {sentence}")
        raise


def _open_standard_streams() -> None:
    """Where one was closed by whoever started this, lead it nowhere: else another file or socket takes its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number that is free
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


def _sentence(error: Exception) -> str:
    """What a person can do about an error; "" if it is not theirs."""
    match error:
        case CourseError():
            return str(error)
        case ModuleNotFoundError():
            return f"{error.name} is not installed: run `make`, or install requirements.lock."
        case OSError(strerror=str(why)):
            return f"{error.filename or 'A file'} cannot be used ({why}): see to that, and call the command again."
    if type(error).__module__.startswith("sqlalchemy."):
        why = str(getattr(error, "orig", error)).partition("\n")[0].rstrip(".")
        if _OLDER.search(why):
            return (
                f"An older nbgrader made the gradebook ({why}): run `nbgrader db upgrade` in the course folder, which "
                "keeps a copy, and try again."
            )
        return f"The gradebook cannot be used ({why}): see to that, or put a copy of it in its place, and try again."
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder", description="Grade the assignments of the course with nbgrader.", epilog=EPILOG
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_grade(commands)
    _add_report(commands)
    _add_simulate(commands)
    _add_demo(commands)
    _add_doctor(commands)
    return parser


def _add_grade(commands) -> None:
    parser = commands.add_parser(
        "grade",
        help="grade all submissions of an assignment",
        description="Grade the submissions of an assignment, many at once, and print a table: who has how many points, "
        "and what was misunderstood; then write the class report. What has been graded before and has not changed "
        "since is skipped, so a run that was stopped goes on where it was. Submissions that cannot be graded are "
        "listed with the reason and do not stop the others; the exit status is then 1.",
        epilog=EPILOG,
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="its folder in source, such as a3_loop_order")
    _add_course(parser)
    parser.add_argument("--student", metavar="GLOB", default="*", help="only those whose names fit, such as 'a*'")
    parser.add_argument("--force", action="store_true", help="grade also what has not changed since it was graded")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", metavar="N", type=_count, help="how many worker processes to start (default: one for two cores)"
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="use the workers of this Dask scheduler, such as tls://host:8786"
    )
    _add_no_sandbox(parser)
    parser.set_defaults(run=_grade)


def _add_report(commands) -> None:
    parser = commands.add_parser(
        "report",
        help="write the class report: what was understood, and what not",
        description="Write an HTML page and a CSV file into the folder reports: points, how the exercises went, the "
        "class's misconceptions with an example of code and the lecture to revisit, who needs looking after, what to "
        "score by hand, and what changed since the grading before.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "assignments", metavar="ASSIGNMENT", nargs="*", help="its folder in source (default: all that are graded)"
    )
    _add_course(parser)
    parser.add_argument(
        "--anonymous", action="store_true", help="call students by pseudonyms, the same in each report of the course"
    )
    parser.set_defaults(run=_report)


def _add_simulate(commands) -> None:
    parser = commands.add_parser(
        "simulate",
        help="make up submissions of a class",
        description="Make up submissions: about a third of them right, the others each with a known mistake. "
        "manifest.json in the course folder says who got which.",
        epilog=EPILOG,
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="its folder in source, such as a3_loop_order")
    _add_class(parser)
    _add_course(parser)
    parser.set_defaults(run=_simulate)


def _add_demo(commands) -> None:
    parser = commands.add_parser(
        "demo",
        help="simulate a class, grade it and show the result",
        description="Make up a class in a folder of its own, grade it as a real one, print the table, and compare what "
        "grading found with what was made up. No other gradebook is touched. The exit status is 1 if they differ.",
        epilog=EPILOG,
    )
    _add_class(parser)
    _add_course(parser, default=Path("out/demo"), what="the folder to make (default: out/demo)")
    _add_no_sandbox(parser)
    parser.set_defaults(run=_demo)


def _add_doctor(commands) -> None:
    parser = commands.add_parser(
        "doctor",
        help="try whether this machine is fit for grading",
        description="Start a grading kernel as a submission gets it, try in it what a submission must not be able to "
        "do, and print what held. Ends with “ready”, or with the one next thing to do; the exit status is then 1.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=_doctor)


def _add_course(parser, default: Path = Path(), what: str = "the course folder (default: the current one)") -> None:
    parser.add_argument("--course", metavar="DIR", type=Path, default=default, help=what)


def _add_no_sandbox(parser) -> None:
    parser.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="where there can be no sandbox: let the submissions' code do whatever you may do",
    )


def _add_class(parser) -> None:
    parser.add_argument("--students", metavar="N", type=_count, default=24, help="how many students (default: 24)")
    parser.add_argument("--seed", metavar="S", type=int, default=1, help="another seed, another class (default: 1)")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _grade(chosen: argparse.Namespace) -> int:
    from .grading.problems import LOG
    from .grading.starting import starting

    needed = ("nbgrader_config.py", f"source/{chosen.assignment}", f"submitted/*/{chosen.assignment}")
    if not all(any(chosen.course.glob(one)) for one in needed):
        return _grade_with(None, chosen)  # which says what is missing, if it is
    # Workers import much, and so does this process: at the same time.
    with starting(
        chosen.workers,
        chosen.scheduler,
        log=(chosen.course / LOG).absolute(),
        sandboxed=not chosen.unsafe_no_sandbox,
    ) as crew:
        return _grade_with(crew, chosen)


def _grade_with(crew, chosen: argparse.Namespace) -> int:
    from .grading.importing import importing

    with importing():
        from rich.console import Console

        from .grading.class_run import grade
        from .grading.course import Course
        from .grading.report.writing import remember, write
        from .grading.table import show

    console = Console()
    course = Course(chosen.course)
    if chosen.unsafe_no_sandbox:
        course.allow_everything()
    # Without a log there was no grading, and a mistake leaves the folder as it is.
    with course.quiet() if course.log.exists() else contextlib.nullcontext():
        remember(course, chosen.assignment)
    run = grade(course, chosen.assignment, console, crew, students=chosen.student, force=chosen.force)
    show(run, console)
    if run.rows:
        with course.quiet():
            report = write(course, [chosen.assignment])
        console.print(f"Class report: {report.page}", soft_wrap=True, highlight=False)
    return 1 if run.failed else 0


def _report(chosen: argparse.Namespace) -> int:
    from .grading.course import Course
    from .grading.report.writing import write

    course = Course(chosen.course)
    with course.quiet():
        report = write(course, chosen.assignments, anonymous=chosen.anonymous)
    for note in report.notes:
        print(note)
    print(f"Class report: {report.page}")
    print(f"As a table:   {report.table}")
    return 0


def _simulate(chosen: argparse.Namespace) -> int:
    from .grading.course import Course
    from .grading.simulate import MANIFEST, simulate

    course = Course(chosen.course)
    simulate(course, chosen.assignment, chosen.students, chosen.seed)
    print(f"Made {chosen.students} submissions of {chosen.assignment} in {course.folder / 'submitted'}.")
    print(f"Who got which answer: {course.folder / MANIFEST}")
    return 0


def _demo(chosen: argparse.Namespace) -> int:
    from rich.console import Console

    from .grading.demo import demo

    sandboxed = not chosen.unsafe_no_sandbox
    return 0 if demo(chosen.course, chosen.students, chosen.seed, Console(), sandboxed=sandboxed) else 1


def _doctor(chosen: argparse.Namespace) -> int:
    from rich.console import Console

    from .grading.doctor import examine

    return 0 if examine(Console()) else 1


def _say(sentence: str, status: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
