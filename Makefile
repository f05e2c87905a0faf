# Threshold. `make` alone prints what there is; nothing here needs root, Node or a container engine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := $(VENV)/.packages
OK := $(VENV)/.ok
PORT ?= 8000
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url
TIMED := tests/journeys/test_dead_agency.py tests/service/staff/test_large_caseload.py \
	tests/service/resident/test_return_timing.py
# One process, one kind of database. Tests that compare times run last and alone. What pytest keeps
# has a place for each kind: two that clear up the same one get in each other's way.
KEPT := $(or $(TMPDIR),/tmp)/th-$(shell id -u)
TESTS = mkdir -p $(KEPT)-$(1) && PYTEST_DEBUG_TEMPROOT=$(KEPT)-$(1) THRESHOLD_TEST_DATABASE=$(1) \
	$(BIN)/pytest -q -o cache_dir=.cache/pytest-$(1)
# What is tried many times a day: all that has no web and no database, and one way through each door.
EVERYDAY := tests/eligibility tests/forms tests/petitions tests/programs \
	tests/service/resident/test_spine.py tests/service/exchange/test_sending.py \
	tests/service/exchange/test_pull_and_ack.py tests/service/exchange/test_decisions.py \
	tests/service/staff/test_casework.py tests/service/voice/test_signing.py \
	tests/service/voice/test_counting.py
# A file stays in one process, for what its tests share; tests/conftest.py puts long files first.
SHARED := --dist loadfile --no-loadscope-reorder
# Both kinds of database at once: four processes for two cores, as some tests wait for a browser, a
# disk or another process, and no core waits for the longest file of one kind.
EACH := -n 2
# Says at the end how long a part took, also of one that does not pass.
part = @begun=$$(date +%s); $(2); code=$$?; echo "$(1): $$(($$(date +%s) - begun)) s"; exit $$code
# The same for a part beside another: its words are kept in a file and told in one piece.
told = @log=.cache/tests-postgres.log; mkdir -p .cache; begun=$$(date +%s); $(2) >$$log 2>&1; code=$$?; \
	echo "$(1): $$(($$(date +%s) - begun)) s" >>$$log; cat $$log; exit $$code
# Every process of the tests would compile every module again.
unexport PYTHONDONTWRITEBYTECODE
CATALOGUES := $(wildcard locales/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test quick check bench mutants screenshots messages migration lock
.PHONY: checked-types checked-rules fetched-browser tested-sqlite tested-postgres

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(OK) ## Set up .venv and nothing else, as on a machine that will serve

run: $(OK) ## Set up and run the demonstration city; prints its address and sign-ins
	THRESHOLD_DEMO=$${THRESHOLD_DEMO:-1} $(BIN)/threshold serve --port $(PORT)

test: $(OK) ## Set up and pass everything: checks, SQLite, PostgreSQL, a real browser
	@mkdir -p .cache && date +%s > .cache/test-begun
	@$(MAKE) --no-print-directory --jobs 3 checked-types checked-rules fetched-browser
	@echo "Tests on SQLite, and at once on PostgreSQL; those are told when they are done (.cache/tests-postgres.log)"
	@$(MAKE) --no-print-directory --jobs 2 tested-sqlite tested-postgres
	$(call part,Times on SQLite,$(call TESTS,sqlite) -m timing $(TIMED))
	$(call part,Times on PostgreSQL,$(call TESTS,postgres) -m timing $(TIMED))
	@echo "make test: $$(($$(date +%s) - $$(cat .cache/test-begun))) s in all"

quick: $(OK) ## The everyday tests on SQLite: rules, forms, counting, and one way through each door
	$(call part,make quick,$(call TESTS,sqlite) $(SHARED) -n 2 $(EVERYDAY) \
		-m "not slow and not browser and not postgres" --hypothesis-profile=quick)

check: $(OK) ## Format, lint, strict types, import contracts, templates, languages, the city pack
	@$(MAKE) --no-print-directory --jobs 2 checked-types checked-rules

checked-types: $(OK)
	$(call part,Types,$(BIN)/mypy)

checked-rules: $(OK)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --cache-dir .cache/imports
	$(call part,House rules,$(BIN)/pytest -q tests/house)
	$(BIN)/python -m locales.messages check
	$(BIN)/threshold check

fetched-browser: $(OK)
	$(call part,Browser,$(BIN)/python -m tests.support.chromium)

tested-sqlite: $(OK)
	$(call part,SQLite and browser,$(call TESTS,sqlite) $(SHARED) $(EACH) -m "not timing and not postgres" \
		--ignore=tests/house)

tested-postgres: $(OK)
	$(call told,PostgreSQL,$(call TESTS,postgres) $(SHARED) $(EACH) \
		-m "not timing and not browser" tests/journeys tests/service)

bench: $(OK) ## Measure start-up, memory and requests per second beside a bare server
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.screening
	$(BIN)/python -m benchmarks.population
	$(BIN)/python -m benchmarks.soundness
	$(BIN)/python -m benchmarks.asking
	$(BIN)/python -m benchmarks.tally
	$(BIN)/python -m benchmarks.voice
	$(BIN)/python -m benchmarks.open_question
	$(BIN)/python -m benchmarks.what_if
	$(BIN)/python -m benchmarks.peers

mutants: $(OK) ## Change the rules' code in small ways and count what the tests notice
	@$(BIN)/uv pip install -q --target .cache/mutmut --require-hashes -r requirements-mutants.lock
	PYTHONPATH=$(CURDIR)/.cache/mutmut nice -n 15 $(BIN)/python -m benchmarks.mutants

screenshots: $(OK) ## Write each page, phone and desktop, English and Spanish, to screenshots/
	$(BIN)/python -m tests.support.screenshots

messages: $(OK) ## Gather new sentences into the catalogues and compile them
	$(BIN)/python -m locales.messages extract
	$(BIN)/python -m locales.messages compile

migration: $(OK) ## Write a database migration from the tables: make migration name=add_something
	@test -n "$(name)" || { echo "Say what it does: make migration name=add_something" >&2; exit 2; }
	$(BIN)/tortoise makemigrations --name $(name)

lock: $(OK) ## Choose newer versions within pyproject.toml and write the lock files
	$(UV_COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(UV_COMPILE) --upgrade pyproject.toml --group dev -o requirements-dev.lock
	$(UV_COMPILE) --upgrade --group setup -o requirements-setup.lock
	$(UV_COMPILE) --upgrade --group browser -o requirements-browser.lock
	$(UV_COMPILE) --upgrade --group mutants -o requirements-mutants.lock

# All of the set-up. Each stamp is written last, so a set-up that was cut off is done again.
$(PACKAGES): pyproject.toml requirements-dev.lock requirements-setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Threshold needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
		{ echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV)"
	@if $(BIN)/python -m pip install -q --require-hashes --only-binary :all: -r requirements-setup.lock; \
	then $(BIN)/uv pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.lock; \
	else echo "No uv for this machine; pip does the same, more slowly" && \
		$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock; fi
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation --no-index -e .
	@$(BIN)/python -m compileall -q service forms eligibility petitions
	@touch $@

# A changed translation is compiled without doing all of that again.
$(OK): $(PACKAGES) $(CATALOGUES)
	@$(BIN)/python -m locales.messages compile
	@touch $@
