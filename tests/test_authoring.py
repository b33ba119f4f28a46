"""Recording what is expected of the public challenges: of all exercises, or of those asked for."""

from autograder import authoring


def test_it_can_be_asked_for_some_exercises(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(authoring, "recorded_path", lambda exercise_id: tmp_path / f"{exercise_id}.json")
    assert authoring.main(["predict_clipped", "loop_order"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["predict_clipped.json"]  # the other is judged as train_step
    assert authoring.main(["predict"]) == 1
    assert "There is no exercise 'predict'. The exercises are: clip_by_norm," in capsys.readouterr().err
