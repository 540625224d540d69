# Everything runs from .venv, which the first target makes. `make run` and `make test` need Python 3.11+ and make only.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test test-services test-browser lint format bench pictures doctor clean python ready ready-dev ready-services

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1 - \2/'

python:
	@command -v $(PYTHON) >/dev/null || { echo "Lectern needs Python 3.11 or newer, and $(PYTHON) is not installed. On Debian and Ubuntu: sudo apt-get install python3 python3-venv"; exit 1; }

ready: python
	@$(PYTHON) deploy/bootstrap.py requirements.txt

ready-dev: python
	@$(PYTHON) deploy/bootstrap.py requirements-dev.txt

ready-services: python
	@$(PYTHON) deploy/bootstrap.py requirements-services.txt

run: ready ## the academy with all its processes, at http://127.0.0.1:8000/
	@exec $(BIN)/python manage.py up

test: ready-dev ## everything that needs no other service
	@$(BIN)/python -m pytest -m "not services and not browser" -n $(WORKERS) $(ARGS)

test-services: ready-services ## against real PostgreSQL, Redis, SMTP and processes
	@WORKERS=$(WORKERS) $(BIN)/python deploy/services.py $(BIN)/python -m pytest -m services -n $(WORKERS) $(ARGS)

test-browser: ready-services ## in Chromium
	@$(BIN)/python -m pytest -m browser $(ARGS)

lint: ready-dev ## format, style, templates, import contracts, types, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --check --lint templates
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python manage.py check
	@$(BIN)/python manage.py makemigrations --check --dry-run

format: ready-dev ## put code and templates in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint --quiet --reformat templates || true

bench: ready-services ## time what matters
	@$(BIN)/python -m benchmarks $(ARGS)

pictures: ready-services ## every screen at three widths, light and dark
	@$(BIN)/python -m deploy.pictures $(ARGS)

doctor: ready ## what works here, and how to mend what does not
	@$(BIN)/python manage.py doctor

clean: ## remove caches; .venv and var (the data) stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
