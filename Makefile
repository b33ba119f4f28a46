# Everything one does here; `make` alone lists it. Each target makes the environment (.venv) if it is missing.
PYTHON ?= python3

# nbgrader calls other programs (alembic) by name, so the environment's programs come first on PATH.
IN_ENV = PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/
PYTEST = $(IN_ENV)python -m pytest -n 2 --dist loadfile
ENV = .venv/made
SEED ?= 0

.PHONY: help
help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: lab
lab: $(ENV)  ## open the course in JupyterLab
	$(IN_ENV)jupyter-lab

.PHONY: demo
demo: $(ENV)  ## grade example submissions and show the report
	$(IN_ENV)autograder demo

.PHONY: test
test: kill-table  ## run the tests, those in a browser included
	$(PYTEST) -m "not full"

.PHONY: kill-table
kill-table: $(ENV)  ## try every checker on right, wrong and broken answers
	$(IN_ENV)python -m autograder.kill_table

.PHONY: test-fast
test-fast: $(ENV)  ## run the tests that need neither whole notebooks nor a browser
	$(PYTEST) -m "not slow and not browser and not full"

.PHONY: adversarial
adversarial: $(ENV)  ## grade a class of hostile submissions, and print what each tried and what held
	$(IN_ENV)python -m pytest -q -W ignore tests/adversarial

.PHONY: test-full
test-full: kill-table  ## run every test at full size; the summary goes to out/test-full.txt
	@mkdir -p out
	bash -o pipefail -c '$(PYTEST) --durations 20 | tee out/test-full.txt'

.PHONY: notebooks
notebooks: $(ENV)  ## run the lectures (SEED=0); the executed copies go to out/
	$(IN_ENV)python -m autograder.lectures --seed $(SEED)

.PHONY: release
release: $(ENV)  ## make the students' assignments in release/ from source/
	$(IN_ENV)python -m autograder.grading.release

.PHONY: student-kit
student-kit: $(ENV)  ## make out/student-kit.zip, all that a student needs
	$(IN_ENV)python -m autograder.grading.kit

.PHONY: expectations
expectations: $(ENV)  ## record anew what the public challenges expect
	$(IN_ENV)python -m autograder.authoring

.PHONY: bench
bench: $(ENV)  ## measure how fast and how well the grader judges
	$(IN_ENV)python -m benchmarks

.PHONY: bench-grading
bench-grading: $(ENV)  ## measure grading a class of 100, beside stock nbgrader
	$(IN_ENV)python -m benchmarks.grading

.PHONY: pictures
pictures: $(ENV)  ## make the README's pictures in docs/pictures anew
	$(IN_ENV)python docs/draw_pictures.py

.PHONY: lock
lock: $(ENV)  ## bring requirements.lock in line with pyproject.toml
	$(IN_ENV)uv pip compile --quiet --config-file requirements.toml --output-file requirements.lock pyproject.toml

$(ENV): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "The course needs Python 3.11 \
	or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Name another one, as in: make PYTHON=python3.12")'
	@echo "Making the environment in .venv (a few minutes, once) ..."
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --disable-pip-version-check --requirement requirements.lock
	.venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
