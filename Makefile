# The words a newcomer needs. Each one makes the virtual environment it works in first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test soak mutate check bench clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

run: $(VENV)/.production ## the whole shop on this machine, until Ctrl-C (PORT=8000, FRESH=1)
	@exec $(BIN)/python manage.py up

test: $(VENV)/.development ## every test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(PYTEST_ARGS)

soak: $(VENV)/.development ## the long forms of the tests: races, faults, simulations at full size
	$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

mutate: $(VENV)/.development ## change the rules of money and of the way, and see whether the tests notice (ROOMS="fx ledger")
	$(BIN)/python -m tests.mutating $(ROOMS)

check: $(VENV)/.development ## format, lint, types, contracts, migrations, translations, links, papers, dead code, deployment
	@$(BIN)/python -m storefront.management.gate

bench: $(VENV)/.development ## the benchmarks, each a table and a JSON file
	@for each in benchmarks/bench_*.py; do $(BIN)/python $$each || exit 1; done

clean: ## take away what the other words made, the shop's data in .run excepted
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says which lock the environment was made from; a changed lock makes it out of date.
$(VENV)/.production: requirements.lock | $(VENV)/bin/python
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.development: requirements-dev.lock | $(VENV)/bin/python
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/.production

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Python 3.11 or newer is needed; name one with PYTHON=python3.12 make …'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo 'The Python module venv is missing: apt-get install python3-venv'; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# uv, where it is installed, does in seconds what takes pip half a minute.
define install
echo 'Installing $(1)'; \
if command -v uv >/dev/null 2>&1; \
then VIRTUAL_ENV=$(VENV) uv pip install --quiet --compile-bytecode --require-hashes -r $(1); \
else $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r $(1); fi
endef
