# make app    set up if needed, open the page
# make test   set up if needed, run every test
# make help   the rest
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: help app test quick types bundle bench soak lock lint golden clean rooms
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/app.stamp: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/dev.stamp: $(VENV)/app.stamp requirements-extra.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-extra.txt -r requirements-dev.txt
	touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	touch $@

$(VENV)/fuzz.stamp: $(VENV)/dev.stamp requirements-fuzz.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	touch $@

app: $(VENV)/app.stamp
	$(BIN)/python -m views.served run streamlit_app.py --server.address 127.0.0.1 --server.port $(PORT)

test: $(VENV)/dev.stamp
	sh tests/find_chromium.sh
	$(BIN)/python $(MEASURED) -m pytest --numprocesses=auto --dist=loadfile --durations=15

# make quick  unit tests, laws and the examples in docstrings
quick: $(VENV)/dev.stamp
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile geo layers tests/unit tests/property

# make lint   ruff, mypy and the rooms' contracts
lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory types
	$(BIN)/lint-imports

# make types  mypy alone
types: $(VENV)/dev.stamp
	$(BIN)/mypy geo layers views commands deploy streamlit_app.py

# make bundle FOLDER=…  wheels and a script for machines without a registry
bundle: $(VENV)/dev.stamp
	$(BIN)/python deploy/bundle.py $(or $(FOLDER),dist/bundle) $(OPTIONS)

# make rooms  draw docs/rooms.md anew from the imports
rooms: $(VENV)/dev.stamp
	$(BIN)/python -m testing.rooms

# make bench  the side-by-side benchmarks (15 minutes)
bench: $(VENV)/bench.stamp
	$(BIN)/python -m benchmarks

# make soak   the long tests: fuzzing, load, faults
soak: $(VENV)/fuzz.stamp
	$(BIN)/python -m benchmarks.soak

# make lock   renew the pinned requirements and their hashes
lock: $(VENV)/dev.stamp
	for part in "" -extra -dev -bench -fuzz; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		requirements$$part.in -o requirements$$part.txt || exit 1; done

# make golden areas measured again by GRASS (Debian's grass-core)
golden: $(VENV)/dev.stamp
	sh tests/data/golden_areas.sh

clean:
	rm -rf $(VENV) static dist tests/out
