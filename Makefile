# `make` lists the targets. Whatever needs the environment makes it first, from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up
BENCH_STAMP := .venv-bench/.set-up
CACHES := .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov dist
CORES ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST := -m pytest -q --dist worksteal
# Many tests wait for something and leave their core idle, which one worker more makes use of.
WITH_ONE_MORE := -n $(shell expr $(CORES) + 1)
# Tests of the policy by chance and by growth: coverage would slow them down and learn nothing from them.
PLAIN := $(addprefix tests/policies/,test_random_facts.py kernel/text/test_shortcuts.py kernel/masking/test_growth.py \
	kernel/masking/test_fuzz.py)
REST := $(filter-out %/policies/ %/__pycache__/,$(sort $(wildcard tests/*/ tests/test_*.py)))
# Arguments for the program a target runs: make demo ARGS="--port 8800", make test ARGS="tests/policies -k calendar".
ARGS ?=

# Compiled modules are kept: compiling them again at every start of a program costs a second and more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test cover check bench docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv from the lock; does nothing when nothing changed
	@:

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "zhidu needs Python 3.11 or newer ($(PYTHON) is not; name another with PYTHON=...)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo "setting up .venv ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The peers that benchmarks compare with, apart because they bring hundreds of megabytes along.
$(BENCH_STAMP): benchmarks/requirements.lock
	@$(PYTHON) -m venv --clear .venv-bench
	@echo "setting up .venv-bench ..."
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@touch $@

demo: $(STAMP) ## run the product on its embedded sandbox and play a working week; Ctrl-C ends it
	@$(BIN)/zhidu demo $(ARGS)

test: $(STAMP) ## run the tests
	@$(BIN)/python $(PYTEST) $(WITH_ONE_MORE) $(ARGS)

# The policy is held to the floor in pyproject.toml by its own tests; the rest runs plainly.
check: $(STAMP) ## the gate: lint, format, types, imports, tests, coverage of the policy, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory cover-policy
	$(MAKE) --no-print-directory test ARGS="$(REST) $(PLAIN)"

.PHONY: cover-policy
cover-policy: $(STAMP)
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run --source policies $(PYTEST) -n $(CORES) tests/policies $(addprefix --ignore ,$(PLAIN))
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report --skip-covered --show-missing

cover: $(STAMP) ## all tests under coverage, which takes minutes more: lines and branches of everything
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run $(PYTEST) $(WITH_ONE_MORE)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report --skip-covered --show-missing

bench: $(STAMP) $(BENCH_STAMP) ## run every benchmark and print one table
	@$(BIN)/python -m benchmarks.run $(ARGS)

docs: $(STAMP) ## write the generated pages: clauses, settings, tables of commands
	@$(BIN)/python -m docs.generate

lock: ## work requirements.lock out again from pyproject.toml (needs uv); ARGS=--upgrade takes newer releases
	@command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv" >&2; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --group dev --group build \
		--output-file requirements.lock $(ARGS) pyproject.toml
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --group bench \
		--output-file benchmarks/requirements.lock $(ARGS)

clean: ## remove .venv, caches and what was built
	@rm -rf .venv .venv-bench $(CACHES)
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
