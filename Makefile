# mailwatch. `make demo` shows it at work, `make test` proves it; both set up what they need.
# Variables: PYTHON (an interpreter, 3.11 or later), MAILWATCH_SHARED (the folder of shared test data);
# for install and uninstall: PREFIX (/opt/mailwatch), BINDIR (/usr/local/bin), DESTDIR (for packagers).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
DEMO_READY := .venv/.ready-demo
DEV_READY := .venv/.ready-dev
# Stamps are older than what they were made from: then the set-up runs again.
SETUP := pyproject.toml tests/tools/venv.sh

.PHONY: help demo test check format picture bench weeks torture faults bench-idle lock clean install uninstall test-install fuzz
.DEFAULT_GOAL := help

help:
	@echo 'make demo          the main job on an embedded mail server with sample mail'
	@echo 'make test          gates, then all tests, then the coverage gate'
	@echo 'make install       for this machine, as root; also brings an installation up to date'
	@echo 'make uninstall     takes the program away; mail, data and configuration stay'
	@echo 'make check         the gates alone: format, lint, types, floors'
	@echo 'make format        put the code into the form that the gates ask for'
	@echo 'make picture       draw the digest for the README (needs Chromium)'
	@echo 'make bench         20,000 mails through a local Dovecot (needs dovecot-imapd)'
	@echo 'make bench-idle    memory and CPU of a daemon that watches thirty mailboxes (needs dovecot-imapd)'
	@echo 'make weeks         simulated weeks of the daemon against Dovecot, some minutes (needs dovecot-imapd)'
	@echo 'make fuzz          each door for hostile bytes under atheris, FUZZ_SECONDS (30) each'
	@echo 'make torture       kill every command at each of its steps, an hour or more (needs dovecot-imapd, postgresql)'
	@echo 'make faults        everything that can go wrong on the line, at each command, hours (needs dovecot-imapd)'
	@echo 'make test-install  install, use, upgrade, uninstall in a clean Debian that boots systemd (root)'
	@echo 'make lock          resolve the locked versions anew'
	@echo 'make clean         remove everything that make has made'

demo: $(DEMO_READY)
	@$(BIN)/mailwatch demo $(DEMO_ARGS)

install:
	@PREFIX='$(PREFIX)' BINDIR='$(BINDIR)' DESTDIR='$(DESTDIR)' PYTHON='$(PYTHON)' systemd/install.sh

uninstall:
	@PREFIX='$(PREFIX)' BINDIR='$(BINDIR)' DESTDIR='$(DESTDIR)' systemd/uninstall.sh

test-install: debian-container
	@tests/install/run.sh

# The rules and the reading of mail are covered by tests of their own, fast ones. Counting lines while servers
# and processes are at work would take minutes, and hide a rule that nothing tests by itself.
RULES := tests/core tests/mime

test: check debian-dovecot debian-postgresql debian-systemd
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -q -n 2 -p tools.no_skips --cov --cov-report= $(PYTEST_ARGS) $(RULES)
	@$(BIN)/python tests/tools/coverage_gate.py
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -p tools.no_skips $(PYTEST_ARGS) $(RULES:%=--ignore=%)

check: $(DEV_READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEV_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

picture: $(DEV_READY) debian-chromium
	@$(BIN)/python tests/tools/picture.py

bench: $(DEV_READY) debian-dovecot
	@$(BIN)/python tests/bench/fetch_20000.py $(BENCH_ARGS)

bench-idle: $(DEV_READY) debian-dovecot
	@$(BIN)/python tests/bench/idle_thirty.py $(BENCH_ARGS)

weeks: $(DEV_READY) debian-dovecot
	@$(BIN)/python -m pytest -v tests/weeks/run_weeks.py tests/weeks/run_month.py $(PYTEST_ARGS)

# Not among the locked packages: nobody needs it to test or to run, and it has wheels for few platforms.
ATHERIS := atheris==3.0.0
FUZZ_SECONDS ?= 30

fuzz: $(DEV_READY) build/fuzz/.ready
	@PYTHONPATH=build/fuzz $(BIN)/python tests/fuzz/run_fuzz.py all $(FUZZ_SECONDS)

build/fuzz/.ready: $(DEV_READY)
	$(BIN)/python -m pip install --quiet --target build/fuzz --upgrade '$(ATHERIS)'
	@touch $@

torture: $(DEV_READY) debian-dovecot debian-postgresql
	@PYTHONPATH=tests $(BIN)/python tests/torture/run_torture.py $(TORTURE_ARGS)

faults: $(DEV_READY) debian-dovecot
	@PYTHONPATH=tests $(BIN)/python tests/faults/run_faults.py $(FAULTS_ARGS)

lock:
	@tests/tools/lock.sh

clean:
	rm -rf .venv build dist demo htmlcov .coverage .coverage.* coverage.json
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find mailwatch tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: debian-dovecot debian-postgresql debian-chromium debian-systemd debian-container
debian-dovecot:
	@tests/tools/debian.sh dovecot-imapd

debian-postgresql:
	@tests/tools/debian.sh postgresql

# For systemd-analyze, which judges the unit; nothing of systemd has to run.
debian-systemd:
	@tests/tools/debian.sh systemd

debian-container:
	@tests/tools/debian.sh debootstrap systemd-container

debian-chromium:
	@tests/tools/debian.sh chromium fonts-nanum

$(DEMO_READY): requirements.lock $(SETUP)
	@PYTHON='$(PYTHON)' tests/tools/venv.sh $<
	@touch $@

$(DEV_READY): requirements-dev.lock $(SETUP)
	@PYTHON='$(PYTHON)' tests/tools/venv.sh $<
	@# What testing needs holds all that the demo needs.
	@touch $@ $(DEMO_READY)
