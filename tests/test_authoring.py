"""Recording what is expected of the public challenges: of all exercises, or of those asked for."""

from autograder import authoring
from autograder.judging import annotated


def test_it_can_be_asked_for_some_exercises(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(authoring, "recorded_path", lambda exercise_id: tmp_path / f"{exercise_id}.json")
    assert authoring.main(["predict_clipped", "loop_order"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["predict_clipped.json"]  # the other is judged as train_step
    assert authoring.main(["predict"]) == 1
    assert "There is no exercise 'predict'. The exercises are: clip_by_norm," in capsys.readouterr().err


def test_notes_are_kept_beside_what_is_given_and_put_into_it_for_the_judge():
    task = authoring.exercises.get("train_step_groups")
    expected = authoring.expected("train_step_groups", task.challenge(1))
    (given, notes), whole = (
        (expected[key]["probes"] for key in ("given", "notes")),
        annotated(expected)["given"]["probes"],
    )
    assert "gradient" not in given[0]["calls"][0]
    for probe, note, both in zip(given, notes, whole, strict=True):
        assert both == probe | {"calls": [a | b for a, b in zip(probe["calls"], note["calls"], strict=True)]}
    assert annotated({"given": {"tiers": {}}, "key": {}}) == {"given": {"tiers": {}}, "key": {}}
