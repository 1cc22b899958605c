# The two commands of the README are `make demo` and `make test`; each sets up what it needs under .venv first.
# What a target does is in tools/: this file only names them.

PYTHON ?= python3
IN_ENVIRONMENT := $(PYTHON) tools/in_environment.py

.DEFAULT_GOAL := help

ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
ifneq ($(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))'),True)
$(error bytescope needs Python 3.11 or newer, which $(PYTHON) is not: say make PYTHON=/path/to/python3.11)
endif
endif

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo:  ## run a real program on real input under bytescope
	@$(IN_ENVIRONMENT) --or-bare tools/demo.py

test:  ## lint and test on every supported CPython found, and in Pyodide (ARGS="--host 3.12 -k name")
	@$(PYTHON) tools/run_tests.py $(ARGS)

test-all:  ## the same with the tests marked slow
	@$(PYTHON) tools/run_tests.py --slow $(ARGS)

lint:  ## ruff, mypy and import-linter only
	@$(IN_ENVIRONMENT) --group lint tools/run_lint.py

format:  ## let ruff lay out and mend the sources
	@$(IN_ENVIRONMENT) --group lint -m ruff check --fix --quiet .
	@$(IN_ENVIRONMENT) --group lint -m ruff format .

conformance:  ## run CPython's own test suite inside bytescope (ARGS=...)
	@$(IN_ENVIRONMENT) -m tests.conformance $(ARGS)

ecosystem:  ## run other projects' test suites inside bytescope (ARGS=...)
	@$(IN_ENVIRONMENT) -m tests.ecosystem $(ARGS)

bench:  ## run the benchmarks (ARGS=...)
	@$(IN_ENVIRONMENT) -m benchmarks $(ARGS)

docs:  ## build the documentation into docs/_build
	@$(IN_ENVIRONMENT) --group docs -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "built docs/_build/html/index.html"

lock:  ## resolve the requirements anew
	@$(IN_ENVIRONMENT) --group dev tools/lock.py

clean:  ## remove what the targets made, environments included
	rm -rf .venv .tmp build dist docs/_build tests/pyodide/node_modules tests/pyodide/wheels
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help demo test test-all lint format conformance ecosystem bench docs lock clean
