# Two commands matter: `make run` and `make test`. Neither needs anything before it but Python 3.11+ and make.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
CODE := workflows notifications escalation migrations tests wsgi.py
PYTEST := $(BIN)/python -m pytest
# Test processes: one for each core and one more, since many tests wait; no more than PostgreSQL has room for.
MANY = -n $(shell $(BIN)/python -c 'import os; print(min(8, (os.cpu_count() or 1) + 1))') --dist worksteal
UV := uv==0.13.9

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install run reset check test campaigns time-travel histories rotation faults faults-seeded mutants tamper permissions lint browser pictures failover pooler lock bench bench-quick peers clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Make .venv with every pinned dependency and the service on its path

$(INSTALLED): requirements/develop.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not one."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' has no venv. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/develop.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# PORT counts only where it is typed: what stands in the environment is meant for something else.
run: install ## Start the demo on http://localhost:8000, or another PORT=; it keeps its data
	@exec $(BIN)/escalation demo run $(if $(filter command%,$(origin PORT)),--port $(PORT))

reset: install ## Empty the demo, when it does not run
	@$(BIN)/escalation demo reset

check: lint ## Lint, types, import contract, unit and architecture tests: for each commit
	$(PYTEST) $(MANY) tests/unit tests/architecture

# Lint and types use one core for half a minute, and the tests wait here and there: so they run side by side.
test: install browser ## Lint, types and the tests, on SQLite and PostgreSQL, with real mail and a real browser
	@$(MAKE) --no-print-directory lint & linted=$$!; \
	$(PYTEST) $(MANY) -m "not campaign"; tested=$$?; \
	wait $$linted && exit $$tested

campaigns: install ## What is killed, broken and tampered with, and each campaign and benchmark in small
	$(PYTEST) $(MANY) -m campaign

# Minutes: a million deadlines beside the oracle, and outages on a PostgreSQL of its own.
time-travel: install ## Deadlines and outages of many years, with figures in docs/evidence/time-travel.json
	$(BIN)/python -m tests.oracles.comparing --count $(or $(COUNT),1000000) --seed $(or $(SEED),1) --out docs/evidence/time-travel.json
	$(BIN)/python -m benchmarks.outages --out docs/evidence/time-travel.json

histories: install ## Random histories of a case against a small model of it, many and long, on both databases
	HYPOTHESIS_PROFILE=histories $(PYTEST) $(MANY) tests/integration/histories

rotation: install ## Kill what wraps keys anew, 200 times on each database: nothing may become unreadable
	ROTATION_KILLS=$(or $(ROTATION_KILLS),200) $(PYTEST) -n 2 -rP tests/faults/test_keys_while_killed.py

# Broken off, the same command with the same SEED goes on where it was.
KILLS ?= 1000
SEED ?= 1
faults: install ## Kill every process again and again under load; KILLS=10000 for a night, SEED= for other chances
	$(BIN)/python -m tests.faults.campaign --kills $(KILLS) --seed $(SEED) --evidence $(if $(POOLER),--pooler)

faults-seeded: install ## Show that the campaign's checks catch each mistake that is put into the service on purpose
	$(BIN)/python -m tests.faults.campaign --fault all --evidence

# All of them take hours; SAMPLE=200 draws so many by lot. Broken off, it goes on where it was.
mutants: install ## Put small mistakes into workflows/ and see whether its tests notice: docs/evidence/mutants.md
	$(BIN)/python -m tests.faults.mutants $(if $(SAMPLE),--sample $(SAMPLE)) --seed $(SEED) --write docs/evidence/mutants.md

tamper: install ## Tamper with every column of the record and see whether the verification notices: docs/evidence/tamper.md
	SEALED=1000000 $(PYTEST) tests/unit/security/test_sealing.py -k nonce
	$(BIN)/python -m tests.faults.tamper --write docs/evidence/tamper.md

permissions: install ## Ask every cell, door, foreign id and word that is not for somebody: docs/evidence/permissions.md
	$(BIN)/python -m tests.integration.permissions --write docs/evidence/permissions.md

lint: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy tests/support tests/faults/failover tests/faults/campaign tests/faults/mutants tests/faults/tamper
	$(BIN)/mypy benchmarks --exclude benchmarks/peers/
	$(BIN)/lint-imports --no-logo

# Without Chromium the browser tests are skipped, and said to be; where CI=true they fail. Its headless shell draws
# no window and takes half the time; a whole Chromium will do.
browser:
	@command -v chromium-headless-shell >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium's headless shell for the browser tests"; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium-headless-shell >/dev/null; \
	  fi; } || true
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
	  || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || echo "No Chromium here: the browser tests will be skipped. Install it to run them."

pictures: install browser ## Take a picture of every page that the browser tests visit, in tests/browser/pictures
	PICTURES=1 $(PYTEST) $(MANY) tests/browser

failover: install ## Kill the primary of three database nodes, ROUNDS=20 times, while people work
	$(BIN)/python -m tests.faults.failover --rounds $(or $(ROUNDS),20) --evidence docs/evidence/failover.json
	$(BIN)/python -m tests.faults.failover.restarts

pooler: install ## The same work through pgbouncer in transaction mode
	$(BIN)/python -m tests.faults.failover.pooler --evidence docs/evidence/pooler.json

lock: ## Pin the dependencies again, with hashes; UPGRADE=1 takes newer versions
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check $(UV)
	@for name in runtime develop; do \
	  build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade) \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
	build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade) \
	  benchmarks/peers/requirements.in -o benchmarks/peers/requirements.txt

bench: install peers ## How fast it is, beside SQL by hand and its peers: about half an hour, on a machine left alone
	$(BIN)/python -m benchmarks --write docs/evidence/benchmarks.md

bench-quick: install ## A small try of every benchmark, to see that it runs
	$(BIN)/python -m benchmarks --quick

# What the service is measured beside has an environment of its own: none of it is a dependency.
peers: build/peers/installed

build/peers/installed: benchmarks/peers/requirements.txt
	rm -rf build/peers
	$(PYTHON) -m venv build/peers
	build/peers/bin/pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/peers/requirements.txt
	@touch $@

clean: ## Remove what was made, but not the demo's data
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage tests/browser/pictures
	find $(CODE) -name __pycache__ -type d -exec rm -rf {} +
