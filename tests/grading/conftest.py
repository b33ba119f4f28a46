"""What the tests of grading share."""

import pytest

from autograder.grading.challenges import Challenge, Challenges


@pytest.fixture(scope="session")
def secret_challenge(tmp_path_factory) -> Challenge:
    """A challenge of a course's pool, which no student's installation has."""
    return Challenges(tmp_path_factory.mktemp("secrets")).draw("train_step", "assignment/student")
