# .venv holds what a user gets and nothing else, .venv-dev the tools of the tests beside it, .venv-tools those of a release.
# Another Python: make PYTHON=python3.12 run. Arguments: make run ARGS='attach a1b2c3', make test ARGS='tests/unit -x'.
PYTHON ?= python3
ARGS ?=
RUN := .venv
DEV := .venv-dev
TOOLS := .venv-tools
PINS := tests/constraints.txt
PIP := -m pip install --quiet --disable-pip-version-check

# An environment that another Python made is made anew: `make PYTHON=python3.12 test` never tests the one before.
EXECUTABLE := $(shell $(PYTHON) -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null)
made_by_another = $(shell grep -qxF 'executable = $(EXECUTABLE)' $(1)/pyvenv.cfg 2>/dev/null || echo anew)

# Modules are compiled once, and not by every process of every run.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test test-fast check lint layout types floors audit package format screenshots bench bench-quick pins clean python anew

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name words; do \
		printf 'make %-12s %s\n' "$$name" "$$words"; done

run: $(RUN)/.stamp ## open the dashboard
	@$(RUN)/bin/ionq-tui $(ARGS)

demo: $(RUN)/.stamp ## open the dashboard on the built-in simulated cloud: no key, no network
	@$(RUN)/bin/ionq-tui --demo $(ARGS)

test: $(DEV)/.stamp ## run all tests, and say which were skipped and why
	$(DEV)/bin/python -m pytest -n auto --dist loadgroup -rs $(ARGS)

test-fast: $(DEV)/.stamp ## run the unit tests without the slow ones, in less than a minute
	$(DEV)/bin/python -m pytest -n auto -q -m 'not slow' tests/unit $(ARGS)

check: lint layout types floors audit ## lint, format, types, the layers and known vulnerabilities, as CI does

lint: $(DEV)/.stamp
	$(DEV)/bin/ruff check .

layout: $(DEV)/.stamp
	$(DEV)/bin/ruff format --check .

types: $(DEV)/.stamp
	$(DEV)/bin/mypy

floors: $(DEV)/.stamp
	$(DEV)/bin/lint-imports

format: $(DEV)/.stamp ## put the code into its format
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

audit: $(TOOLS)/.stamp ## look for known vulnerabilities of the pinned dependencies; says so where the database cannot be asked
	@$(TOOLS)/bin/python tests/package/audit.py $(PINS)

package: $(DEV)/.stamp $(TOOLS)/.stamp ## build sdist and wheel in dist/, check them, install each into an empty environment and start it
	@rm -rf dist && mkdir dist
	@$(TOOLS)/bin/python -m build --outdir dist . >dist/build.log 2>&1 || { cat dist/build.log; exit 1; }
	@$(TOOLS)/bin/python -m twine check --strict dist/*.whl dist/*.tar.gz
	@$(DEV)/bin/python -m tests.package.install dist $(PINS)

screenshots: $(DEV)/.stamp ## take the pictures in screenshots/ from the demo with its clock stopped
	$(DEV)/bin/python -m tests.snapshots.take screenshots

bench: $(RUN)/.stamp $(DEV)/.stamp ## measure start, memory, bytes, CPU and keys beside a bare Textual app, in ten minutes
	@$(DEV)/bin/python -m tests.bench $(RUN)/bin/python $(ARGS)

bench-quick: $(RUN)/.stamp $(DEV)/.stamp ## the same in one minute, more roughly
	@$(DEV)/bin/python -m tests.bench $(RUN)/bin/python --quick $(ARGS)

pins: python ## write tests/constraints.txt anew from what is current
	rm -rf $(DEV)
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/python $(PIP) -e '.[dev]'
	{ sed -n '/^#/p' $(PINS); $(DEV)/bin/python -m pip freeze --exclude-editable; } > $(PINS).new
	mv $(PINS).new $(PINS)
	touch $(DEV)/.stamp

clean: ## remove the environments and all caches
	rm -rf $(RUN) $(DEV) $(TOOLS) dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .fault-matrix.txt .never-forgotten.txt .around-the-end.txt
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN)/.stamp: pyproject.toml $(PINS) $(call made_by_another,$(RUN)) | python
	@echo "Installing ionq-tui into $(RUN) for $$($(PYTHON) -V) …"
	@$(PYTHON) -m venv --clear $(RUN)
	@$(RUN)/bin/python $(PIP) -c $(PINS) -e .
	@touch $@

$(DEV)/.stamp: pyproject.toml $(PINS) $(call made_by_another,$(DEV)) | python
	@echo "Installing ionq-tui and the tools of its tests into $(DEV) for $$($(PYTHON) -V) …"
	@$(PYTHON) -m venv --clear $(DEV)
	@$(DEV)/bin/python $(PIP) -c $(PINS) -e '.[dev]'
	@touch $@

$(TOOLS)/.stamp: tests/package/tools.txt $(call made_by_another,$(TOOLS)) | python
	@echo "Installing the tools of a release into $(TOOLS) for $$($(PYTHON) -V) …"
	@$(PYTHON) -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python $(PIP) -r tests/package/tools.txt
	@touch $@

python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. Install Python 3.11 or later, or name one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "ionq-tui needs Python 3.11 or later, and $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2; \
		echo "Install a later one and name it: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: its modules venv or ensurepip are missing." >&2; \
		echo "On Debian and Ubuntu: sudo apt install python3-venv (for another Python: python3.12-venv)." >&2; exit 1; }
