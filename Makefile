# make run   environment, installation, first build of the map
# make test  everything the tests need, then all of them
# make bench times beside PostGIS, DuckDB, geopandas, Geod; writes docs/performance.md

PYTHON ?= python3
BIN    := .venv/bin
JOBS   ?= 2

.PHONY: run test lint bench clean

run: .venv/installed
	$(BIN)/gangqu build

test: .venv/tested
	$(BIN)/python tools/ensure_browser.py
	$(BIN)/flake8 gangqu_gis tools tests benchmarks
	$(BIN)/mypy
	$(BIN)/pytest -n $(JOBS)

lint: .venv/tested
	$(BIN)/flake8 gangqu_gis tools tests benchmarks
	$(BIN)/mypy

bench: .venv/tested
	$(BIN)/python -m pip install --quiet --editable '.[fast,bench]'
	-$(BIN)/python tools/ensure_postgis.py
	$(BIN)/python benchmarks/run.py --write

.venv/installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

clean:
	rm -rf .venv build dist *.egg-info maps/*.html
