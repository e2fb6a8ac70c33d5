# Caseloop's front door. `make help` lists what can be done.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FRONTEND := webui/frontend/package.json webui/frontend/package-lock.json webui/frontend/build.mjs $(shell find webui/frontend/src -type f 2>/dev/null)

# Python keeps what it compiled, whatever the machine's default is: each command and each worker of the tests starts in half the time
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run test test-fast test-system lint format bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | column -t -s "$$(printf '\t')"

setup: $(VENV)/.installed ## Make .venv with the command caseloop in it, and build the front end

run: setup ## Start Caseloop on this machine and print its address (Ctrl-C stops it)
	@$(BIN)/caseloop up

test: test-system $(VENV)/.tested ## Run every check and test; installs what they need (as root: PostgreSQL, Chromium, fonts)
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-fast: $(VENV)/.tested ## Run the tests that need neither a database nor a browser (under a minute)
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not browser and not stored and not shared_data"

test-system:
	@tests/install_system_packages.sh

lint: $(VENV)/.tested ## Check style, walls between the packages, and the packaged processes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -q tests/test_walls.py
	@for package in processes/*/*; do $(BIN)/python -m bpmn lint $$package || exit 1; done

format: $(VENV)/.tested ## Lay out the code
	$(BIN)/ruff format .

bench: $(VENV)/.tested ## Measure; each script prints name: value lines
	$(BIN)/python -m benchmarks

clean: ## Remove what was built; data in .caseloop stays
	rm -rf $(VENV) build *.egg-info webui/static/dist test-artefacts

$(VENV)/.made:
	@$(PYTHON) -m venv $(VENV) || { echo "Python 3.11 with venv is needed: apt-get install python3.11-venv (or PYTHON=/path/to/python3.11 make)"; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml setup.cfg constraints.txt $(FRONTEND)
	@echo "Installing Caseloop into $(VENV) and building its front end; the first time takes a minute or two."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.made pyproject.toml setup.cfg constraints.txt $(FRONTEND)
	@echo "Installing Caseloop and what its tests need into $(VENV)."
	@$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/.installed
