PYTHON ?= python3
PORT ?= 8080
SEED ?= 0
BIN := .venv/bin
READY := .venv/.ready

.PHONY: verify test long deep interop check load build clean
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

interop: $(READY) ## other languages, generated clients and linters against the reference server
	@$(BIN)/python -m pytest -n 6 --dist loadfile -o timeout=600 interop

test: check ## every check and every test
	@$(BIN)/python -m pytest -n 6 --dist worksteal tests

long: $(READY) ## the rest of the kill matrix and of the load runs, and what waits long on the real clock
	@$(BIN)/python -m pytest -n 6 --dist worksteal -m long tests

deep: $(READY) ## the checker against brute force on 22,000 histories, and more; SEED=7 takes as many others
	@SEED=$(SEED) $(BIN)/python -m pytest -n 2 --dist worksteal -m deep tests

check: $(READY) ## style, types and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@$(BIN)/mypy
	@$(BIN)/lint-imports

load: $(READY) ## a reference server, and Locust's web UI to load it; PORT=8081 takes another port
	@$(BIN)/liverec serve --port $(PORT) & server=$$!; trap 'kill $$server 2>/dev/null' EXIT; \
	sleep 1; kill -0 $$server 2>/dev/null || exit 64; \
	$(BIN)/locust -f load/locustfile.py --host http://127.0.0.1:$(PORT)

build: $(READY) ## source distribution, and the wheel made from it
	@$(BIN)/python -m build --installer pip

clean:
	rm -rf .venv dist build report runs .interop .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
