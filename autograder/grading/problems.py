"""What a person can do wrong when grading: said in one sentence, never as a traceback."""


class CourseError(Exception):
    """A command cannot do what was asked; the message is one sentence that ends in what to do."""


LOG = ".nbgrader.log"  # in the course folder: where nbgrader and its kernels say what went wrong
