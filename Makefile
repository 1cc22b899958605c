# The two commands of the README are `make demo` and `make test`; each sets up what it needs under .venv first.
# What a target does is a session of noxfile.py: this file only names them.

PYTHON ?= python3
NOX := @$(PYTHON) tools/bootstrap.py

.DEFAULT_GOAL := help

ifneq ($(filter-out help clean,$(MAKECMDGOALS)),)
ifneq ($(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))'),True)
$(error bytescope needs Python 3.11 or newer, which $(PYTHON) is not: say make PYTHON=/path/to/python3.11)
endif
endif

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo:  ## run a real program on real input under bytescope
	$(NOX) demo $(ARGS)

check:  ## lint, unit tests and instruction programs on the newest CPython: under two minutes
	$(NOX) check $(ARGS)

test:  ## lint, docs and tests on every supported CPython found, and in Pyodide (ARGS="--host 3.12 -k name")
	$(NOX) tests $(ARGS)

test-all:  ## the same with all that takes long, everywhere: hours
	$(NOX) test-all $(ARGS)

lint:  ## ruff, mypy and import-linter only
	$(NOX) lint

format:  ## let ruff lay out and mend the sources
	$(NOX) format

conformance:  ## run CPython's own test suite inside bytescope (ARGS=...)
	$(NOX) conformance $(ARGS)

ecosystem:  ## run other projects' test suites inside bytescope (ARGS=...)
	$(NOX) ecosystem $(ARGS)

fuzz:  ## run random programs on CPython and under bytescope (ARGS="--host 3.12 --seed N"; --mutants: mutated bytecode)
	$(NOX) fuzz $(ARGS)

next-python:  ## compare a CPython with the newest known version: opcodes, tables, programs (ARGS=/path/to/python3.16)
	$(NOX) next-python $(ARGS)

bench:  ## run the benchmarks (ARGS=...)
	$(NOX) bench $(ARGS)

playground:  ## build the page into src/bytescope/playground/static, for `bytescope playground` or any static host
	$(NOX) playground

vsix:  ## pack editors/vscode into dist/bytescope-vscode.vsix, which VS Code installs
	$(NOX) vsix

docs:  ## build the documentation into docs/_build
	$(NOX) docs

dist:  ## build the distributions into dist/ and check them
	$(NOX) dist

changelog:  ## gather the news fragments at a release (ARGS="--version 1.2.3")
	$(NOX) changelog $(ARGS)

lock:  ## resolve the requirements anew
	$(NOX) lock

clean:  ## remove what the targets made, environments included
	rm -rf .venv .tmp build dist docs/_build tests/pyodide/node_modules tests/pyodide/packages
	rm -rf web/node_modules web/.assembled web/.snapshot web/test-results src/bytescope/playground/static
	rm -rf .mypy_cache .pytest_cache .import_linter_cache .grimp_cache .hypothesis
	find . '(' -name __pycache__ -o -name .ruff_cache ')' -type d -prune -exec rm -rf {} +

.PHONY: help demo check test test-all lint format conformance ecosystem fuzz next-python bench playground vsix docs dist changelog lock clean
