PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check bench prove mutants crash docs draft clean

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## A year of real prices, two traders, and what neither of them can do
	@$(BIN)/twinbook demo

test: $(READY) ## Every test: the rules in pgTAP, the rest in Python
	@$(BIN)/python -m pytest $(if $(DATABASE_URL),,-n auto --dist loadfile) $(TESTS)

check: $(READY) ## What a machine can prove of the sources; one line a check
	@$(BIN)/python -m tests.checks

bench: $(READY) ## Measure against pgbench on a durable server; takes minutes
	@$(BIN)/python -m bench.run

prove: $(READY) ## The pgTAP tests alone, through pg_prove
	@$(BIN)/python -m tests.support.prove

mutants: $(READY) ## Drop each rule in turn and expect a red test; takes minutes
	@$(BIN)/python -m tests.mutants

crash: $(READY) ## Kill workers and the database at every step of live trading; an hour
	@$(BIN)/python -m tests.crash
	@$(BIN)/python -m tests.crash --postgres
	@$(BIN)/python -m tests.crash.load

docs: $(READY) ## Write anew what docs, examples and README show of the database
	@$(BIN)/python tools/reference.py
	@$(BIN)/python tools/examples.py

# Until the first release: writes the first migrations anew from sql/.
draft: $(READY)
	@$(BIN)/python tools/draft.py

clean: ## Remove what was built; your data in .twinbook stay
	@rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Made once, and again when pyproject.toml changes.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Twinbook needs Python 3.11 or later as "$(PYTHON)"; name another one with: make PYTHON=python3.12' >&2; exit 1; }
	@test -x $(BIN)/python || { echo 'Setting up .venv, once ...' >&2; rm -rf .venv; $(PYTHON) -m venv .venv; } || { \
	  rm -rf .venv; echo 'Python'"'"'s venv module is missing; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@
