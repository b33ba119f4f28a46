"""The secret challenges of a course: few, the same when asked again, renewed, and nobody else's to read."""

import json
import stat
from types import SimpleNamespace

import pytest

from autograder import exercises, public
from autograder.grading import challenges
from autograder.grading.challenges import CACHE, POOL, SECRET, Challenges
from autograder.grading.problems import CourseError

STUDENTS = [f"a3/student{number}" for number in range(200)]


@pytest.fixture
def computed(monkeypatch) -> list[int]:
    """The seeds of the challenges whose expectations were computed; computing them is made cheap."""
    seeds = []

    def expected(exercise, challenge):
        seeds.append(challenge["given"]["seed"])
        return {"given": challenge["given"], "reference": {}, "mutants": {}}

    task = SimpleNamespace(ID="task", KIND="code", JUDGED_AS="task", challenge=lambda seed: {"given": {"seed": seed}})
    known = {
        "task": task,
        "alias": SimpleNamespace(**{**vars(task), "ID": "alias"}),
        "number": SimpleNamespace(**{**vars(task), "ID": "number", "JUDGED_AS": "number", "KIND": "value"}),
    }
    monkeypatch.setattr(challenges, "POOL", POOL)  # other tests' courses have fewer
    monkeypatch.setattr(challenges.exercises, "get", known.__getitem__)
    monkeypatch.setattr(challenges.authoring, "expected", expected)
    return seeds


def test_a_class_is_spread_over_a_small_pool_computed_once(tmp_path, computed):
    course = Challenges(tmp_path)
    drawn = [course.draw("task", student).id for student in STUDENTS]
    assert set(drawn) == {f"task-1-{number}" for number in range(POOL)}
    assert len(computed) == len(set(computed)) == POOL
    assert public.PUBLIC_SEED not in computed
    assert [course.draw("task", student).id for student in STUDENTS] == drawn
    assert len(computed) == POOL


def test_another_process_draws_the_same_and_computes_nothing(tmp_path, computed, monkeypatch):
    first = Challenges(tmp_path).draw("task", "a3/someone")
    monkeypatch.setattr(challenges, "_remembered", {})
    assert Challenges(tmp_path).draw("task", "a3/someone") == first
    assert len(computed) == 1


def test_exercises_that_are_judged_alike_share_a_submissions_challenge(tmp_path, computed):
    course = Challenges(tmp_path)
    assert course.draw("task", "a3/someone") == course.draw("alias", "a3/someone")


def test_another_course_has_other_challenges(tmp_path, computed):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for student in STUDENTS[:50]:
            Challenges(tmp_path / name).draw("task", student)
    assert len(set(computed)) == len(computed)


def test_the_secret_and_the_expectations_are_the_owners_alone(tmp_path, computed):
    Challenges(tmp_path).draw("task", "a3/someone")
    (cached,) = (tmp_path / CACHE).iterdir()
    for path in (tmp_path / SECRET, cached):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / CACHE).stat().st_mode) == 0o700
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([SECRET, CACHE])


def test_challenges_are_renewed_once_they_have_been_used(tmp_path, computed):
    course = Challenges(tmp_path)
    course.renew()
    assert course.draw("task", "a3/someone").id.startswith("task-1-")
    course.renew()
    course.renew()  # nothing has been drawn since
    assert course.draw("task", "a3/someone").id.startswith("task-2-")
    assert len(set(computed)) == 2
    assert len(list((tmp_path / CACHE).iterdir())) == 1


def test_an_earlier_challenge_can_be_had_again(tmp_path, computed, monkeypatch):
    course = Challenges(tmp_path)
    before = course.draw("task", "a3/someone")
    course.renew()
    state = json.loads((tmp_path / SECRET).read_text())
    (tmp_path / SECRET).write_text(json.dumps({**state, "generation": 1}))
    monkeypatch.setattr(challenges, "_remembered", {})
    assert course.draw("task", "a3/someone") == before
    assert len(computed) == 2


def test_a_changed_checker_computes_anew(tmp_path, computed, monkeypatch):
    Challenges(tmp_path).draw("task", "a3/someone")
    monkeypatch.setattr(challenges, "version", lambda *folders: "another")
    Challenges(tmp_path).draw("task", "a3/someone")
    assert len(computed) == 2
    (cached,) = (tmp_path / CACHE).iterdir()
    assert cached.stem.endswith("-another")


def test_a_file_that_was_cut_off_is_computed_anew(tmp_path, computed, monkeypatch):
    first = Challenges(tmp_path).draw("task", "a3/someone")
    (cached,) = (tmp_path / CACHE).iterdir()
    cached.write_text(cached.read_text()[:10])
    monkeypatch.setattr(challenges, "_remembered", {})
    assert Challenges(tmp_path).draw("task", "a3/someone") == first
    assert len(computed) == 2


def test_a_damaged_secret_is_one_sentence(tmp_path, computed):
    (tmp_path / SECRET).write_text("{")
    with pytest.raises(CourseError, match=r"\.grading_secret is damaged: delete it, and grade again"):
        Challenges(tmp_path).draw("task", "a3/someone")


def test_values_are_judged_on_what_the_notebook_shows(tmp_path, computed):
    course = Challenges(tmp_path)
    drawn = {course.draw("number", student).id for student in STUDENTS}
    assert drawn == {"number-public"}
    assert computed == [public.PUBLIC_SEED]
    assert not (tmp_path / SECRET).exists()


def test_a_real_challenge_is_another_than_the_public_one(secret_challenge):
    recorded = public.expected(exercises.get("train_step"))
    assert secret_challenge.given != recorded["given"]
    assert secret_challenge.expected.keys() == recorded.keys()
