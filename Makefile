# Two commands are enough: `make demo` shows the main job on fixtures/, `make test` runs the tests.
# Each installs what is missing first: system packages through apt where there is apt, everything else into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: help install demo test test-all lint bench faults fuzz fixtures constraints clean

help:            ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

install: $(STAMP)  ## system packages, .venv and the marker command

$(STAMP): pyproject.toml constraints.txt scripts/install-system
	sh scripts/install-system
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'marker needs Python 3.11 or newer; set PYTHON=…'; exit 5; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

demo: $(STAMP)   ## the main job on fixtures/: both directions, into demo-out/
	sh scripts/demo $(BIN)/marker

test: $(STAMP) lint  ## lint, types, architecture and the tests (under ten minutes)
	$(BIN)/python -m pytest -n auto -m 'not slow'

test-all: $(STAMP) lint  ## everything, the long suites included
	$(BIN)/python -m pytest -n auto

lint: $(STAMP)   ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

bench: $(STAMP)  ## measurements: detection by case, reading of scans, speed beside pdftotext, stamps beside pikepdf
	$(BIN)/python -m tests.labelled.measure
	$(BIN)/python -m tests.world.measure
	$(BIN)/python -m tests.ocr.measure
	$(BIN)/python -m tests.ocr.bench_speed
	$(BIN)/python -m tests.readers.bench_speed
	/usr/bin/time -v $(BIN)/python -m tests.intake.bench
	$(BIN)/python -m tests.stamp.bench
	$(BIN)/python -m tests.register.bench
	$(BIN)/python -m tests.records.measure_trace

faults: $(STAMP) ## kill batches and watchers 300 times, in every stage (half an hour)
	$(BIN)/python -m tests.faults.kills --kills 300

fuzz: $(STAMP)   ## 20,000 mutants of real documents take the whole way (hours)
	$(BIN)/python -m tests.fuzz.run --inputs 20000 --state fuzz-state.json

fixtures: $(STAMP)  ## make the documents of fixtures/ anew
	$(BIN)/python fixtures/make.py

constraints: $(STAMP)  ## write the versions in .venv to constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean:           ## remove .venv and what demo and tests leave
	rm -rf $(VENV) demo-out fuzz-state.json fuzz-findings .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
