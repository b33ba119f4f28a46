import json

import pytest

from autograder.learning import learner, progress


def test_records_of_all_sections_are_kept_together(learner_there):
    assert progress.keep("predictions", "a", {"answer": "grows"}) == ""
    assert progress.keep("exit", "a", {"answer": "üñï ⁵"}) == ""
    assert json.loads(learner_there.read_text("utf-8")) == {
        "predictions": {"a": {"answer": "grows"}},
        "exit": {"a": {"answer": "üñï ⁵"}},
    }
    assert progress.get("exit", "a") == {"answer": "üñï ⁵"}
    assert progress.get("exit", "b") is None


def test_what_another_notebook_wrote_meanwhile_is_kept(learner_there):
    progress.keep("predictions", "mine", 1)
    learner_there.write_text('{"predictions": {"theirs": 2}}')
    progress.keep("predictions", "new", 3)
    assert json.loads(learner_there.read_text()) == {"predictions": {"theirs": 2, "new": 3}}


@pytest.mark.parametrize("damaged", ["", "{", "[1]", '{"predictions": 3}', "\x00\x00"])
def test_a_damaged_file_is_set_aside_with_one_sentence(learner_there, capsys, damaged):
    learner_there.write_text(damaged)
    older = learner_there.with_name(".progress.json.broken-1")
    older.write_text("damaged before")
    progress.keep("predictions", "a", 1)
    assert learner_there.with_name(".progress.json.broken-2").read_text() == damaged
    assert older.read_text() == "damaged before"
    assert json.loads(learner_there.read_text()) == {"predictions": {"a": 1}}
    assert capsys.readouterr().out.count("\n") == 1


def test_bytes_that_are_no_text_are_damage_too(learner_there, capsys):
    learner_there.write_bytes(b"\xff\xfe\xfa")
    assert progress.get("predictions", "a") is None
    assert "is kept as .progress.json.broken-1" in capsys.readouterr().out


def test_where_nothing_can_be_written_it_lasts_as_long_as_the_kernel(learner_there, monkeypatch):
    monkeypatch.setattr(progress, "FILE", learner_there.parent / "no such folder" / ".progress.json")
    trouble = progress.keep("predictions", "a", 1)
    assert "cannot be written" in trouble
    assert progress.get("predictions", "a") == 1
    monkeypatch.setattr(progress, "FILE", learner_there)
    assert progress.keep("predictions", "b", 2) == ""
    assert json.loads(learner_there.read_text()) == {"predictions": {"a": 1, "b": 2}}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(learner_there, monkeypatch):
    progress.keep("predictions", "a", 1)
    before = learner_there.read_text()
    with pytest.raises(TypeError):
        progress.keep("predictions", "b", object())
    assert learner_there.read_text() == before
    assert list(learner_there.parent.iterdir()) == [learner_there]


def test_with_no_learner_nothing_is_read_or_written(learner_there, monkeypatch, capsys):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    learner_there.write_text("damaged")
    assert progress.keep("predictions", "a", 1) == ""
    assert progress.get("predictions", "a") is None
    assert [path.name for path in learner_there.parent.iterdir()] == [learner_there.name]
    assert learner_there.read_text() == "damaged"
    assert capsys.readouterr().out == ""
