# Every command of Khéo. On a fresh machine with Python 3.11, git and make: `make demo`, `make test`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help demo test check bench small-demo system-packages clean

PYTHON ?= $(firstword $(shell command -v python3.11 python3))
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FLASK := $(BIN)/flask --app wsgi
NEW_KEY := $(BIN)/python -c 'import secrets; print(secrets.token_hex(32))'

WORKERS ?= 2
TESTS ?= tests
PACKAGES := chromium libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
TYPED := $(wildcard config.py wsgi.py gunicorn.conf.py app bench tests)
CODE := $(wildcard config.py wsgi.py gunicorn.conf.py app bench)
TEMPLATES := $(wildcard app/*/templates)

help: ## list the commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
	    { echo "Khéo needs Python 3.11; $(PYTHON) is older. Name another one: make PYTHON=..."; exit 1; }
	echo "Making $(VENV)"
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing requirements.txt"
	$(PIP) install -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing requirements.txt and requirements-dev.txt"
	$(PIP) install -r requirements.txt -r requirements-dev.txt
	touch $(VENV)/.runtime $@

demo: $(VENV)/.runtime ## build the demo contest anew and serve it on http://127.0.0.1:8000
	@mkdir -p instance
	rm -f instance/kheo.db instance/kheo.db-wal instance/kheo.db-shm
	export KHEO_ENVIRONMENT=demo KHEO_TIMETABLE=thread KHEO_REDIS_URL=
	export KHEO_DATABASE_URL="sqlite:///$(CURDIR)/instance/kheo.db"
	export KHEO_SECRET_KEY="$$($(NEW_KEY))"
	$(FLASK) db upgrade
	$(FLASK) questions import
	$(FLASK) seed-demo
	exec $(BIN)/gunicorn wsgi:app

test: $(VENV)/.dev system-packages small-demo ## all tests, on both engines and in the browser
	@$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

small-demo: $(VENV)/.dev # the demo with few people, and every invariant checked on it
	@folder="$$(mktemp -d)"
	trap 'rm -rf "$$folder"' EXIT
	export KHEO_ENVIRONMENT=demo KHEO_TIMETABLE=process KHEO_REDIS_URL=
	export KHEO_DATABASE_URL="sqlite:///$$folder/kheo.db"
	export KHEO_SECRET_KEY="$$($(NEW_KEY))"
	$(FLASK) db upgrade
	$(FLASK) questions import
	$(FLASK) seed-demo --accounts 60
	$(FLASK) verify

# Chromium for the browser tests, Pango for the PDF tests: Debian's packages.
system-packages: $(VENV)/.dev
	@if command -v chromium >/dev/null && $(BIN)/python -c 'import weasyprint' 2>/dev/null; then exit 0; fi
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	    echo "The tests need these packages: sudo apt-get install $(PACKAGES)"
	    exit 1
	fi
	echo "Installing $(PACKAGES)"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null

check: $(VENV)/.dev ## lint, types, unused code, dependencies, import law, templates, question bank
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/vulture $(CODE)
	$(BIN)/deptry .
	$(BIN)/djlint --lint --quiet $(TEMPLATES)
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_templates.py
	KHEO_ENVIRONMENT=test KHEO_SECRET_KEY="$$($(NEW_KEY))" KHEO_DATABASE_URL=sqlite:///:memory: \
	    KHEO_PUBLIC_URL=http://localhost $(FLASK) questions check question_bank

bench: $(VENV)/.dev ## measure on the production configuration; writes bench/results.json
	@$(BIN)/python -m bench

clean: ## remove the virtual environment and what tools left; instance/ stays
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* test-results
	find . -name __pycache__ -prune -exec rm -rf {} +
