# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make` lists what there is. Every target that needs the tools makes .venv first.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
CORE ?= 2.19
# The oldest Python that modules support, and the newest one of the controller.
IMPORTED_ON ?= 3.8 3.13
# The integration target that also runs as an ordinary module: `make inprocess` compares both ways for every module.
AS_MODULE ?= ai_gateway_custom_provider

VENV := .venv
READY := $(VENV)/.ready
BENCH := .cache/bench/venv
AWX := .cache/awx
WHEELS := .cache/wheels
LINK := $(VENV)/collections/ansible_collections/edgeops/cloudflare
PARTS := lint unit simulator contract properties inprocess security awx docs sanity integration import

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(VENV)/collections
# The toolchain is the one that requirements-dev.txt pins, whatever the caller's environment says.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help test $(PARTS) units matrix hunt chaos mutation demo bench format release lock venv clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: $(READY) $(AWX)/.ready ## everything below from lint to import, two parts at a time, with a summary at the end
	@python tests/tools/run_parts.py $(PARTS)

lint: $(READY) $(AWX)/.ready ## ruff, mypy, yamllint, shellcheck, reuse, changelog, docs, ansible-lint, secrets
	@ANSIBLE_COLLECTIONS_PATH=$$ANSIBLE_COLLECTIONS_PATH:$(CURDIR)/$(AWX) tests/tools/lint.sh

unit: $(READY) ## the collection's unit tests, with branch coverage
	@mkdir -p .cache/coverage
	@pytest -q --cov --cov-report=term tests/unit

simulator: $(READY) ## the simulator's own tests
	@pytest -q tests/simulator

contract: $(READY) ## the field table against Cloudflare's package, the simulator, the documentation and the README
	@pytest -q tests/contract

properties: $(READY) ## what must hold whatever is declared and stored, whichever server it is, and whatever goes wrong; the same examples each time
	@pytest -q tests/robustness/properties tests/robustness/chaos

hunt: $(READY) ## as properties, with thousands of new examples (EXAMPLES=5000); not part of `make test`
	@PROPERTIES=hunt pytest -q tests/robustness/properties

chaos: $(READY) ## 12,000 seeded schedules of faults, and some in real playbooks; not part of `make test` (25 min; ARGS="--seed 17" shows one)
	@PYTHONPATH=$(VENV)/collections python -m tests.robustness.chaos $(ARGS)

security: $(READY) ## secrets planted everywhere, and answers made to do harm, in real playbooks: nothing leaks, nothing is evaluated
	@pytest -q tests/security

mutation: $(READY) ## change the code in small ways, and see which changes the unit tests do not notice; not part of `make test` (ARGS=api/retry.py)
	@python -m tests.robustness.mutation $(ARGS)

inprocess: $(READY) ## tasks give the same result in the controller's process as as a module; when they fall back to the module
	@pytest -q tests/in_process

awx: $(READY) $(AWX)/.ready ## what is shipped for AWX: formats, jobs as AWX runs them, setting it up with the modules of awx.awx
	@pytest -q tests/awx

sanity: $(READY) ## ansible-test sanity; imports on two Pythons, pylint on plugins (CORE=2.17 for another ansible-core); matrix has all
	@tests/tools/ansible_test.sh $(CORE) sanity --skip-test import --skip-test pylint
	@tests/tools/ansible_test.sh $(CORE) sanity --test pylint plugins/
	@for python in $(IMPORTED_ON); do tests/tools/ansible_test.sh $(CORE) sanity --test import --python $$python; done

integration: $(READY) ## ansible-test integration against the simulator, one target also as an ordinary module (CORE=...); matrix has all
	@IN_PROCESS=true tests/tools/ansible_test.sh $(CORE) integration --venv
	@IN_PROCESS=false tests/tools/ansible_test.sh $(CORE) integration $(AS_MODULE) --venv

import: $(READY) $(WHEELS)/.ready ## build the tarball, have galaxy-importer judge it, and use it with ansible-core and requests alone
	@tests/tools/import.sh
	@pytest -q tests/install

units: $(READY) ## the unit tests under ansible-test, on every Python found (CORE=...); not part of `make test`
	@tests/tools/ansible_test.sh $(CORE) units --venv

docs: $(READY) ## build the documentation site into .cache/docs/html; any warning fails
	@tests/tools/docs.sh

matrix: $(READY) ## sanity, units, integration, inprocess and security with each ansible-core and Python that is supported (CORES="2.17 2.18")
	@python -m tests.tools.matrix $(CORES)

demo: $(READY) ## an account from one document to a report and back, against the simulator
	@tests/tools/with_simulator.sh tests/tools/demo/demo.sh

bench: $(READY) $(BENCH)/.ready ## measure beside other ways to do the job, write docs/performance* (40 min; ARGS=--quick only tries it)
	@python -m tests.benchmarks --python $(BENCH)/bin/python $(or $(ARGS),--publish)

format: $(READY) ## let ruff rewrite what it can
	@ruff check --fix-only --quiet
	@ruff format

release: $(READY) ## write the version of a release to all files, and the changelog from the fragments (VERSION=1.2.0); commits nothing
	@python -m tests.tools.release $(VERSION)

lock: ## update requirements-dev.txt from requirements-dev.in
	@tests/tools/lock.sh

venv: $(READY) ## make .venv with all the tools

clean: ## remove everything that these targets made
	rm -rf $(VENV) .cache build .ansible .hypothesis tests/output

$(READY): requirements-dev.txt
	@python=; \
	for candidate in "$(PYTHON)" python3.13 python3.12 python3.11; do \
	    if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	        python=$$candidate; break; \
	    fi; \
	done; \
	[[ -n $$python ]] || { echo "The tools need Python 3.11, 3.12 or 3.13; none is on PATH ($(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1 || true)). Name one: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv $(VENV)
	@pip install -qq --disable-pip-version-check --no-deps --no-compile -r requirements-dev.txt
	@pip check --quiet --disable-pip-version-check
	@mkdir -p $(dir $(LINK))
	@ln -sfn ../../../.. $(LINK)
	@touch $@

# Only the drawing needs matplotlib, so it has an environment of its own, and .venv stays lean.
$(BENCH)/.ready: tests/benchmarks/requirements.txt | $(READY)
	@python -m venv --clear $(BENCH)
	@$(BENCH)/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r $<
	@touch $@

$(AWX)/.ready: tests/awx/requirements.txt tests/awx/fetch.py | $(READY)
	@python tests/awx/fetch.py $(AWX)
	@touch $@

# What users have: ansible-core, and what the collection requires. Wheels, so that environments are made of them without a network.
$(WHEELS)/.ready: $(READY) requirements.txt meta/ee-requirements.txt
	@rm -rf $(WHEELS)
	@pip download -qq --disable-pip-version-check --only-binary :all: --dest $(WHEELS) --constraint requirements-dev.txt \
	    ansible-core --requirement requirements.txt
	@touch $@
