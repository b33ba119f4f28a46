import nbformat
import papermill
import pytest

from autograder.learning import ClaimFailed, claim

CLIPPED, RAW = [0.010, 0.012, 0.0131], [9e3, 2e4, 1e4]


def test_a_claim_fills_in_what_was_seen():
    seen = claim("c", "From {raw:.1g} to {clipped:.3f}.", {"raw": RAW, "clipped": CLIPPED}, "clipped < raw")
    assert str(seen) == "From 9×10³–2×10⁴ to 0.010–0.013."
    assert "Held in 3 of 3 runs" in seen.html()


def test_a_value_that_all_seeds_share_is_said_once():
    assert str(claim("c", "Step {step:.0f}.", {"step": [2, 2, 2]}, "step == 2")) == "Step 2."


def test_negative_ranges_do_not_use_a_dash():
    assert str(claim("c", "{x:.1f}", {"x": [-1, 1, 0]}, "x < 2")) == "−1.0 to 1.0"


def test_the_margin_is_that_of_the_closest_seed():
    seen = claim("c", "", {"a": [1, 8, 2], "b": [10, 10, 10]}, "a < b and b <= 10")
    assert "`a < b`: 8 < 10, by a factor of 1.2; `b <= 10`: 10 <= 10" in seen.margin


@pytest.mark.parametrize("bad", [20.0, float("nan"), float("inf"), 0.05])
def test_a_claim_broken_on_one_seed_fails_in_one_sentence(bad):
    with pytest.raises(ClaimFailed) as caught:
        claim("recovers", "{loss}", {"loss": [0.01, bad, 0.02]}, "loss < 0.05")
    message = str(caught.value)
    assert message.startswith("The claim “recovers” does not hold: expected loss < 0.05 on every seed, but saw 0.01 < ")
    assert "\n" not in message
    assert caught.value._render_traceback_() == [f"ClaimFailed: {message}"]
    assert isinstance(caught.value, AssertionError)


def test_each_part_has_to_hold():
    values = {"a": [1, 2, 3], "b": [30, 30, 30]}
    claim("c", "", values, "b >= 10 * a and a > 0")
    with pytest.raises(ClaimFailed, match=r"expected b > 10 \* a"):
        claim("c", "", values, "a > 0 and b > 10 * a")


@pytest.mark.parametrize("values", [{"a": [1, 2]}, {"a": []}, {}, {"a": [1, 2, 3], "b": [1, 2, 3, 4]}])
def test_it_takes_three_seeds_for_every_value(values):
    with pytest.raises(ClaimFailed, match="“few” was given"):
        claim("few", "", values, "a > 0")


@pytest.mark.parametrize("holds", ["a", "a < b < c", "a < b or b < a", "a != b"])
def test_what_is_no_relation_is_refused(holds):
    with pytest.raises(ValueError, match="is not a claim"):
        claim("c", "", {"a": [1, 2, 3], "b": [1, 2, 3]}, holds)


@pytest.mark.slow
def test_a_broken_claim_stops_papermill_with_its_sentence(tmp_path):
    cells = ["from autograder.learning import claim", 'claim("falls", "", {"x": [1, 2, 3]}, "x < 3")', "reached = 1"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False, kernel_name="python3"
        )
    assert caught.value.ename == "ClaimFailed"
    assert caught.value.evalue.startswith("The claim “falls” does not hold: expected x < 3")
    (error,) = [o for cell in nbformat.read(tmp_path / "out.ipynb", 4).cells for o in cell.get("outputs", [])][-1:]
    assert error.traceback == [f"ClaimFailed: {caught.value.evalue}"]
