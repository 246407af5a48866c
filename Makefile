# Every command of the project; `make help` lists them.
# The first command on a fresh machine makes .venv by itself, from the pinned and hashed requirements.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3.13 python3.14 python3.12 python3 python
OLDEST := 3.12
# Tests on all cores; those of one file, which share a proxy, mostly on the same.
SIDE_BY_SIDE := -n auto --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint types imports coverage lock screenshots wheel bench sample image agents clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## set up, then start proxy, collector and dashboard
	@$(BIN)/tokenecho up $(ARGS)

demo: $(VENV)/.run ## set up, then show the dashboard with the calls of a made-up team
	@$(BIN)/tokenecho demo $(ARGS)

test: $(VENV)/.dev ## set up, then run the tests
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

check: lint types imports coverage ## all that CI runs

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev
	@$(BIN)/mypy

imports: $(VENV)/.dev
	@$(BIN)/lint-imports

coverage: $(VENV)/.dev ## run the tests, with branch coverage
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(SIDE_BY_SIDE) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

image: $(VENV)/.dev ## run the Docker image's build steps in a clean root (needs root and debootstrap)
	@TOKENECHO_TEST_IMAGE=1 $(BIN)/python -m pytest tests/docker

agents: $(VENV)/.dev ## install the coding agents into .agents (1.5 GB) and test them
	@tests/agents/install.sh $(CURDIR)/.agents
	@TOKENECHO_TEST_AGENTS=$(CURDIR)/.agents $(BIN)/python -m pytest tests/agents

bench: $(VENV)/.dev ## run the benchmarks (minutes)
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

sample: $(VENV)/.dev ## make the demo's calls anew (a minute)
	@$(BIN)/python -m examples.team $(ARGS)

screenshots: $(VENV)/.dev ## take the pictures in docs/images anew (needs Chromium)
	@$(BIN)/python -m benchmarks.screenshots

wheel: $(VENV)/.dev ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --outdir dist .

lock: ## pin the requirements anew, with hashes (needs uv)
	@uv pip compile -q --universal --generate-hashes --python-version $(OLDEST) --no-header \
	  --group dev pyproject.toml -o requirements-dev.lock
	@uv pip compile -q --universal --generate-hashes --python-version $(OLDEST) --no-header \
	  --constraint requirements-dev.lock --group build pyproject.toml -o requirements.lock

clean: ## remove the environment and everything built
	@rm -rf $(VENV) dist build .coverage* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .artefacts

# An environment with what the product needs; the development one holds that and the tools.
$(VENV)/.run: requirements.lock pyproject.toml
	@[ -f $(VENV)/.dev ] && [ $(VENV)/.dev -nt requirements.lock ] || $(MAKE) --no-print-directory environment LOCK=requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	@$(MAKE) --no-print-directory environment LOCK=requirements-dev.lock
	@touch $@

.PHONY: environment
environment:
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv -q --allow-existing --python '>=$(OLDEST),<3.15' $(VENV) && \
	  VIRTUAL_ENV=$(VENV) uv pip sync -q --require-hashes $(LOCK) && \
	  VIRTUAL_ENV=$(VENV) uv pip install -q --no-deps --no-build-isolation -e .; \
	else \
	  found=; \
	  for python in $(PYTHONS); do \
	    if $$python -c 'import sys; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "tokenecho needs Python $(OLDEST) to 3.14, or uv, which brings its own: https://docs.astral.sh/uv" >&2; exit 1; \
	  fi; \
	  if ! $$found -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$$found has no venv module; install it (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	  fi; \
	  echo "Setting up $(VENV) with $$($$found --version); this takes a minute or two." >&2; \
	  $$found -m venv $(VENV) && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(LOCK) && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
