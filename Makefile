PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: verify test check build clean
.DEFAULT_GOAL := verify

$(READY): pyproject.toml constraints.txt
	@echo "setting up .venv (once; about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "liverec needs Python 3.11 or newer; try: make PYTHON=python3.12"; exit 64; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

verify: $(READY) ## judge the embedded reference server and write a report
	@$(BIN)/liverec verify --report report

test: check ## every check and every test
	@$(BIN)/python -m pytest -n 4 tests

check: $(READY) ## style, types and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@$(BIN)/mypy
	@$(BIN)/lint-imports

build: $(READY) ## source distribution, and the wheel made from it
	@$(BIN)/python -m build --installer pip

clean:
	rm -rf .venv dist build report .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
