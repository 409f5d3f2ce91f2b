.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup demo fmt lint types test test-all coverage bench check

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
PACKAGES := $(notdir $(patsubst %/py.typed,%,$(wildcard wfe_*/py.typed providers/wfe_*/py.typed)))
SERVERS := not postgres and not redis and not opensearch and not microvm and not docker and not podman and not browser
# The pyright wrapper would ask for its newest version at every run; uv.lock decides that.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
# The tests start hundreds of interpreters: what one of them has compiled the others need not, whatever is set outside.
unexport PYTHONDONTWRITEBYTECODE

help:  ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## create .venv and install everything that uv.lock names
ifeq ($(UV),)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "uv>=0.9,<1"
	$(BIN)/uv sync --frozen --all-extras --group dev
else
	$(UV) sync --frozen --all-extras --group dev
endif

.venv:
	@$(MAKE) setup

demo: | .venv  ## run a small pipeline on the embedded store
	$(BIN)/wfe run examples/pipelines/hello.yaml --fresh

fmt: | .venv  ## format the code and fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: | .venv  ## style, formatting and the floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: | .venv  ## mypy strict, pyright strict, and every public type known
	$(BIN)/mypy
	$(BIN)/pyright
	@echo "verify the public types of $(PACKAGES)"
	@echo $(PACKAGES) | PATH="$(CURDIR)/$(BIN):$$PATH" xargs -n 1 -P $(WORKERS) sh -c \
		'out=$$(pyright --ignoreexternal --verifytypes $$0) || { echo "$$out" | grep -A 1 "error:"; exit 1; }'

test: | .venv  ## the quick tests: memory and SQLite, under five minutes
	$(BIN)/pytest -n $(WORKERS) -m "not slow and $(SERVERS)"

test-all: | .venv  ## every test, with every server
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

coverage: | .venv  ## the same, measured: 95 % of the branches, and the files below that
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal
	@$(BIN)/coverage combine --quiet
	@report="$$($(BIN)/coverage report)"; enough=$$?; \
		echo "$$report" | awk '$$NF + 0 < 95 || /^TOTAL/'; exit $$enough

bench: | .venv  ## the benchmarks, against floors and peers
	$(BIN)/python -m benchmarks

check: | .venv  ## all that CI runs, in its order
	@$(MAKE) lint
	@$(MAKE) types
	@$(MAKE) test-all
