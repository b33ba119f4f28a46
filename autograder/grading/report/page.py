"""The class report as one HTML page: all figures are ready here, and the template only says them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from . import formgrader, pictures, statistics
from .examples import Vocabulary, example, is_choice
from .gathering import CUT_OFF, ClassWork, Submission, Test
from .history import Change, Grading, compare
from .rendering import render
from .wording import exercise_title, lecture, misconception, without_an_idea

LISTED = 200  # names of one list; the others are in the CSV


@dataclass(frozen=True)
class Chapter:
    """All that the page says of one assignment is made of this."""

    work: ClassWork
    gradings: list[Grading]
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Names:
    """How persons are called: `of` maps a student's id to it. When `anonymous`, nothing is said in words that somebody
    else than the course has chosen."""

    of: Callable[[str], str]
    anonymous: bool

    def all(self, students: list[str]) -> list[str]:
        return sorted(map(self.of, students))


def page(chapters: list[Chapter], names: Names, links: str, csv: str) -> str:
    """The report's HTML.

    Args:
        chapters: one for each assignment.
        names: how students are called.
        links: the formgrader's address.
        csv: the name of the file with the same data as a table.
    """
    shown = [_chapter(chapter, names, links) for chapter in chapters]
    return render(chapters=shown, anonymous=names.anonymous, listed=LISTED, csv=csv)


def title(names: Names) -> Callable[[str, str, str], str]:
    """A function from an exercise, a finding's code and what was seen to the words for what went wrong."""

    def words(exercise: str, code: str, seen: str) -> str:
        if code and (entry := misconception(exercise, code)):
            return entry.title
        return "something else" if names.anonymous or not seen else seen

    return words


def _chapter(chapter: Chapter, names: Names, links: str) -> dict:
    work = chapter.work
    scores = [one.score for one in work.graded]
    return {
        "name": work.assignment,
        "ended": _time(work.ended),
        "handed_in": len(work.graded) + len(work.ungraded),
        "students": len(work.graded) + len(work.ungraded) + len(work.missing),
        "graded": len(work.graded),
        "max_score": work.max_score,
        "spread": (spread := statistics.spread(scores, work.max_score)),
        "scores_picture": pictures.scores(spread, len(scores), work.max_score),
        **_alarms(work, names),
        **_exercises(work, names),
        **_misconceptions(chapter, names),
        **_people(work, names),
        **_by_hand(work, names, links),
        **_change(chapter, names),
    }


def _alarms(work: ClassWork, names: Names) -> dict:
    unprotected = [(one.student, test.cell) for one in work.graded for test in one.tests if not test.protected]
    return {
        "unsafe": names.all([one.student for one in work.graded if not one.sandboxed]),
        "unprotected": list(dict.fromkeys(cell for _, cell in unprotected)),
        "open": {student for student, _ in unprotected},
        "damaged": names.all([one.student for one in work.graded if one.damaged]),
        "outdated": names.all([one.student for one in work.graded if one.outdated]),
    }


def _exercises(work: ClassWork, names: Names) -> dict:
    found = statistics.exercises(work)
    if not found:
        return {"exercises": [], "exercises_picture": ""}
    titles = [exercise_title(one.id) for one in found]
    rows = [{"title": title, "figures": one, "remark": _remark(one)} for title, one in zip(titles, found, strict=True)]
    judged = [one for one in found if one.answers]
    picture = pictures.exercises(judged, [exercise_title(one.id) for one in judged]) if judged else ""
    return {"exercises": rows, "exercises_picture": picture}


def _remark(one: statistics.Exercise) -> str:
    """What to look at in an exercise, if anything; of few answers nothing can be said."""
    if one.answers < statistics.ENOUGH:
        return ""
    if one.share > 0.95:
        return "nearly everybody is right: it shows little"
    if one.discrimination is not None and one.discrimination < 0:
        return "those who do well elsewhere fail here: read it again, and its answers"
    if one.share < 0.2:
        return "few are right: talk about it in class"
    if one.discrimination is not None and one.discrimination < 0.2:
        return "says little about how somebody does elsewhere"
    return ""


def _misconceptions(chapter: Chapter, names: Names) -> dict:
    work, all_seen = chapter.work, statistics.misconceptions(chapter.work)
    nothing_to_judge = without_an_idea()
    ideas = [seen for seen in all_seen if seen.code not in nothing_to_judge]
    texts = {seen.code: misconception(_mostly_in(seen), seen.code) for seen in all_seen}
    titles = {code: entry.title for code, entry in texts.items()}
    found = [
        {
            "title": titles[seen.code],
            "code": seen.code,
            "cause": texts[seen.code].cause,
            "lecture": lecture(texts[seen.code].lesson),
            "students": seen.students,
            "share": seen.students / len(work.graded),
            "again": seen.again,
            "bar": seen.students / ideas[0].students,
            "where": sorted(
                ((exercise_title(name), len(ones)) for name, ones in seen.by_exercise.items()), key=_by_count
            ),
            "example": (shown := example(seen, chapter.vocabulary, names.of)).code,
            "example_of": exercise_title(shown.exercise),
            "chosen": all(map(is_choice, seen.by_exercise)),
        }
        for seen in ideas
    ]
    others = [
        {"title": titles[seen.code], "students": seen.students, "lecture": lecture(texts[seen.code].lesson)}
        for seen in all_seen
        if seen.code in nothing_to_judge
    ]
    unnamed: dict[str, set[str]] = defaultdict(set)
    for one in work.graded:
        for name, test in one.exercises().items():
            if test.right is False and not test.code:
                unnamed[title(names)(name, "", test.title)].add(one.student)
    pairs = statistics.pairs(work, nothing_to_judge)
    return {
        "misconceptions": found,
        "misconceptions_picture": pictures.frequencies(
            [entry["title"] for entry in found], [entry["students"] for entry in found], len(work.graded)
        )
        if found
        else "",
        "no_answers": others,
        "unnamed": sorted(((words, len(ones)) for words, ones in unnamed.items()), key=_by_count),
        "pairs": [{"figures": pair, "first": titles[pair.first], "second": titles[pair.second]} for pair in pairs],
        "pairs_picture": pictures.together(pairs, titles) if len(pairs) > 1 else "",
    }


def _by_count(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _mostly_in(seen: statistics.Seen) -> str:
    return max(seen.by_exercise, key=lambda name: len(seen.by_exercise[name]))


def _people(work: ClassWork, names: Names) -> dict:
    cut_off: dict[str, list[str]] = defaultdict(list)
    for one in work.graded:
        for code in dict.fromkeys(test.code for test in one.tests if test.code in CUT_OFF):
            cut_off[code].append(one.student)
    why = "It could not be graded, or is not graded yet." if names.anonymous else ""
    odd = [one for one in work.graded if one.notes]
    return {
        "missing": names.all(work.missing),
        "ungraded": sorted((names.of(one.student), why or one.problem) for one in work.ungraded),
        "cut_off": [(CUT_OFF[code], names.all(cut_off[code])) for code in CUT_OFF if code in cut_off],
        "odd": sorted((names.of(one.student), "" if names.anonymous else " ".join(one.notes)) for one in odd),
        "everybody": sorted(
            (names.of(one.student), one.score, _wrong(one, names), any(score.waits for score in one.by_hand))
            for one in work.graded
        ),
    }


def _wrong(one: Submission, names: Names) -> list[str]:
    def words(name: str, test: Test) -> str:
        return "not judged" if test.right is None else title(names)(name, test.code, test.title)

    return [f"{exercise_title(name)}: {words(name, test)}" for name, test in one.exercises().items() if not test.right]


def _by_hand(work: ClassWork, names: Names, links: str) -> dict:
    cells = {(cell.notebook, cell.name): {"points": cell.points, "waiting": [], "given": []} for cell in work.cells}
    for one in work.graded:
        for score in one.by_hand:
            found = cells[score.cell.notebook, score.cell.name]
            if score.waits:
                address = formgrader.submission(links, score.submission)
                found["waiting"].append((names.of(one.student), address))
            else:
                found["given"].append(score.points)
    rows = [
        {
            "name": name,
            "points": found["points"],
            "waiting": sorted(found["waiting"]),
            "given": len(found["given"]),
            "mean": sum(found["given"]) / len(found["given"]) if found["given"] else None,
            "all": formgrader.submissions(links, work.assignment, notebook),
        }
        for (notebook, name), found in cells.items()
        if found["waiting"] or found["given"]
    ]
    waiting = sum(any(score.waits for score in one.by_hand) for one in work.graded)
    return {"by_hand": rows, "waiting": waiting, "formgrader": links}


def _change(chapter: Chapter, names: Names) -> dict:
    kept = chapter.gradings
    gradings = [{"ended": _time(one.ended), "students": len(one.points), "mean": one.mean} for one in kept]
    if len(kept) < 2:
        return {"change": None, "gradings": gradings}
    change = compare(kept[-2], kept[-1])
    codes = sorted(change.codes.items(), key=lambda item: (-abs(item[1][1] - item[1][0]), item[0]))
    return {
        "gradings": gradings,
        "change": {
            "before": _time(change.before.ended),
            "both": change.both,
            "mean": _means(change),
            "rights": [(exercise_title(name), *rights) for name, rights in change.rights.items()],
            "codes": [(_title_anywhere(code, chapter.work), *counts) for code, counts in codes],
            "lists": [
                ("Gained points from tests", names.all(change.better)),
                ("Lost points from tests", names.all(change.worse)),
                ("Graded for the first time", names.all(change.new)),
                ("Not graded any more", names.all(change.gone)),
            ],
        },
    }


def _means(change: Change) -> tuple[float, float]:
    """The mean points from tests before and after, of those who are in both gradings."""
    both = change.before.points.keys() & change.after.points.keys()
    if not both:
        return 0.0, 0.0
    before, after = (sum(one.points[name] for name in both) / len(both) for one in (change.before, change.after))
    return before, after


def _title_anywhere(code: str, work: ClassWork) -> str:
    entries = (misconception(name, code) for name in work.exercises())
    return next((entry.title for entry in entries if entry), code)


def _time(seconds: float) -> str:
    time = datetime.fromtimestamp(seconds).astimezone()
    return f"{time.day} {time:%B %Y, %H:%M}"
